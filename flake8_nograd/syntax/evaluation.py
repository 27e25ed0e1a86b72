"""In which order the parts of a statement are evaluated, and which of them exactly once."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from itertools import pairwise

from flake8_nograd.syntax.expressions import children_of

_ALWAYS_EVALUATED = (
    *(ast.Call, ast.keyword, ast.BinOp, ast.UnaryOp, ast.Attribute, ast.Subscript, ast.Starred),
    *(ast.Tuple, ast.List, ast.Set, ast.Dict),
)


def parts(node: ast.AST) -> list[ast.AST]:
    """What a node is made of in the order of evaluation, without statements nested in it."""
    match node:
        case ast.Assign(value=value, targets=targets):
            return [value, *targets]
        case ast.AnnAssign(value=value, target=target, annotation=annotation):
            return [*filter(None, [value]), target, annotation]
        case ast.AugAssign(target=target, value=value):
            return [target, value]
        case ast.Dict(keys=keys, values=values):
            pairs = zip(keys, values, strict=True)
            return [item for pair in pairs for item in pair if item is not None]
    return [child for child in children_of(node) if not isinstance(child, ast.stmt)]


def before(path: Sequence[ast.AST]) -> Iterator[ast.AST]:
    """What is evaluated before the end of a path, in order, as far as it is finished by then."""
    for outer, inner in pairwise(path):
        for part in parts(outer):
            if part is inner:
                break
            yield part


def is_evaluated_once(path: Sequence[ast.AST]) -> bool:
    """Whether a statement evaluates what its path leads to exactly once, whatever happens."""
    if len(path) < 2 or not _is_header_once(path[1], path[0]):
        return False
    return all(_is_evaluated(inner, outer) for outer, inner in pairwise(path[1:]))


def _is_evaluated(part: ast.AST, node: ast.AST) -> bool:
    match node:
        case ast.IfExp(test=test):
            return part is test
        case ast.BoolOp(values=[first, *_]):
            return part is first
        case ast.Compare(left=left, comparators=[first, *_]):
            return part is left or part is first
    return isinstance(node, _ALWAYS_EVALUATED)


def _is_header_once(part: ast.AST, statement: ast.AST) -> bool:
    match statement:
        case ast.Assign(value=value) | ast.AnnAssign(value=value) | ast.Return(value=value):
            return part is value
        case ast.Expr(value=value):
            return part is value
        case ast.AugAssign(target=ast.Name(), value=value):
            return part is value
        case ast.If(test=test):
            return part is test
    return False
