"""Who stands around whom in a tree, and where each name is bound and read, by Python's scopes."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import NamedTuple

from flake8_nograd.syntax.expressions import children_of, nodes_of

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef
_FUNCTION = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
_SCOPE = (*_FUNCTION, ast.ClassDef, ast.Module)
_NAMING = (ast.MatchAs, ast.MatchStar, ast.MatchMapping, ast.ExceptHandler)


class Variable(NamedTuple):
    """A name of one scope: a module, a class, a function or a lambda."""

    scope: ast.AST
    name: str


class Bindings:
    """Parents of nodes, and the places of all variables of a module."""

    def __init__(self, tree: ast.Module) -> None:
        self.tree = tree
        self.parents: dict[ast.AST, ast.AST] = {}
        self.loads: defaultdict[Variable, list[ast.Name]] = defaultdict(list)
        self.stores: defaultdict[Variable, list[ast.AST]] = defaultdict(list)
        self._bound: defaultdict[ast.AST, set[str]] = defaultdict(set)
        self._outer: defaultdict[ast.AST, dict[str, bool]] = defaultdict(dict)
        self._scopes: dict[ast.AST, ast.AST] = {}
        names: list[tuple[ast.AST, str]] = []
        todo: list[ast.AST] = [tree]
        while todo:
            node = todo.pop()
            for child in children_of(node):
                self.parents[child] = node
                todo.append(child)
            names += ((node, name) for name in self._note(node))
        for node, name in names:
            self._scopes[node] = self._naming_scope(node)
            variable = self._variable(self._scopes[node], name)
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
                self.loads[variable].append(node)
            else:
                self.stores[variable].append(node)

    @cached_property
    def values_read(self) -> list[ast.Name | ast.Attribute]:
        """Names and attributes that are read, and not called where they stand."""
        return [
            node
            for node, outer in self.parents.items()
            if isinstance(node, ast.Name | ast.Attribute)
            and isinstance(node.ctx, ast.Load)
            and getattr(outer, "func", None) is not node
        ]

    @cached_property
    def nodes(self) -> list[ast.AST]:
        """The tree and everything in it, from the outside in."""
        return list(nodes_of(self.tree))

    def of(self, name: ast.Name) -> Variable:
        """The variable that a name stands for."""
        return self._variable(self.scope_of(name), name.id)

    def is_parameter(self, name: ast.Name) -> bool:
        """Whether a name may stand for what its function is given."""
        return any(isinstance(store, ast.arg) for store in self.stores.get(self.of(name), ()))

    def in_scope(self, scope: ast.AST, name: str) -> Variable:
        """The variable that a name stands for in the body of a function or of the module."""
        return self._variable(scope, name)

    def scope_of(self, node: ast.AST) -> ast.AST:
        """The module, class or function whose body a node is part of."""
        if isinstance(node, ast.Name) and node in self._scopes:
            return self._scopes[node]
        inner = node
        while inner in self.parents:
            outer = self.parents[inner]
            if isinstance(outer, _SCOPE) and _is_inside(outer, inner):
                return outer
            inner = outer
        return inner

    def function_of(self, node: ast.AST) -> ast.AST:
        """The function or lambda in which a node runs; the module if there is none."""
        scope = self.scope_of(node)
        while isinstance(scope, ast.ClassDef):
            scope = self.scope_of(scope)
        return scope

    def around(self, node: ast.AST) -> Iterator[ast.AST]:
        """The node and what stands around it, innermost first."""
        current: ast.AST | None = node
        while current is not None:
            yield current
            current = self.parents.get(current)

    def statement_of(self, node: ast.AST) -> ast.stmt:
        """The innermost statement around a node; raises `StopIteration` for a module."""
        return next(item for item in self.around(node) if isinstance(item, ast.stmt))

    def _note(self, node: ast.AST) -> Iterable[str]:
        """The names that a node binds or reads, noted where they are bound."""
        if isinstance(node, ast.Name):
            if not isinstance(node.ctx, ast.Load):
                self._bound[self.scope_of(node)].add(node.id)
            return (node.id,)
        if isinstance(node, ast.Global | ast.Nonlocal):
            declared = dict.fromkeys(node.names, isinstance(node, ast.Global))
            self._outer[self.scope_of(node)].update(declared)
            return ()
        names = list(_names_defined(node))
        if names:
            self._bound[self._naming_scope(node)].update(names)
        return names

    def _naming_scope(self, node: ast.AST) -> ast.AST:
        if isinstance(node, ast.arg):
            return next(item for item in self.around(node) if isinstance(item, _FUNCTION))
        return self.scope_of(node)

    def _variable(self, scope: ast.AST, name: str) -> Variable:
        current, is_own = scope, True
        while not isinstance(current, ast.Module):
            is_global = self._outer[current].get(name)
            if is_global:
                return Variable(self.tree, name)
            is_seen = is_own or not isinstance(current, ast.ClassDef)
            if is_global is None and is_seen and name in self._bound[current]:
                return Variable(current, name)
            current, is_own = self.scope_of(current), False
        return Variable(self.tree, name)


def _is_inside(scope: ast.AST, child: ast.AST) -> bool:
    """Whether a child of a definition is part of its body: not a decorator, default or base."""
    if isinstance(scope, ast.Lambda):
        return child is scope.body
    return isinstance(child, ast.stmt) or isinstance(scope, ast.Module)


def _names_defined(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.arg):
        yield node.arg
    elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        yield node.name
    elif isinstance(node, ast.Import | ast.ImportFrom):
        for alias in node.names:
            yield alias.asname or alias.name.partition(".")[0]
    elif isinstance(node, _NAMING):
        name = getattr(node, "name", None) or getattr(node, "rest", None)
        if name:
            yield name
