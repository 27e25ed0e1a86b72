"""Which reads of a name an assignment may reach, by the structure of suites."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from itertools import chain, takewhile

from flake8_nograd.syntax.bindings import Bindings, Variable
from flake8_nograd.syntax.expressions import children_of, nodes_of

_LOOPS = (ast.For, ast.AsyncFor, ast.While)
_MOST_STORES = 8  # to follow; each is looked for in all the rest of the function
_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def loads_reached(bindings: Bindings, variable: Variable, store: ast.AST) -> list[ast.Name]:
    """The reads of a variable that may see what a statement binds to it, perhaps too many."""
    loads = bindings.loads.get(variable, [])
    if bindings.scope_of(store) is not variable.scope:
        return loads
    if len(bindings.stores.get(variable, ())) > _MOST_STORES:
        return loads
    waiting: set[ast.AST] = {load for load in loads if bindings.scope_of(load) is variable.scope}
    after = _after(bindings, bindings.statement_of(store), variable.name)
    while waiting and (node := next(after, None)) is not None:
        waiting.difference_update(nodes_of(node))
    return [load for load in loads if load not in waiting]


def _after(bindings: Bindings, statement: ast.stmt, name: str) -> Iterator[ast.AST]:
    """Parts of the program that may run after a statement and before the name is bound again."""
    while True:
        around = bindings.parents.get(statement)
        suite = _suite_of(around, statement)
        if suite is None or isinstance(around, ast.Try | ast.ExceptHandler):
            yield bindings.function_of(statement)
            return
        rest = suite[suite.index(statement) + 1 :]
        yield from _exposed_suite(rest, name)
        bound = next((at for at, item in enumerate(rest) if _binds(item, name)), None)
        if bound is not None and not _may_be_left(rest[: bound + 1], around, bindings):
            return
        if isinstance(around, ast.match_case):
            around = bindings.parents[around]
        if not isinstance(around, ast.stmt) or isinstance(around, _DEFINITIONS):
            return
        if isinstance(around, _LOOPS):
            yield from _exposed(around, name)
        statement = around


def _may_be_left(suite: Sequence[ast.stmt], around: ast.AST | None, bindings: Bindings) -> bool:
    """Whether control may pass the end of some statements by, for code further down."""
    jumps = any(
        isinstance(node, ast.Break | ast.Continue) for item in suite for node in nodes_of(item)
    )
    outer = bindings.around(around) if around is not None else ()
    return jumps or any(
        isinstance(item, ast.Try | ast.With | ast.AsyncWith)
        for item in takewhile(lambda item: not isinstance(item, _DEFINITIONS), outer)
    )


def _exposed_suite(suite: Sequence[ast.stmt], name: str) -> Iterator[ast.AST]:
    """The parts of a suite that may read what the name was before it."""
    for statement in suite:
        yield from _exposed(statement, name)
        if _binds(statement, name):
            return


def _exposed(statement: ast.stmt, name: str) -> Iterator[ast.AST]:
    if isinstance(statement, ast.For | ast.AsyncFor | ast.While | ast.If | ast.With):
        suites = [statement.body, getattr(statement, "orelse", [])]
        inner = set(chain(*suites))
        yield from (part for part in children_of(statement) if part not in inner)
        if not _is_loop_over(statement, name):
            yield from _exposed_suite(suites[0], name)
        yield from _exposed_suite(suites[1], name)
    else:
        yield statement


def _is_loop_over(statement: ast.stmt, name: str) -> bool:
    """Whether each turn of a loop gives the name another value."""
    return isinstance(statement, ast.For | ast.AsyncFor) and any(
        isinstance(part, ast.Name) and part.id == name for part in nodes_of(statement.target)
    )


def _binds(statement: ast.stmt, name: str) -> bool:
    """Whether a statement gives the name another value, whatever happens."""
    if isinstance(statement, ast.If):
        return all(
            any(_binds(item, name) for item in suite)
            for suite in (statement.body, statement.orelse)
        )
    return isinstance(statement, ast.Assign) and any(
        isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store) and part.id == name
        for target in statement.targets
        for part in _parts(target)
    )


def _parts(target: ast.expr) -> Sequence[ast.expr]:
    return target.elts if isinstance(target, ast.Tuple | ast.List) else (target,)


def _suite_of(around: ast.AST | None, statement: ast.stmt) -> list[ast.stmt] | None:
    """The suite of a node in which a statement stands."""
    for field in ("body", "orelse", "finalbody"):
        suite = getattr(around, field, None)
        if isinstance(suite, list) and any(item is statement for item in suite):
            return suite
    return None
