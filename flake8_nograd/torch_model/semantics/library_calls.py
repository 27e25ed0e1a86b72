"""The meaning of calls of imported and built-in names, by their effect in the vocabulary."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any, ClassVar

from flake8_nograd.flow.graph import FlowGraph, Kind
from flake8_nograd.flow.program import Call
from flake8_nograd.flow.semantics import Store
from flake8_nograd.flow.state import flow_into
from flake8_nograd.flow.values import PLAIN, Value, derived, join, value_of
from flake8_nograd.syntax.access_path import access_path
from flake8_nograd.torch_model.semantics.context import Context
from flake8_nograd.torch_model.semantics.literal_arguments import (
    asks_for_gradient,
    switches_off,
    switches_on,
)
from flake8_nograd.torch_model.semantics.observations import Freeze, Observations
from flake8_nograd.vocabulary import methods
from flake8_nograd.vocabulary.effect import Effect
from flake8_nograd.vocabulary.layers import ALLOCATORS, LEAF_MAKERS
from flake8_nograd.vocabulary.lookup import Vocabulary


class LibraryCalls:
    """Gives a result to calls whose effect needs no further insight."""

    def __init__(
        self, graph: FlowGraph, observations: Observations, vocabulary: Vocabulary
    ) -> None:
        self._graph = graph
        self._observations = observations
        self._vocabulary = vocabulary

    def result(self, call: Call[Context], name: str) -> Value | None:
        """The value of a call of `name`; None if it has to be resolved later."""
        for argument in self._vocabulary.frozen_arguments(name, call.node):
            self._freeze(call, argument)
        effect = self._vocabulary.effect(name)
        handler = self._handlers.get(effect) if effect is not None else None
        value = handler(self, call, name) if handler is not None else None
        return allocated(self._graph, call, name.rpartition(".")[2]) if value == PLAIN else value

    def _freeze(self, call: Call[Context], argument: int | str) -> None:
        """An argument whose parameters need no gradient after the call."""
        if isinstance(argument, str):
            value = call.keywords.get(argument)
        else:
            value = call.positional[argument] if argument < len(call.positional) else None
        if value is not None:
            nodes = frozenset(self._graph.resolve_phis(value.aliases))
            freeze = Freeze(nodes, call.function, call.node.lineno, to=False, depends=False)
            self._observations.freezes.append(freeze)

    def stores(self, call: Call[Context], name: str) -> tuple[Store, ...]:
        """What a call of `name` keeps in its first argument, or writes into `out`."""
        effect = self._vocabulary.effect(name)
        if effect is Effect.STORES and len(call.positional) > 1:
            return (Store(call.node.args[0], call.positional[0], join(call.positional[1:])),)
        if effect is not Effect.TENSOR or "out" not in call.keywords:
            return ()
        (out,) = (keyword.value for keyword in call.node.keywords if keyword.arg == "out")
        return (Store(out, call.keywords["out"], derived(call.arguments())),)

    def _numbers(self, call: Call[Context], name: str) -> Value:
        how = f"{name.rpartition('.')[2]}()"
        self._observations.plain_use(call.arguments(), how, call.node.lineno)
        return self._leaf(call) if asks_for_gradient(call.node) else PLAIN

    def _tensor(self, call: Call[Context], name: str) -> Value:
        value = derived(call.arguments())
        is_leaf = name in LEAF_MAKERS and not switches_off(call.node, "requires_grad")
        if is_leaf or asks_for_gradient(call.node):
            self._graph.derive(value.dependencies, call.result)
            return self._leaf(call)
        value = self._observations.operation(value, call.node, call.context)
        last = name.rpartition(".")[2]
        if last in methods.VALUES_AND_INDICES and len(call.node.args) + len(call.node.keywords) > 1:
            self._observations.plain_use(call.arguments(), f"{last}()", call.node.lineno)
            return Value(value.aliases, value.dependencies, (value, PLAIN))
        return value

    def _leaf(self, call: Call[Context]) -> Value:
        """A tensor that requires a gradient because the call says so."""
        self._observations.wants_grad.add(call.result)
        return value_of(call.result)

    def _wrap(self, call: Call[Context], name: str) -> Value:
        value = join(call.arguments() or [PLAIN])
        if not value.flows:
            return value_of(self._graph.new(Kind.MADE, call.node))
        self._observations.iteration(value, call.function, call.context)
        if name.startswith("collections."):
            made = self._graph.new(Kind.MADE, call.node)
            flow_into(value, made, self._graph)
            return value_of(made)
        if asks_for_gradient(call.node):
            self._observations.wants_grad.add(call.result)
        elif switches_on(call.node, "volatile"):  # torch 0.3: no graph is wanted
            self._observations.volatile.append(call)
        elif not name.startswith("copy."):
            return Value(value.aliases, value.dependencies, _elements(call, name))
        flow_into(value, call.result, self._graph)
        return value_of(call.result)

    def _prepare(self, call: Call[Context], name: str) -> Value:
        return given_back(call)

    def _optimizes(self, call: Call[Context], name: str) -> Value | None:
        """Tensors that an optimizer is given one by one, not as parameters, are leaves."""
        listed = call.node.args[0] if call.node.args else None
        if isinstance(listed, ast.List) and all(map(access_path, listed.elts)):
            for value in call.positional[:1]:
                self._observations.optimized |= value.aliases
        return None

    def _store(self, call: Call[Context], name: str) -> Value:
        return PLAIN

    def _trains(self, call: Call[Context], name: str) -> Value:
        outputs = call.positional[:1] or tuple(call.keywords.values())
        self._observations.differentiation(call, derived(call.arguments()), derived(outputs))
        return self._tensor(call, name)

    _handlers: ClassVar[dict[Effect, Callable[[Any, Call[Context], str], Value | None]]] = {
        Effect.NUMBERS: _numbers,
        Effect.TENSOR: _tensor,
        Effect.WRAP: _wrap,
        Effect.PREPARES: _prepare,
        Effect.TRAINS: _trains,
        Effect.OPTIMIZER: _optimizes,
        Effect.STORES: _store,
    }


def allocated(graph: FlowGraph, call: Call[Context], name: str) -> Value:
    """The plain tensor that a call makes; a node of its own if it is there to be written into."""
    return value_of(graph.new(Kind.MADE, call.node)) if name in ALLOCATORS else PLAIN


def _elements(call: Call[Context], name: str) -> tuple[Value, ...] | None:
    """What each element of an iterator is made of, one by one, where that is a tuple."""
    if name == "enumerate" and call.positional:
        return (PLAIN, call.positional[0])
    if name == "zip" and not call.starred.flows:
        return tuple(Value(value.aliases, value.dependencies) for value in call.positional)
    return None


def given_back(call: Call[Context]) -> Value:
    """The arguments of a call, one by one if there are several."""
    items = call.positional if len(call.positional) > 1 else None
    return Value(join(call.positional or (PLAIN,)).aliases, frozenset(), items)
