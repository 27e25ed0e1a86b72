"""Where the file may have switched recording off in a way that only the whole file tells.

A call may run a function that leaves recording off, a `with` item may turn out to be a guard, a
loop may run inside the guard of a generator. While the file is read each of them makes a *point*;
when everything is known, doubt spreads from the points that do switch to those that follow.
"""

from __future__ import annotations

from collections.abc import Iterator

from flake8_nograd.flow.graph import Kind, Node, closure
from flake8_nograd.flow.program import Call
from flake8_nograd.flow.scopes import Class, Function
from flake8_nograd.torch_model.points_to.solver import PointsTo
from flake8_nograd.torch_model.semantics.context import Context
from flake8_nograd.torch_model.semantics.guards import Guards
from flake8_nograd.torch_model.semantics.switch_points import SwitchPoints


class PossibleSwitches:
    """Tells, of a file that has been read, where recording may have been switched off or on."""

    def __init__(self, points: SwitchPoints, points_to: PointsTo, guards: Guards) -> None:
        self._graph = points_to.graph
        self._points_to = points_to
        self._guards = guards
        self._exits = points.exits
        self._left_off = points.left_off
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
        self._perhaps_on = closure(points.left_on, points.edges)

    def about(self, context: Context) -> bool:
        """Whether recording may have been switched before a context, unseen by it."""
        switched_on = context.grad.is_off and context.point in self._perhaps_on
        return switched_on or context.point in self._doubtful

    def about_methods_of(self, cls: Class) -> bool:
        """Whether making an instance of a class may leave recording off."""
        constructor = self._points_to.method(cls, "__init__")
        return self._exits.get(constructor) in self._doubtful if constructor else False

    def are_on_again(self, function: Function) -> bool:
        """Whether another method of the class, such as a hook, leaves recording on for a method."""
        others = function.owner.methods.values() if function.owner is not None else ()
        return any(self._exits.get(method) in self._perhaps_on for method in others)

    def about_import_of(self, module: Function) -> bool:
        """Whether importing the file, or setting it up, may leave recording off for others.

        A method that enters a guard is not meant: what it leaves off is switched on again.
        """
        return self._exits.get(module) in self._doubtful or any(
            point in self._left_off
            for function, point in self._exits.items()
            if function is not module and function.name != "__enter__"
        )

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
