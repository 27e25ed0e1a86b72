"""What functions of the file do with their arguments: hand them back, or fill one with another."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable, Iterator

from flake8_nograd.flow.graph import Edges, Kind, Node
from flake8_nograd.flow.program import Call
from flake8_nograd.flow.scopes import Function
from flake8_nograd.torch_model.points_to.solver import PointsTo
from flake8_nograd.torch_model.semantics.context import Context

_SHARED = frozenset((Kind.VARIABLE, Kind.FIELD, Kind.INSTANCE))


class Summaries:
    """Edges from the arguments of calls to what comes out of the same call.

    A value comes out of a function by what it returns and by the parameters that it fills.
    """

    def __init__(self, functions: Iterable[Function], points_to: PointsTo) -> None:
        self.edges: Edges = defaultdict(list)
        self._back: Edges = defaultdict(list)
        self._graph = points_to.graph
        self._points_to = points_to
        self._filled: defaultdict[Function, set[str]] = defaultdict(set)
        self._lead_back()
        self._summarize(functions)

    def filled_parameters(self) -> Iterator[Node]:
        """Parameters in which their functions store something, for the callers to find."""
        for function, names in self._filled.items():
            for name in names:
                yield self._graph.intern(Kind.PARAMETER, (function, name))

    def _lead_back(self) -> None:
        """What a function stores in a parameter leaves it by the argument."""
        graph = self._graph
        for node in graph.filled:
            if graph.kinds[node] is Kind.PARAMETER:
                function, name = graph.pair(node)
                self._filled[function].add(name)
        todo = deque(self._filled)
        while todo:
            function = todo.popleft()
            for call in self._points_to.runs_of(function):
                todo.extend(self._lead_back_to(call, function))

    def _lead_back_to(self, call: Call[Context], function: Function) -> Iterator[Function]:
        """The caller too, if an argument that is filled is a parameter of its own."""
        graph = self._graph
        for name, nodes in self._arguments_filled(call, function):
            parameter = graph.intern(Kind.PARAMETER, (function, name))
            for node in nodes:
                if node in graph.leaves[parameter]:
                    continue
                graph.leaves[parameter].append(node)
                if graph.kinds[node] is Kind.PARAMETER:
                    owner, own_name = graph.pair(node)
                    if own_name not in self._filled[owner]:
                        self._filled[owner].add(own_name)
                        yield owner

    def _arguments_filled(
        self, call: Call[Context], function: Function
    ) -> Iterator[tuple[str, set[Node]]]:
        filled = self._filled.get(function)
        if filled:
            for name, value in self._points_to.bindings(call, function):
                if name in filled:
                    yield name, self._graph.resolve_phis(value.aliases)

    def _summarize(self, functions: Iterable[Function]) -> None:
        """Find which parameters get where, callees first by iteration."""
        done: set[tuple[Node, Node]] = set()
        queue = deque(functions)
        queued = set(queue)
        while queue:
            function = queue.popleft()
            queued.discard(function)
            for caller in self._summarize_one(function, done):
                if caller not in queued:
                    queued.add(caller)
                    queue.append(caller)

    def _summarize_one(
        self, function: Function, done: set[tuple[Node, Node]]
    ) -> Iterator[Function]:
        callers = self._points_to.runs_of(function)
        if not callers:
            return
        graph = self._graph
        reached = {
            name: self._sources_inside(outlet)
            for name in (None, *self._filled.get(function, ()))
            if (outlet := self._outlet(function, name)) is not None
        }
        for call in callers:
            exits = [(None, {call.result}), *self._arguments_filled(call, function)]
            for name, value in self._points_to.bindings(call, function):
                self._points_to.budget.spend(1)
                parameter = graph.find(Kind.PARAMETER, (function, name))
                for way, targets in exits:
                    if way == name or parameter not in reached.get(way, ()):
                        continue
                    if self._connect(value.flows, targets, done):
                        yield call.function

    def _outlet(self, function: Function, parameter: str | None) -> Node | None:
        if parameter is None:
            return self._graph.find(Kind.RETURN, function)
        return self._graph.find(Kind.PARAMETER, (function, parameter))

    def _connect(
        self,
        sources: Iterable[Node],
        targets: Iterable[Node],
        done: set[tuple[Node, Node]],
    ) -> bool:
        """Whether one of the edges is new."""
        new = {(source, target) for source in sources for target in targets} - done
        for source, target in new:
            done.add((source, target))
            self.edges[source].append(target)
            self._back[target].append(source)
        return bool(new)

    def _sources_inside(self, outlet: Node) -> set[Node]:
        """What gets to an outlet inside a function: not by variables or attributes of the file."""
        graph = self._graph
        inside = (graph.copied_from, graph.derived_from, self._back)
        seen = {outlet}
        todo = [outlet]
        while todo:
            node = todo.pop()
            for table in inside if graph.kinds[node] not in _SHARED else (self._back,):
                new = [source for source in table.get(node, ()) if source not in seen]
                seen.update(new)
                todo += new
        return seen
