"""Who calls which function of the file: what is known when the objects of all values are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator

from flake8_nograd.flow.graph import Kind, Node, closure
from flake8_nograd.flow.program import Call, Program, Read
from flake8_nograd.flow.scopes import Class, Function
from flake8_nograd.flow.values import Value
from flake8_nograd.torch_model.points_to.argument_binding import bindings, may_take
from flake8_nograd.torch_model.points_to.budget import Budget
from flake8_nograd.torch_model.points_to.class_hierarchy import ClassHierarchy
from flake8_nograd.torch_model.points_to.wrappers import Wrappers
from flake8_nograd.torch_model.semantics.context import Context


class CallGraph(ClassHierarchy):
    """The calls of each function and the callees of each call, by what the solver has found."""

    def __init__(self, program: Program[Context]) -> None:
        super().__init__(program.graph, program.classes)
        self.budget = Budget(len(program.graph.kinds))
        self.callers: defaultdict[Function, list[Call[Context]]] = defaultdict(list)
        self.callees: defaultdict[Node, set[Node]] = defaultdict(set)
        self.callbacks: defaultdict[Function, list[Call[Context]]] = defaultdict(list)
        self.wrappers = Wrappers()
        self._bound: set[tuple[Node, Function]] = set()

    def runs_own_function(self, call: Call[Context]) -> bool:
        """Whether a call runs a function of the file."""
        things = self.callees.get(call.result)
        return bool(things and self.graph.of_kind(Kind.FUNCTION, things))

    def bindings(self, call: Call[Context], function: Function) -> Iterator[tuple[str, Value]]:
        """Pairs of a parameter of a function and what a call of it gives for it."""
        return bindings(call, function, (call.result, function) in self._bound)

    def calling_functions(self) -> dict[Function, list[Function]]:
        """The functions that call each function."""
        return {
            function: [call.function for call in calls] for function, calls in self.callers.items()
        }

    def runs_of(self, function: Function) -> list[Call[Context]]:
        """The calls that run a function, themselves or through what they are given."""
        return [*self.callers.get(function, ()), *self.callbacks.get(function, ())]

    def run_from_outside(self, functions: Collection[Function]) -> list[Function]:
        """Functions that nothing in the file runs, or none but each other in a circle.

        What wraps a function under its name runs it.
        """
        runs: defaultdict[Function, list[Function]] = defaultdict(list)
        for function, calls in self.callers.items():
            for call in calls:
                runs[call.function].append(function)
        uncalled = [item for item in functions if not self.callers.get(item)]
        entered = closure(uncalled, runs)
        circles = [item for item in functions if item not in entered]
        return [*(item for item in uncalled if not self.wrappers.kept_back.get(item)), *circles]

    def may_be_called(self, program: Program[Context]) -> Iterator[tuple[Function, Call[Context]]]:
        """Methods of the file that a call on a receiver of which nothing is known may run."""
        for call in program.calls:
            if call.receiver is None or self.callees.get(call.result) or self.of(call.receiver):
                continue
            found = self.definitions(call.method)
            self.budget.spend(4 * len(found))
            yield from ((method, call) for method in found if may_take(method, call.node))

    def run_by(self, read: Read[Context]) -> set[Function]:
        """Properties of the file that reading an attribute may run."""
        payloads = (self.graph.payloads[thing] for thing in self.of(read.owner))
        known = [what for what in payloads if isinstance(what, Class)]
        if known:
            found = [self.implementations(cls, read.attribute) for cls in known]
            methods = {method for several in found for method in several}
        else:
            methods = set(self.definitions(read.attribute))
        self.budget.spend(4 * len(methods))
        return {method for method in methods if method.is_property}
