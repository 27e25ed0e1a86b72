"""Guards that are made and thrown away, or entered by hand and kept by nothing."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flake8_nograd.flow.graph import Kind
from flake8_nograd.flow.program import Call, rest_of_suite
from flake8_nograd.torch_model.facts import GuardMisuse, Misuse, SuppressionReason
from flake8_nograd.torch_model.guard_misuse.decorators import lines_of
from flake8_nograd.torch_model.guard_misuse.interpreted import Interpreted
from flake8_nograd.torch_model.semantics.context import Context
from flake8_nograd.vocabulary.grad_modes import GUARDS, GradMode


def dead_statements(what: Interpreted) -> Iterator[GuardMisuse]:
    """Statements such as `torch.no_grad()`, and `torch.inference_mode().__enter__()`."""
    graph = what.program.graph
    for node, value in what.uses.dropped:
        call = what.uses.calls.get(node)
        if call is not None:
            names = {call.imported}
        else:
            names = {
                str(graph.payloads[alias]) if graph.kinds[alias] is Kind.EXTERNAL else ""
                for alias in value.aliases
            }
        if names and names <= GUARDS.keys():
            misuse = _misuse(node, Misuse.DEAD_STATEMENT, call)
            yield misuse._replace(instead=()) if _has_cure(misuse.meant_for, what) else misuse
    for call in what.uses.by_hand:
        made = _receiver(call)
        if made in what.uses.calls and _is_gone_with_its_object(what.uses.calls[made]):
            yield _misuse(call.node, Misuse.NOT_KEPT, call)


def _has_cure(lines: range, what: Interpreted) -> bool:
    """Whether a forward pass in some lines is reported itself, or has another guard."""
    settled = (None, SuppressionReason.GUARDED)
    return any(item.suppression in settled for item in what.passes_in(lines))


def _receiver(call: Call[Context]) -> ast.expr:
    function = call.node.func
    return function.value if isinstance(function, ast.Attribute) else function


def _is_gone_with_its_object(call: Call[Context]) -> bool:
    """Whether the guard is one whose destructor ends it."""
    return GUARDS.get(call.imported or "") is GradMode.INFERENCE


def _misuse(node: ast.expr, kind: Misuse, call: Call[Context] | None) -> GuardMisuse:
    rest = rest_of_suite(call.place) if call is not None else ()
    lines = lines_of(rest[0], rest[-1]) if rest else range(0)
    return GuardMisuse(node, kind, ast.unparse(node), meant_for=lines, instead=rest)
