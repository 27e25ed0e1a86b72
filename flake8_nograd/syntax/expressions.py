"""Small questions about syntax trees."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)


def own_nodes(roots: Iterable[ast.AST]) -> Iterator[ast.AST]:
    """The trees and all that runs with them: nested functions and classes are only defined."""
    pending = list(roots)
    while pending:
        node = pending.pop()
        yield node
        if not isinstance(node, _SCOPES):
            pending.extend(ast.iter_child_nodes(node))


def all_nodes(roots: Iterable[ast.AST]) -> Iterator[ast.AST]:
    """The trees and everything in them."""
    for root in roots:
        yield from nodes_of(root)


def nodes_of(root: ast.AST) -> Iterator[ast.AST]:
    """What `ast.walk` yields, in its order and in less time; contexts of names are left out."""
    todo = [root]
    for node in todo:
        yield node
        for name in node._fields:
            value = getattr(node, name, None)
            if isinstance(value, list):
                todo += [item for item in value if isinstance(item, ast.AST)]
            elif isinstance(value, ast.AST) and name != "ctx":
                todo.append(value)


def header(node: ast.stmt) -> list[ast.AST]:
    """A statement without the statements nested in it."""
    parts: list[ast.AST] = []
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.match_case):
            parts += [child.pattern, *filter(None, [child.guard])]
        elif not isinstance(child, ast.stmt | ast.ExceptHandler):
            parts.append(child)
    return parts


def dotted(node: ast.expr) -> str:
    """The dotted name an expression spells, calls and subscripts left out; '' if it spells none."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        before = dotted(node.value)
        return f"{before}.{node.attr}" if before else node.attr
    if isinstance(node, ast.Call):
        return dotted(node.func)
    if isinstance(node, ast.Subscript):
        return dotted(node.value)
    return ""


def own_name(node: ast.AST) -> str:
    """The attribute or the name that an expression is itself; '' if it is anything else."""
    name: str = getattr(node, "attr", getattr(node, "id", ""))
    return name


def last_name(node: ast.expr) -> str:
    """The last part of a dotted name."""
    return dotted(node).rpartition(".")[2]


def yields(function: ast.AST) -> bool:
    """Whether a function is a generator; functions in it count as well."""
    return any(isinstance(node, ast.Yield | ast.YieldFrom) for node in ast.walk(function))


def returned_values(function: ast.AST) -> list[ast.expr]:
    """What a function returns, without plain `return`; functions in it count as well."""
    returns = (node for node in ast.walk(function) if isinstance(node, ast.Return))
    return [item.value for item in returns if item.value is not None]


def first_await_or_yield(roots: Iterable[ast.AST]) -> ast.AST | None:
    """The first point at which a block would hand control to other code."""
    found = [node for node in own_nodes(roots) if _suspends(node)]
    return min(found, key=lambda node: getattr(node, "lineno", 0), default=None)


def _suspends(node: ast.AST) -> bool:
    if isinstance(node, ast.comprehension):
        return bool(node.is_async)
    return isinstance(node, ast.Await | ast.Yield | ast.YieldFrom | ast.AsyncFor | ast.AsyncWith)


def is_literal(node: ast.expr) -> bool:
    """Whether an expression is a constant, or a display of nothing but constants."""
    plain = ast.Constant | ast.List | ast.Tuple | ast.UnaryOp | ast.unaryop | ast.expr_context
    return all(isinstance(part, plain) for part in ast.walk(node))
