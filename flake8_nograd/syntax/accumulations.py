"""Statements that add to what is there, and the names in an expression."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from flake8_nograd.syntax.expressions import nodes_of

# Methods after which a list or queue holds its argument.
KEEPING = frozenset("append appendleft extend insert".split())


class Accumulation(NamedTuple):
    """``source`` is added to ``target`` by a statement."""

    statement: ast.stmt
    target: ast.expr
    source: ast.expr


def accumulation(statement: ast.stmt) -> Accumulation | None:
    """What `total += x`, `total = total + x` and `items.append(x)` add, and to what."""
    if isinstance(statement, ast.AugAssign):
        adds = isinstance(statement.op, ast.Add)
        return Accumulation(statement, statement.target, statement.value) if adds else None
    value = getattr(statement, "value", None)
    if isinstance(statement, ast.Expr) and isinstance(value, ast.Call):
        function = value.func
        if isinstance(function, ast.Attribute) and function.attr in KEEPING and value.args:
            return Accumulation(statement, function.value, value.args[-1])
    if isinstance(statement, ast.Assign) and isinstance(value, ast.BinOp):
        return _sum(statement, value)
    return None


def _sum(statement: ast.Assign, value: ast.BinOp) -> Accumulation | None:
    if not isinstance(value.op, ast.Add) or len(statement.targets) != 1:
        return None
    (target,) = statement.targets
    written = ast.unparse(target)
    for own, other in (value.left, value.right), (value.right, value.left):
        if type(own) is type(target) and ast.unparse(own) == written:
            return Accumulation(statement, target, other)
    return None


def names_in(nodes: Iterable[ast.AST]) -> Iterator[str]:
    """All plain names in some nodes."""
    for node in nodes:
        for part in nodes_of(node):
            if isinstance(part, ast.Name):
                yield part.id
