"""What an expression is worth if some names are known to be literals."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Iterable, Mapping
from itertools import product
from typing import Any

# The values that a name may have; a name that is not listed may have any.
Literals = tuple[Any, ...]
Known = Mapping[str, Literals]

_MOST = 16  # values of one expression
_PLAIN = (str, bytes, int, float, bool, type(None))
_COMPARISONS: dict[type[ast.cmpop], Callable[[Any, Any], bool]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Is: lambda one, other: one is other or (one == other and one is not None),
    ast.IsNot: lambda one, other: one is not other and (one != other or one is None),
    ast.In: lambda one, several: one in several,
    ast.NotIn: lambda one, several: one not in several,
}


def values_of(node: ast.expr, known: Known) -> Literals | None:
    """The values that an expression may have; None if it may have others."""
    match node:
        case ast.Constant(value=value) if isinstance(value, _PLAIN):
            return (value,)
        case ast.Name(id=name):
            return known.get(name)
        case ast.Tuple(elts=items) | ast.List(elts=items) | ast.Set(elts=items):
            return _combined(items, known, lambda *values: values)
        case ast.IfExp(test=test, body=body, orelse=other):
            truth = truth_of(test, known)
            return None if truth is None else values_of(body if truth else other, known)
        case ast.Compare(left=left, ops=[operation], comparators=[right]):
            compare = _COMPARISONS.get(type(operation))
            return None if compare is None else _combined((left, right), known, compare)
        case ast.UnaryOp(op=ast.Not()) | ast.BoolOp():
            truth = truth_of(node, known)
            return None if truth is None else (truth,)
        case ast.Call(func=ast.Name(id="bool"), args=[argument], keywords=[]):
            return _combined((argument,), known, bool)
    return None


def truth_of(node: ast.expr, known: Known) -> bool | None:
    """Whether an expression is true; None if that depends."""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        truth = truth_of(node.operand, known)
        return None if truth is None else not truth
    if isinstance(node, ast.BoolOp):
        decides = isinstance(node.op, ast.Or)
        truths = {truth_of(value, known) for value in node.values}
        if decides in truths:
            return decides
        return None if None in truths else not decides
    values = values_of(node, known)
    truths = set(map(bool, values or ()))
    return truths.pop() if len(truths) == 1 else None


def union(several: Iterable[Literals | None]) -> Literals | None:
    """The values of one of several expressions; None if any may have others."""
    values: dict[tuple[type, object], Any] = {}
    for item in several:
        if item is None:
            return None
        values.update({(type(value), value): value for value in item})
    return tuple(values.values()) if 0 < len(values) <= _MOST else None


def _combined(
    parts: Iterable[ast.expr], known: Known, compute: Callable[..., object]
) -> Literals | None:
    """The values of what is computed from others."""
    values = [values_of(part, known) for part in parts]
    given = [item for item in values if item is not None]
    size = 1
    for item in given:
        size *= len(item)
    if len(given) < len(values) or size > _MOST:
        return None
    try:
        return union([(compute(*row),) for row in product(*given)])
    except TypeError:  # not to be compared, or not hashable
        return None
