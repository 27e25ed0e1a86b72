"""What the interpreter makes of a file: its scopes, its calls and its value-flow graph."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Generic

from flake8_nograd.flow.graph import FlowGraph, Node
from flake8_nograd.flow.scopes import Class, Function
from flake8_nograd.flow.state import Context
from flake8_nograd.flow.values import PLAIN, Value


@dataclass(eq=False, slots=True)
class Place:
    """A statement in its suite, and the statement around that suite."""

    statement: ast.stmt
    suite: list[ast.stmt]
    index: int
    outer: Place | None
    loops: int


@dataclass(eq=False, slots=True)
class Call(Generic[Context]):
    """One call as the interpreter met it; ``result`` is its node in the graph.

    ``imported`` is the dotted name of a callee that can only be imported or built in. A decorator
    is called with the function that it ``decorates``. ``written`` is what stands in the file, where
    that is a call of something that runs what it is given, by the dotted name of ``runner``.
    """

    node: ast.Call
    function: Function
    place: Place
    context: Context
    callee: Value
    result: Node
    loops: int
    imported: str | None = None
    receiver: Value | None = None
    method: str = ""
    positional: tuple[Value, ...] = ()
    keywords: dict[str, Value] = field(default_factory=dict)
    starred: Value = PLAIN
    decorates: Function | None = None
    written: ast.Call | None = None
    runner: str = ""

    @property
    def name(self) -> str:
        """The last name of what is called; empty if that has none."""
        return self.method or getattr(self.node.func, "id", "")

    @property
    def receiver_node(self) -> ast.expr:
        """What a method is called on; of a method that was kept in a name, that name."""
        function = self.node.func
        return function.value if isinstance(function, ast.Attribute) else function

    def written_arguments(self) -> list[tuple[ast.expr, Value]]:
        """Arguments as they are written, with their values, those behind stars left out."""
        given: list[tuple[ast.expr, Value]] = [*zip(self.node.args, self.positional, strict=False)]
        named = ((item.value, self.keywords.get(item.arg or "")) for item in self.node.keywords)
        return given + [(node, value) for node, value in named if value is not None]

    def arguments(self) -> list[Value]:
        """All argument values, however they are given."""
        given = [*self.positional, *self.keywords.values()]
        if self.starred.aliases or self.starred.dependencies:
            given.append(self.starred)
        return given

    def argument(self, position: int, keyword: str) -> Value | None:
        """One argument by position or keyword."""
        if position < len(self.positional):
            return self.positional[position]
        return self.keywords.get(keyword)


@dataclass(eq=False, slots=True)
class CallbackArgument(Generic[Context]):
    """A call that may run, in this context, the functions that it is ``given``.

    ``gives_back`` says that it may as well only keep them or hand them on.
    """

    call: Call[Context]
    given: AbstractSet[Node]
    context: Context
    gives_back: bool


@dataclass(eq=False, slots=True)
class Read(Generic[Context]):
    """The reading of an attribute of which some class of the file makes a property."""

    owner: Value
    attribute: str
    function: Function
    context: Context


@dataclass(eq=False, slots=True)
class Change(Generic[Context]):
    """A statement that may change a value in place; ``node`` is what it assigns to."""

    node: ast.Name | ast.Subscript
    value: Value
    function: Function
    place: Place
    context: Context


@dataclass(eq=False, slots=True)
class Program(Generic[Context]):
    """All scopes and calls of a file, in the order in which they were met."""

    module: Function
    graph: FlowGraph = field(default_factory=FlowGraph)
    functions: list[Function] = field(default_factory=list)
    functions_named: defaultdict[str, list[Function]] = field(
        default_factory=lambda: defaultdict(list)
    )
    classes: list[Class] = field(default_factory=list)
    calls: list[Call[Context]] = field(default_factory=list)
    decorations: list[Call[Context]] = field(default_factory=list)
    properties: set[str] = field(default_factory=set)
    reads: list[Read[Context]] = field(default_factory=list)
    changes: list[Change[Context]] = field(default_factory=list)
    callback_arguments: list[CallbackArgument[Context]] = field(default_factory=list)
    annotated: list[tuple[Node, ast.expr]] = field(default_factory=list)  # beside parameters
    # The dotted name of what `import *` gives a name that nothing else in the file binds.
    behind_star: Callable[[str], str | None] = field(default=lambda name: None)


def rest_of_suite(place: Place) -> Sequence[ast.stmt]:
    """A statement and those that follow it in its suite."""
    return place.suite[place.index :]


def suites_of(place: Place) -> list[Place]:
    """A statement's place and the places around it, outermost first."""
    chain: list[Place] = []
    current: Place | None = place
    while current is not None:
        chain.append(current)
        current = current.outer
    return chain[::-1]
