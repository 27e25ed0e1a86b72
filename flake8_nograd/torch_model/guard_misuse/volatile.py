"""Variables that are made volatile, as torch 0.3 had it."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flake8_nograd.flow.program import Call
from flake8_nograd.torch_model.facts import ForwardPass, GuardMisuse, Misuse, SuppressionReason
from flake8_nograd.torch_model.guard_misuse.interpreted import Interpreted
from flake8_nograd.torch_model.guard_misuse.versions_of_torch import (
    depends_on_version,
    lines_for_missing_names,
)
from flake8_nograd.torch_model.semantics.context import Context


def volatile_variables(what: Interpreted) -> Iterator[GuardMisuse]:
    """Calls of torch's `Variable` that ask for what there is no more.

    Where a forward pass is reported because its input is volatile, that stays as the reason of the
    guard; beside `requires_grad` the argument raises. What replaces the guards for a torch that
    has none is meant for it.
    """
    told = {item.function for item in what.passes if item.volatile and _rests_on_it(item)}
    others = lines_for_missing_names(what.tree) if what.uses.variables else ()
    for call in what.uses.variables:
        if depends_on_version(call) or call.node.lineno in others:
            continue
        for keyword in call.node.keywords:
            if keyword.arg == "volatile" and not _is_false(keyword.value):
                text = f"volatile={ast.unparse(keyword.value)}"
                found = GuardMisuse(call.node, _kind(call, what), text)
                raises = any(other.arg == "requires_grad" for other in call.node.keywords)
                stays = raises or call.function in told
                yield found._replace(instead=()) if stays else found


def _kind(call: Call[Context], what: Interpreted) -> Misuse:
    """What is to be said of it: a guard may be there already, or may be what nobody wants."""
    if what.recording.is_certainly_off(call.function, call.context):
        return Misuse.VOLATILE_UNDER_GUARD
    return Misuse.VOLATILE_TRAINED if what.uses_of.is_trained(call) else Misuse.VOLATILE


def _rests_on_it(item: ForwardPass) -> bool:
    """Whether nothing but its volatile input speaks for a guard around a forward pass."""
    if item.suppression not in (None, SuppressionReason.GUARDED):
        return False
    return item.use.trained or item.mode is None or not item.mode.evaluating


def _is_false(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and not node.value
