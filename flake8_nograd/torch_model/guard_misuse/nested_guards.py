"""Guards inside a guard of the same kind, which change nothing."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flake8_nograd.flow.program import Call, suites_of
from flake8_nograd.torch_model.facts import GuardMisuse, Misuse
from flake8_nograd.torch_model.guard_misuse.decorators import guard_decorators
from flake8_nograd.torch_model.guard_misuse.interpreted import Interpreted
from flake8_nograd.torch_model.semantics.context import Context
from flake8_nograd.vocabulary.grad_modes import GUARDS, SWITCHED_OFF_BY, GradMode


def nested_guards(what: Interpreted) -> Iterator[GuardMisuse]:
    """The inner one of two guards of the same kind, both written in one function."""
    for item, _, mode, context in what.uses.entered:
        call = what.uses.calls.get(item)
        if call is None or mode is None or not mode.is_off or context.grad is not mode:
            continue
        outer = _guard_around(call, mode, what) if call.imported in SWITCHED_OFF_BY else None
        if outer is not None:
            inner, around = ast.unparse(item), ast.unparse(outer)
            yield GuardMisuse(item, Misuse.INSIDE_THE_SAME, inner, around, line=outer.lineno)


def _guard_around(call: Call[Context], mode: GradMode, what: Interpreted) -> ast.expr | None:
    """The guard of a mode around the statement of an inner one: a `with` item or a decorator."""
    for around in reversed(suites_of(call.place)[:-1]):
        if isinstance(around.statement, ast.With):
            for managed in reversed(around.statement.items):
                made = what.uses.calls.get(managed.context_expr)
                if made is not None and GUARDS.get(made.imported or "") is mode:
                    return managed.context_expr
    for decorator in guard_decorators(call.function, what.uses, what.program.graph):
        if GUARDS.get(decorator.name) is mode:
            return decorator.node
    return None
