"""Where the file may have switched recording off in a way that only the whole file tells.

A call may run a function that leaves recording off, a `with` item may turn out to be a guard, a
loop may run inside the guard of a generator. While the file is read each of them makes a *point*;
when everything is known, doubt spreads from the points that do switch to those that follow.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import count

from flake8_nograd.flow.graph import Edges, FlowGraph, Kind, Node, closure
from flake8_nograd.flow.program import Call
from flake8_nograd.flow.scopes import Class, Function
from flake8_nograd.torch_model.context import Context, Point
from flake8_nograd.torch_model.guards import Guards
from flake8_nograd.torch_model.points_to import PointsTo


class Points:
    """What is written down while the file is read."""

    def __init__(self, graph: FlowGraph) -> None:
        self.edges: Edges = defaultdict(list)
        self.calls: list[tuple[Call[Context], Point]] = []
        self.items: list[tuple[frozenset[Node], Point]] = []
        self.loops: list[tuple[Call[Context], Point]] = []
        self.exits: dict[Function, Point] = {}
        self.left_off: set[Point] = set()
        self.yields_guarded: set[Function] = set()
        self._graph = graph
        self._numbers = count()

    def after(self, points: Iterable[Point | None]) -> Point:
        """A new point that follows the given ones."""
        new = next(self._numbers)
        for point in points:
            if point is not None:
                self.edges[point].append(new)
        return new

    def call(self, call: Call[Context]) -> Point:
        """The point after a call that may run a function of the file."""
        point = self.after((call.context.point,))
        self.calls.append((call, point))
        return point

    def item(self, nodes: frozenset[Node], before: Point | None) -> Point | None:
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
            callees = payload.callee.same
            return any(self._graph.kinds[callee] is not Kind.EXTERNAL for callee in callees)
        return kind in (Kind.FIELD, Kind.VARIABLE, Kind.PARAMETER, Kind.ITEM, Kind.LOOP)

    def loop(self, calls: Iterable[Call[Context]], before: Point | None) -> Point:
        """The point inside a loop over what these calls may have made as generators."""
        point = self.after((before,))
        self.loops.extend((call, point) for call in calls)
        return point

    def exit(self, function: Function, contexts: Sequence[Context]) -> None:
        """A function without a guard of its own ends in these contexts."""
        point = self.exits[function] = self.after(context.point for context in contexts)
        if any(context.grad.switches_off for context in contexts):
            self.left_off.add(point)


class Doubts:
    """Tells, of a file that has been read, where recording may have been switched off."""

    def __init__(self, points: Points, points_to: PointsTo, guards: Guards) -> None:
        self._graph = points_to.graph
        self._points_to = points_to
        self._guards = guards
        self._exits = points.exits
        start = set(points.left_off)
        start.update(point for nodes, point in points.items if any(map(self._is_guard, nodes)))
        start.update(
            point
            for call, point in points.loops
            if not points.yields_guarded.isdisjoint(self._run_by(call))
        )
        for call, point in points.calls:
            for function in self._run_by(call):
                if function in points.exits:
                    points.edges[points.exits[function]].append(point)
        self._doubtful = closure(start, points.edges)

    def about(self, context: Context) -> bool:
        """Whether recording may have been switched off before a context, unseen by it."""
        return context.point in self._doubtful

    def about_methods_of(self, cls: Class) -> bool:
        """Whether making an instance of a class may leave recording off."""
        constructor = self._points_to.method(cls, "__init__")
        return self._exits.get(constructor) in self._doubtful if constructor else False

    def about_method(self, function: Function) -> bool:
        """Whether a method may have been replaced by a guarded version of itself."""
        if function.owner is None:
            return False
        owners = (self._graph.find(kind, function.owner) for kind in (Kind.CLASS, Kind.INSTANCE))
        fields = (
            self._graph.find(Kind.FIELD, (owner, function.name))
            for owner in owners
            if owner is not None
        )
        return any(
            self._guards.may_switch_off(thing)
            for field in fields
            if field is not None
            for thing in self._points_to.objects.get(field, ())
        )

    def _run_by(self, call: Call[Context]) -> Iterator[Function]:
        """The functions of the file that a call runs."""
        for thing in self._points_to.callees.get(call.result, ()):
            kind, what = self._graph.kinds[thing], self._graph.payloads[thing]
            if isinstance(what, Function):
                yield what
            elif isinstance(what, Class):
                name = "__init__" if kind is Kind.CLASS else "__call__"
                method = self._points_to.method(what, name)
                if method is not None:
                    yield method

    def _is_guard(self, node: Node) -> bool:
        """Whether what stands in a `with` item may switch recording off."""
        things = self._points_to.objects.get(node, ())
        if any(map(self._guards.may_switch_off, things)):
            return True
        call = self._graph.payloads[node]
        return isinstance(call, Call) and any(
            self._guards.may_make_guard(callee, call)
            for callee in self._points_to.callees.get(node, ())
        )
