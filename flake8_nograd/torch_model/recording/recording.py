"""Question 2: is recording on where a forward pass runs? Asked of callers where nothing is said."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from flake8_nograd.flow.graph import Kind, closure
from flake8_nograd.flow.program import Call, Program
from flake8_nograd.flow.scopes import Function
from flake8_nograd.torch_model.models.recognition import Modules
from flake8_nograd.torch_model.points_to.solver import PointsTo
from flake8_nograd.torch_model.recording.unseen_switches import PossibleSwitches
from flake8_nograd.torch_model.semantics.context import Context
from flake8_nograd.torch_model.semantics.observations import Observations
from flake8_nograd.vocabulary.grad_modes import GradMode


class Recording:
    """The grad modes in which each function may start, through any number of callers."""

    def __init__(
        self,
        program: Program[Context],
        points_to: PointsTo,
        modules: Modules,
        observations: Observations,
        switches: PossibleSwitches,
    ) -> None:
        self._switches = switches
        self._points_to = points_to
        self._graph = program.graph
        self._after_import = (
            GradMode.MAYBE if switches.about_import_of(program.module) else GradMode.ON
        )
        self._called_in_sight = {function for function, calls in points_to.callers.items() if calls}
        self._sources: defaultdict[Function, list[tuple[Function, Context]]] = defaultdict(list)
        self._passing: dict[Function, dict[object, list[tuple[Function, Context]]]] = {}
        self._entries: defaultdict[Function, set[GradMode]] = defaultdict(set)
        for function, calls in points_to.callers.items():
            for call in calls:
                if call.function is not function:
                    runs = observations.iterated.get(call.result) if function.is_generator else None
                    self._sources[function].extend(runs or self._runs_by(call, function))
        for function, call in modules.calls_by_name:
            if not points_to.callers.get(function):
                self._sources[function].append((call.function, call.context))
        for read in program.reads:
            for function in points_to.run_by(read):
                self._sources[function].append((read.function, read.context))
        for function, calls in points_to.callbacks.items():
            self._sources[function].extend((call.function, call.context) for call in calls)
            self._called_in_sight.discard(function)
        for function in program.functions:
            if switches.about_method(function):
                self._sources[function] = []
                self._entries[function].add(GradMode.MAYBE)
            elif modules.frameworks.guard(function):
                is_undone = switches.are_on_again(function)
                self._entries[function].add(GradMode.MAYBE if is_undone else GradMode.OFF)
            elif not self._sources[function]:
                self._entries[function].add(self._unasked(function))
        self._solve(program.functions)

    def _runs_by(self, call: Call[Context], run: Function) -> list[tuple[Function, Context]]:
        """Where a call runs a function: in its own context, or where that was passed to a helper.

        A helper that calls its parameter runs in the mode of each caller what this one passes.
        """
        here = [(call.function, call.context)]
        kinds = self._graph.kinds
        nodes = call.callee.aliases
        if call.context.grad is not GradMode.INHERITED or not nodes:
            return here
        if any(kinds[node] is not Kind.PARAMETER for node in nodes):
            return here
        if call.function not in self._passing:
            self._passing[call.function] = self._passing_to(call.function)
        return self._passing[call.function].get(run) or here

    def _passing_to(self, helper: Function) -> dict[object, list[tuple[Function, Context]]]:
        """Where a helper is called with each of the functions that it is given to run."""
        found: dict[object, list[tuple[Function, Context]]] = {}
        payloads = self._graph.payloads
        for caller in self._points_to.callers.get(helper, ()):
            if caller.function is helper:
                continue
            given = {
                payloads[thing]
                for _, value in self._points_to.bindings(caller, helper)
                for thing in self._points_to.of(value)
                if isinstance(payloads[thing], Function)
            }
            for run in given:
                found.setdefault(run, []).append((caller.function, caller.context))
        return found

    def modes(self, function: Function, context: Context) -> frozenset[GradMode]:
        """The grad modes that may hold in a context of a function."""
        grad = self._grad(context)
        if grad is GradMode.ON and self._entries[function] == {GradMode.INFERENCE}:
            return frozenset((GradMode.INFERENCE,))  # nothing but inference_mode(False) ends it
        if grad is not GradMode.INHERITED:
            return frozenset((grad,))
        return frozenset(self._entries[function] or (GradMode.ON,))

    def _grad(self, context: Context) -> GradMode:
        """What a context says itself; where it is in doubt, the author has decided."""
        return GradMode.MAYBE if self._switches.about(context) else context.grad

    def _unasked(self, function: Function) -> GradMode:
        """The mode in which code from outside the file calls a function."""
        owner = function.owner
        if owner is not None and self._switches.about_methods_of(owner):
            return GradMode.MAYBE
        return self._after_import

    def is_certainly_off(self, function: Function, context: Context) -> bool:
        """Whether nothing is recorded in a context, whoever calls the function."""
        known = context.grad is not GradMode.INHERITED or function in self._called_in_sight
        return known and all(mode.is_off for mode in self.modes(function, context))

    def is_on_in_sight(self, function: Function) -> bool:
        """Whether the file itself runs a function with recording on, not only perhaps others."""
        return function in self._on_in_sight

    def callers(self, function: Function) -> Iterable[tuple[Function, Context]]:
        """Who runs a function of the file, and in which context."""
        return self._sources[function]

    def _solve(self, functions: Iterable[Function]) -> None:
        heirs: defaultdict[Function, set[Function]] = defaultdict(set)
        run_on: set[Function] = set()
        for function, sources in self._sources.items():
            for caller, context in sources:
                grad = self._grad(context)
                if grad is GradMode.INHERITED:
                    heirs[caller].add(function)
                else:
                    self._entries[function].add(grad)
                if grad is GradMode.ON:
                    run_on.add(function)
        self._on_in_sight = closure(run_on, heirs)
        todo = list(functions)
        while todo:
            function = todo.pop()
            for heir in heirs.get(function, ()):
                before = len(self._entries[heir])
                self._entries[heir] |= self._entries[function]
                if len(self._entries[heir]) != before:
                    todo.append(heir)
