"""Which targets a piece of syntax binds, and to what."""

from __future__ import annotations

import ast
from collections.abc import Iterator


def bindings_of(node: ast.AST) -> Iterator[tuple[ast.expr, ast.expr | None]]:
    """The targets that a node binds, and to what; None if that is not a value by itself."""
    match node:
        case ast.Assign(targets=targets, value=value):
            yield from ((target, value) for target in targets)
        case ast.AnnAssign(target=target, value=ast.expr() as value):
            yield target, value
        case ast.AugAssign(target=target, value=value) | ast.NamedExpr(target=target, value=value):
            yield target, value
        case ast.For(target=target, iter=value) | ast.comprehension(target=target, iter=value):
            yield from _iterated(target, value)
        case ast.withitem(optional_vars=ast.expr() as target):
            yield target, None
        case ast.FunctionDef(args=arguments) | ast.Lambda(args=arguments):
            nested = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
            yield from ((ast.Name(item.arg, ast.Store(), lineno=0), None) for item in nested)


def _iterated(target: ast.expr, value: ast.expr) -> Iterator[tuple[ast.expr, ast.expr | None]]:
    """What a loop gives to the parts of its target, where it counts or goes along several."""
    match target, value:
        case ast.Tuple(elts=[count, item]), ast.Call(func=ast.Name(id="enumerate"), args=[of, *_]):
            yield count, ast.Constant(0)
            yield from _iterated(item, of)
        case ast.Tuple(elts=parts), ast.Call(func=ast.Name(id="zip"), args=given) if len(
            parts
        ) == len(given):
            for part, item in zip(parts, given, strict=True):
                yield from _iterated(part, item)
        case _:
            yield target, value
