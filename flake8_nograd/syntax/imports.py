"""What imports bind, where it comes from, and how they stand together."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from flake8_nograd.syntax.bindings import Bindings, Variable
from flake8_nograd.syntax.statements import Statement

ImportNode = ast.Import | ast.ImportFrom


def imported(node: ImportNode) -> Iterator[tuple[str, str]]:
    """The names an import binds and where each comes from."""
    for alias in node.names:
        if isinstance(node, ast.ImportFrom):
            home = "." * node.level + (node.module or "")
            yield alias.asname or alias.name, f"{home}.{alias.name}"
        elif alias.asname:
            yield alias.asname, alias.name
        else:
            root = alias.name.split(".")[0]
            yield root, root


def imports_of(variable: Variable, bindings: Bindings) -> tuple[list[tuple[ImportNode, str]], bool]:
    """The imports of a variable and where from, and whether nothing else gives it a value."""
    imports: list[tuple[ImportNode, str]] = []
    is_only = True
    for node in bindings.stores.get(variable, []):
        if isinstance(node, ImportNode):
            origins = [origin for name, origin in imported(node) if name == variable.name]
            imports += [(node, origin) for origin in origins]
        else:
            is_only = is_only and _is_fallback(node, bindings)
    return imports, is_only


def _is_fallback(node: ast.AST, bindings: Bindings) -> bool:
    """Whether this is the `name = None` of a failed import."""
    match list(bindings.around(node))[:3]:
        case [_, ast.Assign(value=ast.Constant(value=None)), ast.Try() | ast.ExceptHandler()]:
            return True
    return False


def roots(node: ast.stmt) -> set[str]:
    """The packages that an import takes from; none if it is relative."""
    if isinstance(node, ast.Import):
        return {alias.name.partition(".")[0] for alias in node.names}
    if isinstance(node, ast.ImportFrom) and not node.level:
        return {(node.module or "").partition(".")[0]}
    return set()


def is_docstring(node: ast.stmt) -> bool:
    """Whether a statement is a text and nothing else."""
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    )


def first_run(top: Sequence[Statement]) -> Iterator[Statement]:
    """The docstring of a module and the imports that follow."""
    for statement in top:
        is_import = isinstance(statement.node, ImportNode)
        if not is_import and not (is_docstring(statement.node) and statement.index == 0):
            return
        yield statement


def groups(run: Sequence[Statement]) -> Iterator[list[Statement]]:
    """The statements that follow each other without a blank line or a comment."""
    group: list[Statement] = []
    for statement in run:
        if group and statement.node.lineno > (group[-1].node.end_lineno or 0) + 1:
            yield group
            group = []
        group.append(statement)
    if group:
        yield group
