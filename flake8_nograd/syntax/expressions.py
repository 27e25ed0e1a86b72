"""Small questions about syntax trees."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)
_WITHOUT_NODES = frozenset(
    "ctx id attr name module level kind arg asname conversion simple is_async type_comment rest tag"
    " kwd_attrs str".split()
)


class _Fields(dict[type, tuple[str, ...]]):
    """The fields that hold nodes or lists of them, by the class of the node."""

    def __missing__(self, kind: type[ast.AST]) -> tuple[str, ...]:
        fields = tuple(name for name in kind._fields if name not in _WITHOUT_NODES)
        return self.setdefault(kind, fields)


# Half of all nodes are names or constants; the values of these may be anything.
_FIELDS = _Fields(dict.fromkeys((ast.Constant, ast.MatchSingleton, ast.Global, ast.Nonlocal), ()))
if hasattr(ast, "TypeAlias"):  # its name is a node
    _FIELDS[ast.TypeAlias] = ("name", "type_params", "value")


def own_nodes(roots: Iterable[ast.AST]) -> Iterator[ast.AST]:
    """The trees and all that runs with them: nested functions and classes are only defined."""
    pending = list(roots)
    while pending:
        node = pending.pop()
        yield node
        if not isinstance(node, _SCOPES):
            pending.extend(children_of(node))


def all_nodes(roots: Iterable[ast.AST]) -> Iterator[ast.AST]:
    """The trees and everything in them."""
    for root in roots:
        yield from nodes_of(root)


def nodes_of(root: ast.AST) -> Iterator[ast.AST]:
    """What `ast.walk` yields, in its order and in less time; contexts of names are left out."""
    todo = [root]
    for node in todo:
        yield node
        for name in _FIELDS[node.__class__]:
            value = getattr(node, name, None)
            if value.__class__ is list:
                todo += filter(None, value)
            elif value is not None:
                todo.append(value)


def children_of(node: ast.AST) -> list[ast.AST]:
    """What `ast.iter_child_nodes` yields, but for the contexts of names."""
    children: list[ast.AST] = []
    for name in _FIELDS[node.__class__]:
        value = getattr(node, name, None)
        if value.__class__ is list:
            children += filter(None, value)
        elif value is not None:
            children.append(value)
    return children


def header(node: ast.stmt) -> list[ast.AST]:
    """A statement without the statements nested in it."""
    parts: list[ast.AST] = []
    for child in children_of(node):
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


def inwards(node: ast.expr) -> Iterator[ast.expr]:
    """An expression, what it is read from or called on, and so on to where it starts."""
    yield node
    while isinstance(node, ast.Call | ast.Attribute | ast.Subscript):
        node = node.func if isinstance(node, ast.Call) else node.value
        yield node


def own_name(node: ast.AST) -> str:
    """The attribute or the name that an expression is itself; '' if it is anything else."""
    name: str = getattr(node, "attr", getattr(node, "id", ""))
    return name


def last_name(node: ast.expr) -> str:
    """The last part of a dotted name."""
    return dotted(node).rpartition(".")[2]


def yields(function: ast.AST) -> bool:
    """Whether a function is a generator; functions in it count as well."""
    return any(isinstance(node, ast.Yield | ast.YieldFrom) for node in nodes_of(function))


def returned_values(function: ast.AST) -> list[ast.expr]:
    """What a function returns, without plain `return`; functions in it count as well."""
    returns = (node for node in nodes_of(function) if isinstance(node, ast.Return))
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
    return all(isinstance(part, plain) for part in nodes_of(node))
