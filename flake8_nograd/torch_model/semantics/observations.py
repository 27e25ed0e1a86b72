"""What the semantics writes down beside the graph, for the questions that are asked later."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from flake8_nograd.flow.graph import FlowGraph, Kind, Node
from flake8_nograd.flow.program import Call
from flake8_nograd.flow.scopes import Function
from flake8_nograd.flow.values import Value, value_of
from flake8_nograd.torch_model.semantics.context import Context
from flake8_nograd.torch_model.semantics.state_history import StateChange


class PlainUse(NamedTuple):
    """A sink: here a value is read as plain numbers; ``how`` is what to tell the user."""

    how: str
    line: int


@dataclass(eq=False, slots=True)
class Differentiation:
    """A sink: a backward pass or autograd.grad, and what it differentiates."""

    call: Call[Context]
    outputs: Value


@dataclass(eq=False, slots=True)
class UnrecordedOperation:
    """The payload of an operation's node: the context in which its result was computed."""

    node: ast.expr
    context: Context


class Freeze(NamedTuple):
    """`requires_grad` is set for all parameters of what these nodes stand for.

    ``to`` is what it is set to, or the name of the parameter of the function that decides;
    ``depends`` tells whether that stands under a condition.
    """

    nodes: frozenset[Node]
    function: Function
    line: int
    to: bool | str
    depends: bool


class Observations:
    """Sets of nodes with a property, and lists of events; the sinks of the graph are made here."""

    def __init__(self, graph: FlowGraph) -> None:
        self.graph = graph
        self.differentiations: list[tuple[Differentiation, Node]] = []
        self.changes: list[StateChange] = []
        self.settings: list[StateChange] = []
        self.used_as_module: set[Node] = set()
        self.module_paths: set[tuple[Function, str]] = set()
        self.wants_grad: set[Node] = set()
        self.optimized: set[Node] = set()
        self.asks_for_grad: set[Function] = set()
        self.freezes: list[Freeze] = []
        self.guarded: set[Node] = set()
        self.guard_items: set[ast.expr] = set()
        self.profiled: set[ast.expr] = set()  # `with` items that are profilers
        self.discarded: set[Node] = set()
        self.volatile: list[Call[Context]] = []
        self.inspected: list[Node] = []
        self.iterated: defaultdict[Node, list[tuple[Function, Context]]] = defaultdict(list)

    def plain_use(self, values: Iterable[Value], how: str, line: int) -> None:
        """Values are read as plain numbers."""
        flows = [node for value in values for node in value.flows]
        if flows:
            self.graph.derive(flows, self.graph.new(Kind.SINK, PlainUse(how, line)))

    def inspection(self, value: Value) -> None:
        """The graph of a value is looked at."""
        self.graph.derive(value.flows, sink := self.graph.new(Kind.SINK, None))
        self.inspected.append(sink)

    def differentiation(self, call: Call[Context], values: Value, outputs: Value) -> None:
        """A call differentiates `outputs`; whatever it is given counts as used for training."""
        what = Differentiation(call, outputs)
        sink = self.graph.new(Kind.SINK, what)
        self.graph.derive(values.flows, sink)
        self.differentiations.append((what, sink))

    def operation(self, value: Value, node: ast.expr, context: Context) -> Value:
        """The result of an operation; under a guard it is remembered that nothing was recorded."""
        if not context.grad.is_off or not value.dependencies:
            return value
        born = self.graph.new(Kind.MADE, UnrecordedOperation(node, context))
        self.graph.derive(value.dependencies, born)
        return value_of(born)

    def iteration(self, value: Value, function: Function, context: Context) -> None:
        """A value is iterated over here: this is where the body of a generator runs."""
        for node in self.graph.resolve_phis(value.aliases):
            if self.graph.kinds[node] is Kind.CALL:
                self.iterated[node].append((function, context))
