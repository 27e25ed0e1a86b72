"""Variables that are made volatile, as torch 0.3 had it."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flake8_nograd.torch_model.facts import ForwardPass, GuardMisuse, Misuse, SuppressionReason
from flake8_nograd.torch_model.guard_misuse.interpreted import Interpreted


def volatile_variables(what: Interpreted) -> Iterator[GuardMisuse]:
    """Calls of torch's `Variable` that ask for what there is no more.

    Where a forward pass is reported because its input is volatile, that stays as the reason of the
    guard; beside `requires_grad` the argument raises.
    """
    told = {item.function for item in what.passes if item.volatile and _rests_on_it(item)}
    for call in what.uses.variables:
        for keyword in call.node.keywords:
            if keyword.arg == "volatile" and not _is_false(keyword.value):
                text = f"volatile={ast.unparse(keyword.value)}"
                found = GuardMisuse(call.node, Misuse.VOLATILE, text)
                raises = any(other.arg == "requires_grad" for other in call.node.keywords)
                stays = raises or call.function in told
                yield found._replace(instead=()) if stays else found


def _rests_on_it(item: ForwardPass) -> bool:
    """Whether nothing but its volatile input speaks for a guard around a forward pass."""
    if item.suppression not in (None, SuppressionReason.GUARDED):
        return False
    return item.use.trained or item.mode is None or not item.mode.evaluating


def _is_false(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and not node.value
