"""Which methods of the file a call may run of which only the method's name is known."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator

from flake8_nograd.flow.graph import Kind, Node
from flake8_nograd.flow.program import Call, Program
from flake8_nograd.flow.scopes import Function
from flake8_nograd.torch_model.points_to.call_graph import CallGraph
from flake8_nograd.torch_model.semantics.context import Context
from flake8_nograd.vocabulary.words import names_a_class

_DEEPEST = 4  # methods that hand on what another one gives


class CallsByName:
    """Calls on receivers of which nothing is known but how they came to be.

    Objects of imported classes, containers, computed values and what a forward pass returns are no
    objects of the file's classes: `dist.sample()` is not the method `sample` of a sampler.
    """

    def __init__(
        self,
        program: Program[Context],
        call_graph: CallGraph,
        is_pass: Callable[[Call[Context]], bool],
    ) -> None:
        self._graph = program.graph
        self._call_graph = call_graph
        self._is_pass = is_pass
        self._calls: dict[Node, tuple[Call[Context], list[Function]]] = {}
        for method, call in call_graph.may_be_called(program):
            self._calls.setdefault(call.result, (call, []))[1].append(method)

    def __iter__(self) -> Iterator[tuple[Function, Call[Context]]]:
        """The methods, each with a call that may run it."""
        for call, _ in self._calls.values():
            yield from ((method, call) for method in self.methods(call))

    def methods(self, call: Call[Context]) -> list[Function]:
        """The methods that a call may run."""
        found = self._named(call.result)
        receiver = call.receiver
        if receiver is None or not found:
            return []
        return [] if self._are_of_other_classes(receiver.aliases, _DEEPEST) else found

    def _named(self, result: Node) -> list[Function]:
        """The methods of the name that the call with a result calls."""
        return self._calls[result][1] if result in self._calls else []

    def _are_of_other_classes(self, nodes: Collection[Node], depth: int) -> bool:
        """Whether nothing that may be an object of the file's classes is among some values.

        A value that is no other one has just been computed.
        """
        given = self._graph.without_phis(nodes)
        return all(self._is_of_another_class(node, depth) for node in given)

    def _is_of_another_class(self, node: Node, depth: int) -> bool:
        graph = self._graph
        if graph.kinds[node] is Kind.MADE:
            return True
        whole, position = graph.pair(node) if graph.kinds[node] is Kind.ITEM else (node, None)
        maker = graph.payloads[whole]
        if not depth or not isinstance(maker, Call):
            return False
        if self._is_made_outside(maker) or self._is_pass(maker):
            return True
        payloads = (graph.payloads[item] for item in self._call_graph.callees.get(whole, ()))
        methods = [item for item in payloads if isinstance(item, Function)]
        methods = methods or self._named(whole)
        return bool(methods) and all(
            self._returns_other_classes(method, position, depth - 1) for method in methods
        )

    def _is_made_outside(self, call: Call[Context]) -> bool:
        """Whether a call makes an object of an imported class."""
        kinds, payloads = self._graph.kinds, self._graph.payloads
        nodes = call.callee.aliases
        return bool(nodes) and all(
            kinds[node] is Kind.EXTERNAL and names_a_class(str(payloads[node]).rpartition(".")[2])
            for node in nodes
        )

    def _returns_other_classes(self, method: Function, position: object, depth: int) -> bool:
        payload = method if position is None else (method, position)
        returned = self._graph.find(Kind.RETURN, payload)
        if returned is None:
            return False
        return self._are_of_other_classes(self._graph.copied_from.get(returned, ()), depth)
