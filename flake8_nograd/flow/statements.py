"""What a statement does to the suite it stands in: what it binds, and whether the suite goes on."""

from __future__ import annotations

import ast
from itertools import chain

from flake8_nograd.flow.imports import imported_names
from flake8_nograd.syntax.expressions import nodes_of
from flake8_nograd.syntax.suites import JUMP

_NAMING = ast.ExceptHandler | ast.MatchAs | ast.MatchStar | ast.MatchMapping
_DEFINITION = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def may_leave(statement: ast.stmt) -> bool:
    """Whether what follows a statement in its suite is perhaps never reached."""
    if isinstance(statement, ast.If):
        return any(map(may_leave, statement.body)) and any(map(may_leave, statement.orelse))
    if isinstance(statement, ast.With | ast.AsyncWith):
        return any(map(may_leave, statement.body))
    if isinstance(statement, ast.Match) or hasattr(statement, "handlers"):
        return any(isinstance(node, JUMP) for node in nodes_of(statement))
    return isinstance(statement, JUMP)


def names_bound(statement: ast.stmt) -> set[str]:
    """The names that a statement, or anything in it but an expression, binds or deletes."""
    if isinstance(statement, ast.Expr | ast.Assert):
        return set()
    binding: list[ast.expr] | list[ast.stmt] = _targets(statement) or [statement]
    names: set[str] = set()
    for node in chain.from_iterable(map(ast.walk, binding)):
        if isinstance(node, ast.Name):
            if not isinstance(node.ctx, ast.Load):
                names.add(node.id)
        elif isinstance(node, _DEFINITION):
            names.add(node.name)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            names.update(name for name, _ in imported_names(node))
        elif isinstance(node, _NAMING):
            names.add(getattr(node, "name", None) or getattr(node, "rest", None) or "")
    return names - {""}


def value_assigned(statement: ast.stmt, names: set[str]) -> ast.expr | None:
    """What a statement assigns to names, if it does nothing else to them."""
    plain = {
        part.id
        for target in _targets(statement)
        for part in (target.elts if isinstance(target, ast.Tuple) else (target,))
        if isinstance(part, ast.Name)
    }
    value = getattr(statement, "value", None)
    return value if names <= plain else None


def _targets(statement: ast.stmt) -> list[ast.expr]:
    """What an assignment assigns to."""
    if isinstance(statement, ast.Assign):
        return statement.targets
    return [statement.target] if isinstance(statement, ast.AugAssign | ast.AnnAssign) else []
