"""A tree as it runs if some parameters are literals: branches that are not taken are gone."""

from __future__ import annotations

import ast
import operator
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from flake8_nograd.syntax.bindings import FunctionNode
from flake8_nograd.syntax.expressions import nodes_of
from flake8_nograd.syntax.literals import Known, Literals, truth_of, union, values_of
from flake8_nograd.syntax.suites import JUMP, own_statements

# The kinds of nodes that may bind a name, or say where it is bound.
_BINDING = frozenset(
    kind
    for kind in map(vars(ast).get, dir(ast))
    if isinstance(kind, type)
    and issubclass(kind, ast.AST)
    and not {"id", "arg", "name", "asname", "names", "rest"}.isdisjoint(kind._fields)
)
_SCOPE = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)


class Pruner:
    """Makes trees that share what is the same with the tree that they are made from.

    ``known`` are the literals that hold in functions; calls that are ``dropped`` do not happen.
    """

    def __init__(
        self, known: Mapping[FunctionNode, Known], dropped: Collection[ast.Call] = ()
    ) -> None:
        self._known_in = known
        self._dropped = dropped
        self._known: Known = {}
        self.originals: dict[ast.AST, ast.AST] = {}

    def pruned(self, node: Any) -> Any:
        """A node as it runs; it is the node itself if nothing in it changes."""
        if node in self._dropped:
            return ast.copy_location(ast.Constant(None), node)
        if isinstance(node, _SCOPE):
            return self._scope(node)
        if isinstance(node, ast.expr) and self._known and _is_foldable(node):
            values = values_of(node, self._known)
            if values is not None and len(values) == 1 and not isinstance(values[0], tuple):
                return ast.copy_location(ast.Constant(values[0]), node)
        if isinstance(node, ast.IfExp) and (taken := self._truth(node.test)) is not None:
            return self.pruned(node.body if taken else node.orelse)
        return self._rebuilt(node)

    def original(self, node: ast.AST) -> ast.AST:
        """The node of the first tree that a node stands for."""
        return self.originals.get(node, node)

    def _scope(self, node: Any) -> Any:
        before = self._known
        own = self._known_in.get(node, {})
        if before or own:
            bound = names_stored(node)
            self._known = {name: item for name, item in before.items() if name not in bound}
            self._known = {**self._known, **own}
        result = self._rebuilt(node)
        self._known = before
        return result

    def _rebuilt(self, node: ast.AST) -> ast.AST:
        fields = dict(ast.iter_fields(node))
        changed = {}
        for name, old in fields.items():
            new = self._field(old)
            if new is not old:
                changed[name] = new
        if not changed:
            return node
        copy = ast.copy_location(type(node)(**{**fields, **changed}), node)
        self.originals[copy] = node
        return copy

    def _field(self, old: Any) -> Any:
        if isinstance(old, ast.AST):
            return self.pruned(old)
        if not isinstance(old, list):
            return old
        if old and isinstance(old[0], ast.stmt):
            new = list(self._suite(old)) or [ast.copy_location(ast.Pass(), old[0])]
        else:
            new = [self.pruned(item) if isinstance(item, ast.AST) else item for item in old]
        same = len(new) == len(old) and all(map(operator.is_, new, old))
        return old if same else new

    def _suite(self, suite: list[ast.stmt]) -> Iterator[ast.stmt]:
        for statement in suite:
            for item in self._statement(statement):
                yield item
                if self._known and _ends(item):
                    return

    def _statement(self, statement: ast.stmt) -> Iterator[ast.stmt]:
        if isinstance(statement, ast.If) and (taken := self._truth(statement.test)) is not None:
            yield from self._suite(statement.body if taken else statement.orelse)
        else:
            yield self.pruned(statement)

    def _truth(self, test: ast.expr) -> bool | None:
        return truth_of(test, self._known) if self._known else None


def known_in(scope: FunctionNode | ast.Module, given: Mapping[str, Literals]) -> Known:
    """All names of a function or module that are literals if these parameters are."""
    stores = _Stores(scope)
    known: dict[str, Literals] = {}
    for name, literals in given.items():
        values = union([literals, *(stores.values(name, {}))])
        if values is not None:
            known[name] = values
    for name, assigned in stores.assigned.items():
        if name not in given and (len(assigned) == 1 or name in stores.looped):
            values = union(stores.values(name, known))
            if values is not None:
                known[name] = values
    return known


class _Stores:
    """What a function binds in its own scope: plain assignments, and everything else."""

    def __init__(self, scope: FunctionNode | ast.Module) -> None:
        self.assigned: dict[str, list[ast.expr]] = {}
        self.looped: set[str] = set()
        self._plain: set[ast.AST] = set()
        self._others: set[str] = set()
        for statement in own_statements(scope.body):
            self._note(statement)
        for node in nodes_of(scope):
            if node.__class__ not in _BINDING or node in self._plain:
                continue
            if isinstance(node, ast.Nonlocal | ast.Global):
                self._others.update(node.names)
            elif not isinstance(node, ast.arg):
                self._others.update(_bound_by(node))

    def values(self, name: str, known: Known) -> list[Literals | None]:
        """What is assigned to a name, beside what it is given as a parameter."""
        if name in self._others:
            return [None]
        return [values_of(value, known) for value in self.assigned.get(name, ())]

    def _note(self, statement: ast.stmt) -> None:
        if isinstance(statement, ast.Assign):
            for target in statement.targets:
                if isinstance(target, ast.Name):
                    self.assigned.setdefault(target.id, []).append(statement.value)
                    self._plain.add(target)
        elif (
            isinstance(statement, ast.For)
            and isinstance(statement.target, ast.Name)
            and isinstance(statement.iter, ast.Tuple | ast.List)
        ):
            name = statement.target.id
            self.assigned.setdefault(name, []).extend(statement.iter.elts)
            self.looped.add(name)
            self._plain.add(statement.target)


def names_stored(scope: ast.AST) -> set[str]:
    """The names that something binds, in whatever scope in it."""
    nodes = (node for node in nodes_of(scope) if node.__class__ in _BINDING)
    return {name for node in nodes for name in _bound_by(node)}


def _bound_by(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Name):
        if not isinstance(node.ctx, ast.Load):
            yield node.id
    elif isinstance(node, ast.arg):
        yield node.arg
    elif isinstance(node, ast.alias):
        yield node.asname or node.name.partition(".")[0]
    elif not isinstance(node, ast.keyword):
        name = getattr(node, "name", None) or getattr(node, "rest", None)
        if isinstance(name, str):
            yield name


def _is_foldable(node: ast.expr) -> bool:
    if isinstance(node, ast.Name):
        return isinstance(node.ctx, ast.Load)
    is_not = isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not)
    return is_not or isinstance(node, ast.Compare)


def _ends(statement: ast.stmt) -> bool:
    """Whether nothing after a statement is reached in its suite."""
    if isinstance(statement, ast.If):
        suites = statement.body, statement.orelse
        return all(suite and any(map(_ends, suite)) for suite in suites)
    if isinstance(statement, ast.With | ast.AsyncWith):
        return any(map(_ends, statement.body))
    return isinstance(statement, JUMP)
