"""Who calls a function: all callers, or the admission that they are not all in sight."""

from __future__ import annotations

import ast
from collections.abc import Container
from functools import cached_property

from flake8_nograd.elsewhere import NOWHERE, Elsewhere
from flake8_nograd.flow.scopes import Function, is_property
from flake8_nograd.syntax.bindings import Bindings, FunctionNode
from flake8_nograd.syntax.expressions import last_name, nodes_of, own_name, yields
from flake8_nograd.syntax.signatures import positional
from flake8_nograd.vocabulary import escapes

_SUPPRESSES = frozenset("suppress raises assertRaises assertRaisesRegex".split())
_TRANSPARENT = frozenset("staticmethod classmethod no_grad inference_mode".split())


class Callers:
    """Answers from one file, as long as no other file speaks of the function."""

    def __init__(self, bindings: Bindings, elsewhere: Elsewhere = NOWHERE) -> None:
        self._bindings = bindings
        self._elsewhere = elsewhere
        self._reflecting = {
            bindings.function_of(node)
            for node in bindings.nodes
            if isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id in escapes.REFLECTION
            and not bindings.stores.get(bindings.of(node.func))
        }
        self._looks_into_frames = any(
            isinstance(node, ast.Attribute) and node.attr in escapes.FRAMES
            for node in bindings.nodes
        )
        self.is_script = any(map(_runs_something, bindings.tree.body))

    def is_shared(self, name: str) -> bool:
        """Whether another file may import a global name."""
        return self._elsewhere.is_mentioned("", name)

    def reflects(self, scope: ast.AST) -> bool:
        """Whether names of a scope may be reached by their text."""
        if self._looks_into_frames or isinstance(scope, ast.Module):
            return self._looks_into_frames or bool(self._reflecting)
        return any(scope in self._bindings.around(function) for function in self._reflecting)

    def all_calls_of(self, function: FunctionNode) -> list[ast.Call] | None:
        """Every call of a function; None if others may call it, or get what it returns."""
        if not all(map(_is_transparent, function.decorator_list)) or is_property(function):
            return None
        if yields(function):
            return None
        scope = self._bindings.scope_of(function)
        if isinstance(scope, ast.Module | ast.ClassDef):
            cls = scope.name if isinstance(scope, ast.ClassDef) else ""
            if self._elsewhere.is_mentioned(cls, function.name):
                return None
        if isinstance(scope, ast.ClassDef):
            return self._calls_of_method(function)
        if isinstance(scope, ast.Module) and not self.is_script and not _is_private(function):
            return None
        if self.reflects(scope):
            return None
        variable = self._bindings.in_scope(scope, function.name)
        if len(self._bindings.stores[variable]) != 1:
            return None
        calls = []
        for load in self._bindings.loads.get(variable, ()):
            call = self._bindings.parents[load]
            if not isinstance(call, ast.Call) or call.func is not load:
                return None
            calls.append(call)
        return calls

    def may_wait_for_errors(self, node: ast.AST, covered: Container[ast.AST]) -> bool:
        """Whether somebody around some code, or around a call of a function, expects an error."""
        return (
            bool(self._watched_calls)
            or self._are_handed_on(node)
            or any(
                isinstance(around, ast.Try)
                or (isinstance(around, ast.With) and around not in covered)
                for around in self._bindings.around(node)
            )
        )

    @cached_property
    def expects_errors(self) -> bool:
        """Whether anything in the file goes on after an error."""
        return any(map(_expects_errors, self._bindings.nodes))

    def _are_handed_on(self, node: ast.AST) -> bool:
        """Whether a function around some code may be run by other code that expects errors."""
        if not self.expects_errors:
            return False
        return any(
            isinstance(around, FunctionNode)
            and (around.name in self._handed_on or not _is_bare(around))
            for around in self._bindings.around(node)
        )

    @cached_property
    def _handed_on(self) -> frozenset[str]:
        """The names and attributes that are read without being called where they are read."""
        return frozenset(map(own_name, self._bindings.values_read))

    @cached_property
    def _watched_calls(self) -> list[ast.Call]:
        """Calls of functions of the file for which a `try` waits."""
        names = {node.name for node in self._bindings.nodes if isinstance(node, FunctionNode)}
        return [
            node
            for around in filter(_expects_errors, self._bindings.nodes)
            for statement in getattr(around, "body", ())
            for node in nodes_of(statement)
            if isinstance(node, ast.Call) and own_name(node.func) in names
        ]

    def parameters_for(self, node: ast.AST, call: ast.Call, function: Function) -> list[str] | None:
        """The parameters that an argument of a call becomes; None if that is not plain to see."""
        definition = function.node
        if definition is None or any(isinstance(item, ast.Starred) for item in call.args):
            return None
        if isinstance(node, ast.keyword):
            if node.arg is None:
                return None
            known = {item.arg for item in function.parameters()}
            return [node.arg] if node.arg in known else None
        names = positional(definition.args)
        is_bound = isinstance(call.func, ast.Attribute) and function.owner is not None
        names = names[1:] if is_bound and not function.is_static else names
        position = next((at for at, item in enumerate(call.args) if item is node), None)
        if position is None or position >= len(names):
            return None
        return [names[position]]

    def _calls_of_method(self, function: FunctionNode) -> list[ast.Call] | None:
        """Every call of something by the name of a method, in a program that is one file."""
        if (not _is_private(function) and not self.is_script) or function.name.startswith("__"):
            return None
        calls = []
        for node in self._bindings.nodes:
            if isinstance(node, ast.Constant) and node.value == function.name:
                return None
            if isinstance(node, ast.Call) and self._picks_by_text(node):
                return None
            if not isinstance(node, ast.Attribute) or node.attr != function.name:
                continue
            call = self._bindings.parents[node]
            if not isinstance(call, ast.Call) or call.func is not node:
                return None
            calls.append(call)
        return calls

    def _picks_by_text(self, call: ast.Call) -> bool:
        """Whether a call picks a method by a text that is put together elsewhere."""
        name = own_name(call.func)
        owner = call.args[0] if call.args else None
        if isinstance(owner, ast.Name) and name == "getattr":
            stores = self._bindings.stores.get(self._bindings.of(owner), ())
            if stores and all(isinstance(item, ast.Import | ast.ImportFrom) for item in stores):
                return False
        texts = call.args[1:2] if name == "getattr" else call.args
        return name in ("getattr", "methodcaller", "attrgetter") and not all(
            isinstance(item, ast.Constant) for item in texts
        )


def _expects_errors(node: ast.AST) -> bool:
    if isinstance(node, ast.With):
        return any(last_name(item.context_expr) in _SUPPRESSES for item in node.items)
    return bool(getattr(node, "handlers", ()))


def _is_private(function: FunctionNode) -> bool:
    """Whether a name says that no other file is to call the function."""
    return function.name.startswith("_")


def _is_bare(function: FunctionNode) -> bool:
    """Whether calling a function runs it and nothing around it."""
    return all(map(_is_transparent, function.decorator_list))


def _is_transparent(decorator: ast.expr) -> bool:
    node = decorator.func if isinstance(decorator, ast.Call) else decorator
    return own_name(node) in _TRANSPARENT


def _runs_something(statement: ast.stmt) -> bool:
    """Whether a statement of a module does more than define: the file is a program."""
    if isinstance(statement, ast.If):
        return "__main__" in ast.unparse(statement.test)
    if isinstance(statement, ast.For | ast.While | ast.With):
        return True
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call)
