"""Scopes of a file: the module, its functions, lambdas and classes, and who lies in whom."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field

from flake8_nograd.flow.values import Value
from flake8_nograd.syntax.signatures import parameters, positional

_PROPERTIES = frozenset(("property", "cached_property", "lazy_property", "lazyproperty"))

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda


@dataclass(eq=False, slots=True, repr=False)
class Scope:
    """A region of names: the definitions of each name that the interpreter has met in it."""

    parent: Scope | None
    definitions: dict[str, list[Value]] = field(default_factory=dict)
    outer_names: dict[str, Scope] = field(default_factory=dict)

    def define(self, name: str, value: Value) -> None:
        """Note a definition, in the scope that a `global` or `nonlocal` statement names."""
        owner = self.outer_names.get(name, self)
        owner.definitions.setdefault(name, []).append(value)

    @property
    def module(self) -> Scope:
        """The outermost scope."""
        scope = self
        while scope.parent is not None:
            scope = scope.parent
        return scope


@dataclass(eq=False, slots=True, repr=False)
class Class(Scope):
    """A class of the file."""

    node: ast.ClassDef | None = None
    bases: tuple[Value, ...] = ()
    decorators: tuple[Value, ...] = ()
    methods: dict[str, Function] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The class's name."""
        return self.node.name if self.node else ""


@dataclass(eq=False, slots=True, repr=False)
class Function(Scope):
    """A function, method or lambda of the file; the module itself is one without a node."""

    node: FunctionNode | None = None
    owner: Class | None = None
    decorators: tuple[Value, ...] = ()
    is_generator: bool = False
    returned_tuples: set[int | None] = field(default_factory=set)

    @property
    def name(self) -> str:
        """The function's name, `<lambda>` or `<module>`."""
        if self.node is None:
            return "<module>"
        return "<lambda>" if isinstance(self.node, ast.Lambda) else self.node.name

    @property
    def is_static(self) -> bool:
        """Whether this is a method that gets neither instance nor class."""
        return is_decorated(self.node, "staticmethod")

    @property
    def is_classmethod(self) -> bool:
        """Whether the first parameter is the class."""
        return is_decorated(self.node, "classmethod")

    @property
    def is_property(self) -> bool:
        """Whether reading the method's name runs it."""
        return is_property(self.node)

    @property
    def is_abstract(self) -> bool:
        """Whether heirs are to define the method: it only raises, or does nothing."""
        return self.owner is not None and bool(self.body) and all(map(_gives_up, self.body))

    @property
    def body(self) -> list[ast.stmt]:
        """The statements of a `def`; none for a lambda or the module."""
        return [] if self.node is None or isinstance(self.node, ast.Lambda) else self.node.body

    def enclosing(self) -> Iterator[Function]:
        """This function and the functions around it, innermost first."""
        scope: Scope | None = self
        while scope is not None:
            if isinstance(scope, Function):
                yield scope
            scope = scope.parent

    def positional_parameters(self) -> list[str]:
        """Names of the parameters that can be given by position."""
        return [] if self.node is None else positional(self.node.args)

    def parameters(self) -> list[ast.arg]:
        """All parameters, starred ones included."""
        return [] if self.node is None else parameters(self.node.args)


def _gives_up(statement: ast.stmt) -> bool:
    if isinstance(statement, ast.Raise):
        raised = statement.exc.func if isinstance(statement.exc, ast.Call) else statement.exc
        return isinstance(raised, ast.Name) and raised.id == "NotImplementedError"
    is_text = isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
    return is_text or isinstance(statement, ast.Pass)


def is_decorated(node: FunctionNode | None, name: str) -> bool:
    """Whether a function is decorated with something that goes by exactly this name."""
    decorators = getattr(node, "decorator_list", ())
    return any(isinstance(item, ast.Name) and item.id == name for item in decorators)


def is_property(node: FunctionNode | None) -> bool:
    """Whether decorators make an attribute of a method, by their last names."""
    decorators = getattr(node, "decorator_list", ())
    return any(getattr(item, "id", getattr(item, "attr", "")) in _PROPERTIES for item in decorators)
