"""Methods of which every result is computed under a guard in their own body."""

from __future__ import annotations

import ast
from collections.abc import Callable, Container, Iterator, Sequence

from flake8_nograd.flow.scopes import Function
from flake8_nograd.syntax.access_path import access_path
from flake8_nograd.syntax.expressions import nodes_of
from flake8_nograd.syntax.suites import inner_suites

_DEEPEST = 3


def returns_under_guards(
    function: Function,
    guards: Container[ast.expr],
    method: Callable[[str], Function | None],
    depth: int = _DEEPEST,
) -> bool:
    """Whether all that is returned stands in a `with` of a guard, or is what such a method gives.

    `method` finds the methods of the same object by their names; whatever decorates them, it is
    their body that computes.
    """
    values = list(_returned_in_the_open(function.body, guards))
    if values and not depth:
        return False
    handed_on = [
        method(name[5:]) if (name := _called(value)).startswith("self.") else None
        for value in values
    ]
    return _returns_anything(function.body) and all(
        item is not None and returns_under_guards(item, guards, method, depth - 1)
        for item in handed_on
    )


def _returned_in_the_open(
    suite: Sequence[ast.stmt], guards: Container[ast.expr]
) -> Iterator[ast.expr]:
    for statement in suite:
        if isinstance(statement, ast.Return) and statement.value is not None:
            yield statement.value
        if isinstance(statement, ast.With) and any(
            item.context_expr in guards for item in statement.items
        ):
            continue
        for inner in inner_suites(statement):
            yield from _returned_in_the_open(inner, guards)


def _returns_anything(suite: Sequence[ast.stmt]) -> bool:
    return any(isinstance(part, ast.Return) for item in suite for part in nodes_of(item))


def _called(value: ast.expr) -> str:
    return access_path(value.func) if isinstance(value, ast.Call) else ""
