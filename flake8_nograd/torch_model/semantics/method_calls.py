"""The meaning of methods that mean the same on whatever they are called."""

from __future__ import annotations

import ast
from collections.abc import Iterable

from flake8_nograd.flow.graph import FlowGraph, Kind, Node
from flake8_nograd.flow.program import Call
from flake8_nograd.flow.semantics import Store
from flake8_nograd.flow.values import PLAIN, Value, derived, join
from flake8_nograd.syntax.access_path import access_path
from flake8_nograd.torch_model.semantics.context import Context
from flake8_nograd.torch_model.semantics.library_calls import allocated, given_back
from flake8_nograd.torch_model.semantics.literal_arguments import is_true
from flake8_nograd.torch_model.semantics.observations import Observations
from flake8_nograd.torch_model.semantics.requires_grad import Settings
from flake8_nograd.vocabulary import methods
from flake8_nograd.vocabulary.lookup import Vocabulary


class MethodCalls:
    """Gives a result to method calls, and notes what they tell of their receiver."""

    def __init__(
        self,
        graph: FlowGraph,
        observations: Observations,
        settings: Settings,
        vocabulary: Vocabulary,
    ) -> None:
        self._graph = graph
        self._observations = observations
        self._settings = settings
        self._vocabulary = vocabulary

    def result(self, call: Call[Context], receiver: Value) -> Value | None:
        """The value of a method call; None if it has to be resolved later."""
        name = call.method
        to = methods.SETS_REQUIRES_GRAD.get(name)
        if to is not None and not (call.node.args or call.node.keywords):
            # Where it gives its model back, that is frozen under this name as well.
            nodes = self._graph.resolve_phis(receiver.aliases) | {call.result}
            self._settings.note(nodes, ast.Constant(to), call.function, call.place)
        if name in methods.CUTS:
            if name not in methods.SHAPE_ONLY:
                values = (receiver, *call.arguments())
                self._observations.plain_use(values, f".{name}()", call.node.lineno)
            return allocated(self._graph, call, name)
        if self._trains(call):
            self._train(call, receiver)
            return None
        if name not in methods.MEANING:
            return None
        if name in methods.READS_NUMBERS:
            self._observations.plain_use(call.arguments(), f".{name}()", call.node.lineno)
            return None
        if name == "setdefault" and call.positional:
            return join((receiver, *call.positional[1:]))
        if name in methods.ONLY_OF_MODULES or name in methods.ALMOST_ONLY_OF_MODULES:
            return self._of_module(call, receiver)
        return self._passing_on(call, receiver)

    def _passing_on(self, call: Call[Context], receiver: Value) -> Value | None:
        """Methods that give back their receiver, their arguments or something computed of them."""
        name = call.method
        if name in methods.IN_PLACE:
            return Value(receiver.aliases, receiver.dependencies.union(_flows(call.arguments())))
        if name in methods.RETURNS_SELF:
            self._self_returning(call, receiver)
            return Value(receiver.aliases, receiver.dependencies.union(_flows(call.arguments())))
        if name in methods.VALUES_AND_INDICES and (call.positional or call.keywords):
            value = self._observations.operation(derived((receiver,)), call.node, call.context)
            self._observations.plain_use((receiver,), f".{name}()", call.node.lineno)
            return Value(value.aliases, value.dependencies, (value, PLAIN))
        if call.positional and _prepares(call):
            return given_back(call)
        if name == "items":
            return receiver._replace(items=(PLAIN, receiver))
        return receiver._replace(items=None) if name == "values" else None

    def _of_module(self, call: Call[Context], receiver: Value) -> Value:
        self._is_used_as_module(call, receiver)
        if call.method.startswith("named_"):
            return receiver._replace(items=(PLAIN, receiver))
        return receiver

    def _self_returning(self, call: Call[Context], receiver: Value) -> None:
        if call.method in ("eval", "train"):
            self._is_used_as_module(call, receiver)
        if call.method == "requires_grad_":
            nodes = self._graph.resolve_phis(receiver.aliases)
            given = [*call.node.args, *(keyword.value for keyword in call.node.keywords)]
            to = given[0] if given else ast.Constant(True)
            self._settings.note(nodes, to, call.function, call.place)
            if is_true(to):
                self._observations.asks_for_grad.add(call.function)

    def _is_used_as_module(self, call: Call[Context], receiver: Value) -> None:
        if call.node.args and call.method in ("eval", "half"):
            return
        self._observations.used_as_module |= self._graph.resolve_phis(receiver.aliases)
        path = access_path(call.receiver_node)
        if path:
            self._observations.module_paths.add((call.function, path))

    def stores(self, call: Call[Context], receiver: Value) -> tuple[Store, ...]:
        """What a container keeps of its arguments, and a tensor that is changed in place."""
        if call.method in methods.KEEPS and call.arguments():
            kept = join(call.arguments())
            # What a list gets is in it; anything else may make something new of what it gets.
            kept = kept if call.method in methods.KEEPS_AS_IS else derived((kept,))
            return (Store(call.receiver_node, receiver, kept),)
        if call.method in methods.IN_PLACE:
            return (Store(call.receiver_node, receiver, derived(call.arguments())),)
        return ()

    def _trains(self, call: Call[Context]) -> bool:
        if call.method in methods.TRAINING_METHODS or self._vocabulary.trains(call.method):
            return True
        return methods.computes_gradient(call.method) and bool(call.arguments())

    def _train(self, call: Call[Context], receiver: Value) -> None:
        values = call.arguments()
        outputs = values[:1]
        kinds = self._graph.kinds
        imported = all(kinds[node] is Kind.EXTERNAL for node in receiver.aliases)
        if call.method == "backward" and (receiver.dependencies or not imported):
            # engine.backward(loss) differentiates its argument, loss.backward(grad) its receiver
            values = outputs = [receiver, *values]
        self._observations.differentiation(call, derived(values), derived(outputs))


def _prepares(call: Call[Context]) -> bool:
    owner_and_method = ".".join(access_path(call.node.func).split(".")[-2:])
    return not methods.PREPARES.isdisjoint((call.method, owner_and_method))


def _flows(values: Iterable[Value]) -> list[Node]:
    return [node for value in values for node in value.flows]
