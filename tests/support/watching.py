"""The interpreter with a semantics that means nothing, to see how it walks and what flows where."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from textwrap import dedent

from flake8_nograd.flow.graph import Kind, Node, closure
from flake8_nograd.flow.interpreter import interpret
from flake8_nograd.flow.program import Call, Place, Program
from flake8_nograd.flow.scopes import Function
from flake8_nograd.flow.semantics import AttributeStore, Store
from flake8_nograd.flow.values import Value, value_of
from flake8_nograd.syntax.access_path import access_path

Context = tuple[str, ...]
CONTRADICTION: Context = ("?",)


@dataclass
class WatchingSemantics:
    """Contexts are the guards around a place; `switch("x")` adds one from there on.

    `x.keep(y)` keeps `y` in `x`; `lib.run(a, f, b)` and `lib.run(a, what=f)` do nothing but run
    `f` on the rest.
    """

    calls: list[Call[Context]] = field(default_factory=list)
    observed: list[str] = field(default_factory=list)
    discarded: list[str] = field(default_factory=list)
    iterated: list[Value] = field(default_factory=list)
    exits: dict[str, set[Context]] = field(default_factory=dict)
    suspended: list[Context] = field(default_factory=list)
    decorations: list[Call[Context]] = field(default_factory=list)

    def entry(self, function: Function) -> Context:
        return ()

    def join(self, contexts: Sequence[Context]) -> Context:
        return contexts[0] if len(set(contexts)) == 1 else CONTRADICTION

    def enter(self, item: ast.expr, value: Value, context: Context) -> Context:
        return (*context, ast.unparse(item))

    def leave(self, before: Context, inside: Context) -> Context:
        return before

    def runs(self, dotted: str) -> tuple[int, str] | None:
        return (1, "what") if dotted == "lib.run" else None

    def decorate(self, call: Call[Context]) -> None:
        self.decorations.append(call)

    def call(self, call: Call[Context]) -> tuple[Value, Context]:
        self.calls.append(call)
        context = call.context
        if access_path(call.node.func) == "switch":
            context = (*context, ast.unparse(call.node.args[0]))
        return value_of(call.result), context

    def stores(self, call: Call[Context]) -> Iterable[Store]:
        if call.method == "keep" and call.receiver is not None:
            assert isinstance(call.node.func, ast.Attribute)
            yield Store(call.node.func.value, call.receiver, call.positional[0])

    def exit(self, function: Function, contexts: Sequence[Context]) -> None:
        self.exits[function.name] = set(contexts)

    def suspend(
        self, node: ast.AST, function: Function, context: Context, place: Place | None
    ) -> None:
        self.suspended.append(context)

    def iterate(self, value: Value, function: Function, context: Context) -> Context:
        self.iterated.append(value)
        return context

    def attribute(self, node: ast.Attribute, owner: Value, function: Function) -> Value | None:
        return None

    def store_attribute(
        self, store: AttributeStore, function: Function, place: Place | None, context: Context
    ) -> Context:
        return context

    def observe(self, value: Value, node: ast.expr) -> None:
        self.observed.append(ast.unparse(node))

    def discard(self, value: Value, node: ast.expr) -> None:
        self.discarded.append(ast.unparse(node))

    def accumulate(
        self, value: Value, function: Function, place: Place | None, context: Context
    ) -> Value:
        return value

    def operate(self, value: Value, node: ast.expr, context: Context) -> Value:
        return value


class Watched:
    """A program after its interpretation; questions are asked about its calls of `sink`."""

    def __init__(self, text: str) -> None:
        self.semantics = WatchingSemantics()
        self.program: Program[Context] = Program(Function(None))
        interpret(ast.parse(dedent(text)), self.program, self.semantics)

    @property
    def sinks(self) -> list[Call[Context]]:
        """The calls of `sink`, in the order in which they were met."""
        return [call for call in self.semantics.calls if access_path(call.node.func) == "sink"]

    def may_be(self) -> set[str]:
        """What the argument of `sink` may be the very same object as."""
        graph = self.program.graph
        start = {node for call in self.sinks for node in call.positional[0].aliases}
        return self._names(closure(start, graph.copied_from))

    def made_of(self) -> set[str]:
        """What the argument of `sink` is, or is computed from."""
        graph = self.program.graph
        start = {node for call in self.sinks for node in call.positional[0].flows}
        return self._names(closure(start, graph.copied_from, graph.derived_from))

    def _names(self, nodes: set[Node]) -> set[str]:
        return {name for name in map(self._name, nodes) if name}

    def _name(self, node: Node) -> str:
        """The names of calls, parameters, functions, classes and imports; else nothing."""
        kind, payload = self.program.graph.kinds[node], self.program.graph.payloads[node]
        if isinstance(payload, Call):
            return access_path(payload.node.func)
        if kind is Kind.PARAMETER and isinstance(payload, tuple):
            return f"parameter:{payload[1]}"
        if kind in (Kind.FUNCTION, Kind.CLASS):
            return str(getattr(payload, "name", ""))
        return str(payload) if kind is Kind.EXTERNAL else ""


def watch(text: str) -> Watched:
    """Interpret a program."""
    return Watched(text)
