"""Statements that give names a meaning: functions, imports, annotations, declarations of scope."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flake8_nograd.flow.calls import Calls
from flake8_nograd.flow.graph import Kind, Node
from flake8_nograd.flow.imports import imported_names
from flake8_nograd.flow.program import Call
from flake8_nograd.flow.scopes import Class, Function
from flake8_nograd.flow.state import Context, flow_into
from flake8_nograd.flow.values import Value, value_of
from flake8_nograd.syntax.annotations import alternatives

_CONTAINERS = frozenset((Kind.MADE, Kind.CALL, Kind.PARAMETER))


class Definitions(Calls[Context]):
    """Binds what `def` and `import` define; the bodies of functions wait."""

    def _define(self, statement: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        decorators = tuple(self.evaluate(decorator) for decorator in statement.decorator_list)
        owner = self.scope if isinstance(self.scope, Class) else None
        function = Function(self.scope, node=statement, owner=owner, decorators=decorators)
        value = value_of(self.declare(function))
        self._decorate(function, value, statement)
        self.bind_name(statement.name, value)
        if owner is not None:
            self._define_method(owner, function)

    def _decorate(
        self, function: Function, value: Value, statement: ast.FunctionDef | ast.AsyncFunctionDef
    ) -> None:
        """Decorators are called with the function; its name goes on standing for it."""
        assert self.place is not None
        for decorator, callee in zip(statement.decorator_list, function.decorators, strict=True):
            if all(self.graph.kinds[node] is Kind.EXTERNAL for node in callee.aliases):
                continue
            call = Call(
                node=ast.copy_location(ast.Call(decorator, [], []), decorator),
                function=self.function,
                place=self.place,
                context=self.state.context,
                callee=callee,
                result=self.graph.new(Kind.CALL, None),
                loops=self.loops,
                positional=(value,),
                decorates=function,
            )
            self.program.decorations.append(call)
            self.semantics.decorate(call)

    def _define_method(self, owner: Class, function: Function) -> None:
        """A method of a class; the setter of a property has its name and is not it."""
        known = owner.methods.get(function.name)
        if known is None or not known.is_property:
            owner.methods[function.name] = function
        if function.is_property:
            self.program.properties.add(function.name)

    def _bind_parameters(self, function: Function) -> None:
        for parameter in function.parameters():
            node = self.graph.intern(Kind.PARAMETER, (function, parameter.arg))
            self.bind_name(parameter.arg, value_of(node))
            if parameter.annotation is not None:
                self._annotate(node, parameter.annotation)
        returned = getattr(function.node, "returns", None)
        if returned is not None and not function.is_generator:
            self._annotate(self.graph.intern(Kind.RETURN, function), returned)
        names = function.positional_parameters()
        if function.owner is not None and names and not function.is_static:
            kind = Kind.CLASS if function.is_classmethod else Kind.INSTANCE
            node = self.graph.intern(kind, function.owner)
            self.bind_name(names[0], value_of(node))

    def _import(self, statement: ast.Import | ast.ImportFrom) -> None:
        for name, dotted in imported_names(statement):
            self.bind_name(name, value_of(self.graph.intern(Kind.EXTERNAL, dotted)))

    def _global(self, statement: ast.Global) -> None:
        module = self.program.module
        self.scope.outer_names.update(dict.fromkeys(statement.names, module))

    def _nonlocal(self, statement: ast.Nonlocal) -> None:
        for name in statement.names:
            scope = self.scope.parent
            while scope is not None and name not in scope.definitions:
                scope = scope.parent
            if scope is not None:
                self.scope.outer_names[name] = scope

    def _close_variables(self) -> None:
        """Connect every name that was read out of order with all its definitions."""
        definitions: dict[Node, list[Value]] = {}
        filled = self.graph.filled
        for node in self.graph.interned(Kind.VARIABLE):
            scope, name = self.graph.pair(node)
            while scope is not None and name not in scope.definitions:
                scope = scope.parent
            if scope is None:
                continue
            whole = self.graph.intern(Kind.VARIABLE, (scope, name))
            definitions[whole] = scope.definitions[name]
            self.graph.copy((whole,), node)
            if node in filled:
                self.graph.copy((node,), whole)
                filled.add(whole)
        for whole, values in definitions.items():
            for value in values:
                flow_into(value, whole, self.graph)
            if whole in filled:
                self._lead_back(whole, values)

    def _lead_back(self, variable: Node, definitions: list[Value]) -> None:
        """What is stored in a variable of an outer function is found there, however it is read."""
        kept = {node for value in definitions for node in value.aliases}
        for node in kept:
            if self.graph.kinds[node] in _CONTAINERS:
                self.graph.copy((variable,), node)
                self.graph.filled.add(node)

    def _annotate(self, node: Node, annotation: ast.expr) -> None:
        """A value annotated with classes of the file is taken for an instance of one of them."""
        for name in _classes_named(annotation):
            value = self.state.lookup(name, self.graph) or self.outer_name(name)
            for thing in value.aliases:
                if self.graph.kinds[thing] is Kind.CLASS:
                    cls = self.graph.payloads[thing]
                    assert isinstance(cls, Class)
                    self.graph.copy((self.graph.intern(Kind.INSTANCE, cls),), node)


def _classes_named(annotation: ast.expr) -> Iterator[str]:
    """The plain names in an annotation, quoted or not."""
    for part in alternatives(annotation):
        if isinstance(part, ast.Name):
            yield part.id
            continue
        text = part.value if isinstance(part, ast.Constant) else None
        if isinstance(text, str) and text.isidentifier():
            yield text
