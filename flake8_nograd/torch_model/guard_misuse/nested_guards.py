"""Guards inside a guard of the same kind, which change nothing."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flake8_nograd.flow.program import Call, suites_of
from flake8_nograd.syntax.expressions import own_nodes
from flake8_nograd.torch_model.facts import GuardMisuse, Misuse
from flake8_nograd.torch_model.guard_misuse.guards_in_force import guard_around
from flake8_nograd.torch_model.guard_misuse.interpreted import Interpreted
from flake8_nograd.torch_model.semantics.context import Context
from flake8_nograd.vocabulary.grad_modes import GUARDS, SWITCHED_OFF_BY, SWITCHES, GradMode


def nested_guards(what: Interpreted) -> Iterator[GuardMisuse]:
    """The inner one of two guards of the same kind, both written in one function."""
    for item, _, mode, context in what.uses.entered:
        call = what.uses.calls.get(item)
        if call is None or mode is None or not mode.is_off or context.grad is not mode:
            continue
        outer = guard_around(call, mode, what) if call.imported in SWITCHED_OFF_BY else None
        if outer is not None:
            yield GuardMisuse(
                item,
                Misuse.INSIDE_THE_SAME,
                ast.unparse(item),
                ast.unparse(outer),
                line=outer.lineno,
                instead=_needless_block(call, outer, what),
            )


def _needless_block(call: Call[Context], outer: ast.expr, what: Interpreted) -> ast.With | None:
    """The `with` of an inner guard, if all that it does is done by the outer one for certain."""
    block, function = suites_of(call.place)[-1].statement, call.function.node
    if not isinstance(block, ast.With) or len(block.items) != 1 or block.items[0].optional_vars:
        return None
    if call.node is not block.items[0].context_expr or call.node.args or call.node.keywords:
        return None
    # A decorator above another may guard what the other makes, and not the function.
    decorators = getattr(function, "decorator_list", [])
    if outer in decorators and len(decorators) != 1:
        return None
    if isinstance(function, ast.AsyncFunctionDef) or any(
        isinstance(node, ast.Yield | ast.YieldFrom | ast.Await)
        for node in own_nodes(getattr(function, "body", ()))
    ):
        return None
    return None if any(map(_may_record, what.uses.calls.values())) else block


def _may_record(call: Call[Context]) -> bool:
    """Whether a call may switch recording on between two guards, and be it by hand."""
    has_arguments = bool(call.node.args or call.node.keywords)
    is_switch = call.imported in SWITCHES or GUARDS.get(call.imported or "") is GradMode.ON
    return has_arguments or is_switch
