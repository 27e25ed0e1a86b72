"""Which statements have run when a place is reached, by the structure of suites."""

from __future__ import annotations

import ast

from flake8_nograd.syntax.expressions import dotted, nodes_of
from flake8_nograd.syntax.statements import Statement

_LEAVES = ("exit", "_exit", "quit", "abort", "skip")


def reaches(statement: Statement, place: Statement, is_own: bool) -> bool:
    """Whether a statement has run when a place is reached; `is_own` says that both share a scope.

    What another scope runs is believed to run in time.
    """
    for around in statement.chain:
        if isinstance(around.node, ast.If) and _runs_elsewhere(around.node.test):
            return around in place.chain
        if around in place.chain:
            break
    if not is_own:
        return True
    for around in statement.chain:
        beside = next((item for item in place.chain if item.suite is around.suite), None)
        if beside is not None:
            return around.index < beside.index
        if not isinstance(around.around and around.around.node, ast.Try | ast.With):
            return False
    return False


def may_be_left_out(statement: Statement, place: Statement) -> bool:
    """Whether a place may be reached although a statement above it failed or was left out."""
    for inner, around in zip(statement.chain, list(statement.chain)[1:], strict=False):
        if isinstance(around.node, ast.If | ast.Try) and not _shares_fate(inner, around, place):
            return True
    return False


def runs_with_module(statement: Statement) -> bool:
    """Whether a statement stands in the module, or in a `try` or condition of it."""
    return statement.function is None and all(
        isinstance(around.node, ast.Try | ast.If)
        and not (isinstance(around.node, ast.If) and _runs_elsewhere(around.node.test))
        for around in list(statement.chain)[1:]
    )


def _runs_elsewhere(test: ast.expr) -> bool:
    """Whether a condition is TYPE_CHECKING or compares `__name__`."""
    return any(
        dotted(node).endswith(("TYPE_CHECKING", "__name__"))
        for node in nodes_of(test)
        if isinstance(node, ast.Name | ast.Attribute)
    )


def _shares_fate(inner: Statement, around: Statement, place: Statement) -> bool:
    """Whether the place is reached only if the suite of `inner` has run."""
    beside = next((item for item in place.chain if item.around is around), None)
    if isinstance(around.node, ast.If):
        return beside is not None and beside.suite is inner.suite
    assert isinstance(around.node, ast.Try)
    if beside is not None and beside.node in (*around.node.body, *around.node.orelse):
        return True
    return inner.node not in around.node.body or all(
        _leaves(handler.body[-1]) for handler in around.node.handlers
    )


def _leaves(node: ast.stmt) -> bool:
    """Whether a statement ends the module."""
    if isinstance(node, ast.Raise):
        return True
    call = node.value if isinstance(node, ast.Expr) else None
    return isinstance(call, ast.Call) and dotted(call.func).rpartition(".")[2] in _LEAVES
