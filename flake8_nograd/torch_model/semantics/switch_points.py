"""Points of a program at which recording may have been switched without a guard in sight."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import count

from flake8_nograd.flow.graph import Edges, FlowGraph, Kind, Node
from flake8_nograd.flow.program import Call
from flake8_nograd.flow.scopes import Function
from flake8_nograd.torch_model.semantics.context import Context, ProgramPoint
from flake8_nograd.vocabulary.grad_modes import GradMode


class SwitchPoints:
    """What is written down while the file is read."""

    def __init__(self, graph: FlowGraph) -> None:
        self.edges: Edges = defaultdict(list)
        self.calls: list[tuple[Call[Context], ProgramPoint]] = []
        self.items: list[tuple[frozenset[Node], ProgramPoint]] = []
        self.loops: list[tuple[Call[Context], ProgramPoint]] = []
        self.exits: dict[Function, ProgramPoint] = {}
        self.left_off: set[ProgramPoint] = set()
        self.left_on: set[ProgramPoint] = set()
        self.yields_guarded: set[Function] = set()
        self._graph = graph
        self._numbers = count()

    def after(self, points: Iterable[ProgramPoint | None]) -> ProgramPoint:
        """A new point that follows the given ones."""
        new = next(self._numbers)
        for point in points:
            if point is not None:
                self.edges[point].append(new)
        return new

    def call(self, call: Call[Context]) -> ProgramPoint:
        """The point after a call that may run a function of the file."""
        point = self.after((call.context.point,))
        self.calls.append((call, point))
        return point

    def item(self, nodes: frozenset[Node], before: ProgramPoint | None) -> ProgramPoint | None:
        """The point inside a `with` item that may turn out to be a guard; None if it cannot."""
        open_nodes = frozenset(filter(self._may_turn_out, nodes))
        if not open_nodes:
            return None
        point = self.after((before,))
        self.items.append((open_nodes, point))
        return point

    def _may_turn_out(self, node: Node) -> bool:
        kind, payload = self._graph.kinds[node], self._graph.payloads[node]
        if isinstance(payload, Call):
            callees = payload.callee.aliases
            return any(self._graph.kinds[callee] is not Kind.EXTERNAL for callee in callees)
        return kind in (Kind.FIELD, Kind.VARIABLE, Kind.PARAMETER, Kind.ITEM, Kind.PHI)

    def loop(self, calls: Iterable[Call[Context]], before: ProgramPoint | None) -> ProgramPoint:
        """The point inside a loop over what these calls may have made as generators."""
        point = self.after((before,))
        self.loops.extend((call, point) for call in calls)
        return point

    def exit(self, function: Function, contexts: Sequence[Context]) -> None:
        """A function without a guard of its own ends in these contexts."""
        point = self.exits[function] = self.after(context.point for context in contexts)
        if any(context.grad.switches_off for context in contexts):
            self.left_off.add(point)
        if any(context.grad is GradMode.ON for context in contexts):
            self.left_on.add(point)
