"""The suites that statements are made of, and the statements in them."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

JUMP = ast.Return | ast.Raise | ast.Break | ast.Continue

# The fields that hold suites, or clauses with a suite each, by the class of the statement.
_CLAUSES = frozenset(("handlers", "cases"))
_OF_TRY = ("body", "orelse", "finalbody", "handlers")
_SUITES: dict[type, tuple[str, ...]] = {
    **dict.fromkeys((ast.If, ast.For, ast.AsyncFor, ast.While), ("body", "orelse")),
    **dict.fromkeys((ast.With, ast.AsyncWith), ("body",)),
    ast.Try: _OF_TRY,
    ast.Match: ("cases",),
}
if hasattr(ast, "TryStar"):
    _SUITES[ast.TryStar] = _OF_TRY
_OF_ANYTHING = (*_OF_TRY, "cases")


def inner_suites(statement: ast.stmt) -> list[list[ast.stmt]]:
    """The suites that a statement is made of; none if it is a definition."""
    suites: list[list[ast.stmt]] = []
    for name in _SUITES.get(statement.__class__, ()):
        parts = getattr(statement, name)
        if name in _CLAUSES:
            suites += [part.body for part in parts]
        elif parts:
            suites.append(parts)
    return suites


def own_statements(body: Iterable[ast.stmt]) -> Iterator[ast.stmt]:
    """All statements of a suite and of the suites in it, but not of definitions."""
    for statement in body:
        yield statement
        for suite in inner_suites(statement):
            yield from own_statements(suite)


def statements_in(*nodes: ast.AST) -> Iterator[ast.AST]:
    """Modules or statements, and all statements and clauses in them, outer ones first."""
    todo = list(nodes)
    for part in todo:
        yield part
        for name in _OF_ANYTHING:
            todo += getattr(part, name, ())
