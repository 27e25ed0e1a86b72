"""What the interpreter asks of those who give its calls and contexts a meaning."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Sequence
from typing import NamedTuple, Protocol

from flake8_nograd.flow.program import Call, Place
from flake8_nograd.flow.scopes import Function
from flake8_nograd.flow.state import Context
from flake8_nograd.flow.values import Value


class Store(NamedTuple):
    """A value is kept in what the expression `target` yields."""

    target: ast.expr
    owner: Value
    value: Value


class AttributeStore(NamedTuple):
    """An attribute of ``owner`` is assigned, from ``source`` if that is a plain assignment."""

    target: ast.Attribute
    owner: Value
    value: Value
    source: ast.expr | None


class Semantics(Protocol[Context]):
    """Hooks of the interpreter. A context is an immutable value that flows with the state."""

    def entry(self, function: Function) -> Context:
        """The context in which the body of a function starts."""
        ...

    def join(self, contexts: Sequence[Context]) -> Context:
        """The context after branches that end in these."""
        ...

    def enter(self, item: ast.expr, value: Value, context: Context) -> Context:
        """The context inside a `with` item."""
        ...

    def leave(self, before: Context, inside: Context) -> Context:
        """The context after a `with` block."""
        ...

    def runs(self, dotted: str) -> tuple[int, str] | None:
        """By position and name, the parameter that calling an imported name does nothing but run.

        It is given the other arguments, and what it returns is handed back.
        """
        ...

    def call(self, call: Call[Context]) -> tuple[Value, Context]:
        """The result of a call, and the context after it."""
        ...

    def decorate(self, call: Call[Context]) -> None:
        """The call of a decorator with the function that it decorates."""
        ...

    def stores(self, call: Call[Context]) -> Iterable[Store]:
        """What a call keeps in its receiver or in one of its arguments."""
        ...

    def exit(self, function: Function, contexts: Sequence[Context]) -> None:
        """The body of a function ends, by its returns or by its last statement, in these."""
        ...

    def suspend(
        self, node: ast.AST, function: Function, context: Context, place: Place | None
    ) -> None:
        """A generator yields, or a coroutine awaits, in this context."""
        ...

    def iterate(self, value: Value, function: Function, context: Context) -> Context:
        """A value is iterated over; the context inside a loop over it."""
        ...

    def attribute(self, node: ast.Attribute, owner: Value, function: Function) -> Value | None:
        """What reading an attribute yields, or None to leave it to the interpreter."""
        ...

    def store_attribute(
        self, store: AttributeStore, function: Function, place: Place | None, context: Context
    ) -> Context:
        """An attribute of something is assigned; the context after it."""
        ...

    def observe(self, value: Value, node: ast.expr) -> None:
        """A value is used as plain Python: compared, tested, formatted."""
        ...

    def discard(self, value: Value, node: ast.expr) -> None:
        """A value is dropped by an expression statement."""
        ...

    def accumulate(
        self, value: Value, function: Function, place: Place | None, context: Context
    ) -> Value:
        """The value that a statement may add to what is there already."""
        ...

    def operate(self, value: Value, node: ast.expr, context: Context) -> Value:
        """The value of an arithmetic operation."""
        ...
