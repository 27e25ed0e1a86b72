"""Statements that give names a meaning: functions, imports, annotations, declarations of scope."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flake8_nograd.flow.expressions import Evaluator
from flake8_nograd.flow.graph import Kind, Node
from flake8_nograd.flow.scopes import Class, Function
from flake8_nograd.flow.state import Context
from flake8_nograd.flow.values import value_of


class Definitions(Evaluator[Context]):
    """Binds what `def` and `import` define; the bodies of functions wait."""

    def _define(self, statement: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        decorators = tuple(self.evaluate(decorator) for decorator in statement.decorator_list)
        owner = self.scope if isinstance(self.scope, Class) else None
        function = Function(self.scope, node=statement, owner=owner, decorators=decorators)
        node = self.declare(function)
        self.bind_name(statement.name, value_of(node))
        if owner is not None:
            owner.methods[statement.name] = function

    def _bind_parameters(self, function: Function) -> None:
        for parameter in function.parameters():
            node = self.graph.intern(Kind.PARAMETER, (function, parameter.arg))
            self.bind_name(parameter.arg, value_of(node))
            if parameter.annotation is not None:
                self._annotate(node, parameter.annotation)
        names = function.positional_parameters()
        if function.owner is not None and names and not function.is_static:
            kind = Kind.CLASS if function.is_classmethod else Kind.INSTANCE
            node = self.graph.intern(kind, function.owner)
            self.bind_name(names[0], value_of(node))

    def _import(self, statement: ast.Import) -> None:
        for alias in statement.names:
            name = alias.asname or alias.name.partition(".")[0]
            dotted = alias.name if alias.asname else name
            self.bind_name(name, value_of(self.graph.intern(Kind.EXTERNAL, dotted)))

    def _import_from(self, statement: ast.ImportFrom) -> None:
        prefix = "." * statement.level + (statement.module or "")
        separator = "" if prefix.endswith(".") else "."
        for alias in statement.names:
            dotted = f"{prefix}{separator}{alias.name}"
            node = self.graph.intern(Kind.EXTERNAL, dotted)
            self.bind_name(alias.asname or alias.name, value_of(node))

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

    def _annotate(self, node: Node, annotation: ast.expr) -> None:
        """A value annotated with classes of the file is taken for an instance of one of them."""
        for name in _classes_named(annotation):
            value = self.state.lookup(name, self.graph) or self.outer_name(name)
            for thing in value.same:
                if self.graph.kinds[thing] is Kind.CLASS:
                    cls = self.graph.payloads[thing]
                    assert isinstance(cls, Class)
                    self.graph.copy((self.graph.intern(Kind.INSTANCE, cls),), node)


def _classes_named(annotation: ast.expr) -> Iterator[str]:
    """The names in `C`, `"C"`, `C | D`, `Optional[C]` and `Union[C, D]`."""
    if isinstance(annotation, ast.Constant):
        if isinstance(annotation.value, str) and annotation.value.isidentifier():
            yield annotation.value
    elif isinstance(annotation, ast.Name):
        yield annotation.id
    elif isinstance(annotation, ast.BinOp):
        yield from _classes_named(annotation.left)
        yield from _classes_named(annotation.right)
    elif isinstance(annotation, ast.Tuple):
        for part in annotation.elts:
            yield from _classes_named(part)
    elif isinstance(annotation, ast.Subscript):
        outer = annotation.value
        name = outer.attr if isinstance(outer, ast.Attribute) else getattr(outer, "id", "")
        if name in ("Optional", "Union"):
            yield from _classes_named(annotation.slice)
