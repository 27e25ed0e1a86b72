"""Where an import of torch goes, and whether one that is there has run when a place is reached."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator, Sequence

from flake8_nograd.fixing.edits import Import
from flake8_nograd.fixing.outline import Outline, Statement
from flake8_nograd.syntax.expressions import dotted

_LEAVES = ("exit", "_exit", "quit", "abort", "skip")


def place_import(outline: Outline, code: str, place: Statement) -> Import:
    """Beside the imports of torch; in a file that imports it lazily, inside the function."""
    relatives = [item for item in outline.statements if "torch" in _roots(item.node)]
    in_module = [item for item in relatives if _is_run_with_module(item)]
    at_top = [item for item in in_module if item.around is None]
    reached = [item for item in at_top if item.number <= place.number]
    optional = [item for item in in_module if item.around is not None]
    if reached:
        return Import(reached[0].number, after=False, code=code)
    if optional and not at_top:
        return Import(optional[0].number, after=False, code=code)
    function = place.function
    is_lazy = bool(relatives) and all(item.function is not None for item in relatives)
    if is_lazy and function is not None:
        return _at_head(outline.statements, function, code)
    return _among_imports(outline.top, code)


def is_optional(statement: Statement, place: Statement) -> bool:
    """Whether a place may be reached although an import above it failed or was left out."""
    for inner, around in zip(statement.chain, list(statement.chain)[1:], strict=False):
        if isinstance(around.node, ast.If | ast.Try) and not _shares_fate(inner, around, place):
            return True
    return False


def _shares_fate(inner: Statement, around: Statement, place: Statement) -> bool:
    """Whether the place is reached only if the suite of `inner` has run."""
    beside = next((item for item in place.chain if item.around is around), None)
    if isinstance(around.node, ast.If):
        return beside is not None and beside.suite is inner.suite
    assert isinstance(around.node, ast.Try)
    if beside is not None and any(beside.node in part for part in _tried(around.node)):
        return True
    return inner.node not in around.node.body or all(
        _leaves(handler.body[-1]) for handler in around.node.handlers
    )


def _tried(node: ast.Try) -> tuple[list[ast.stmt], list[ast.stmt]]:
    return node.body, node.orelse


def _leaves(node: ast.stmt) -> bool:
    """Whether a statement ends the module."""
    if isinstance(node, ast.Raise):
        return True
    call = node.value if isinstance(node, ast.Expr) else None
    return isinstance(call, ast.Call) and dotted(call.func).rpartition(".")[2] in _LEAVES


def _is_run_with_module(statement: Statement) -> bool:
    """Whether an import stands in the module or in a `try` or condition of it."""
    return statement.function is None and all(
        isinstance(around.node, ast.Try | ast.If)
        and not (isinstance(around.node, ast.If) and runs_elsewhere(around.node.test))
        for around in list(statement.chain)[1:]
    )


def runs_elsewhere(test: ast.expr) -> bool:
    """Whether a condition is TYPE_CHECKING or compares `__name__`."""
    return any(
        dotted(node).endswith(("TYPE_CHECKING", "__name__"))
        for node in ast.walk(test)
        if isinstance(node, ast.Name | ast.Attribute)
    )


def _roots(node: ast.stmt) -> set[str]:
    """The packages that an import takes from; none if it is relative."""
    if isinstance(node, ast.Import):
        return {alias.name.partition(".")[0] for alias in node.names}
    if isinstance(node, ast.ImportFrom) and not node.level:
        return {(node.module or "").partition(".")[0]}
    return set()


def _at_head(statements: Sequence[Statement], function: Statement, code: str) -> Import:
    first = statements[function.number + 1]
    if _is_docstring(first.node) and len(first.suite) > 1:
        first = first.suite[1]
    return Import(first.number, after=False, code=code)


def _among_imports(top: Sequence[Statement], code: str) -> Import:
    """Among the first run of imports, where a sorter of imports would put it."""
    run = list(_first_run(top))
    groups = list(_groups(run))
    foreign = next((group for group in groups if any(map(_is_foreign, group))), None)
    if foreign is not None:
        return _in_group(foreign, code)
    own = [item for item in run if not _is_relative(item.node)]
    if own:
        is_import = isinstance(own[-1].node, ast.Import | ast.ImportFrom)
        return Import(own[-1].number, after=True, code=code, apart=is_import)
    return Import((run or top)[0].number, after=False, code=code, apart=True)


def _first_run(top: Sequence[Statement]) -> Iterator[Statement]:
    """The docstring and the imports that follow."""
    for statement in top:
        is_import = isinstance(statement.node, ast.Import | ast.ImportFrom)
        if not is_import and not (_is_docstring(statement.node) and statement.index == 0):
            return
        yield statement


def _groups(run: Sequence[Statement]) -> Iterator[list[Statement]]:
    """The statements that follow each other without a blank line or a comment."""
    group: list[Statement] = []
    for statement in run:
        if group and statement.node.lineno > (group[-1].node.end_lineno or 0) + 1:
            yield group
            group = []
        group.append(statement)
    if group:
        yield group


def _in_group(group: Sequence[Statement], code: str) -> Import:
    """Behind the last plain import of a package, before what is imported from torch's family."""
    family = [item for item in group if any(root.startswith("torch") for root in _roots(item.node))]
    if family:
        return Import(family[0].number, after=False, code=code)
    plain = [item for item in group if isinstance(item.node, ast.Import) and _is_foreign(item)]
    return Import((plain or group)[-1].number, after=True, code=code)


def _is_foreign(statement: Statement) -> bool:
    """Whether this imports something that does not come with Python."""
    return any(
        root not in sys.stdlib_module_names and root != "__future__"
        for root in _roots(statement.node)
    )


def _is_relative(node: ast.stmt) -> bool:
    return isinstance(node, ast.ImportFrom) and node.level > 0


def _is_docstring(node: ast.stmt) -> bool:
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    )
