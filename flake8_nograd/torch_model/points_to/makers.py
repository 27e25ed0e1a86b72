"""The calls that made a module."""

from __future__ import annotations

from collections.abc import Iterator

from flake8_nograd.flow.graph import FlowGraph, Kind, Node
from flake8_nograd.flow.program import Call
from flake8_nograd.flow.values import Value
from flake8_nograd.torch_model.semantics.context import Context
from flake8_nograd.vocabulary import saved_inputs

_MOST_NODES = 64  # that a module may have come through


def makers_of(value: Value, graph: FlowGraph) -> Iterator[Call[Context] | None]:
    """The calls that made a module; None for what has another origin."""
    seen: set[Node] = set()
    todo = list(value.aliases)
    while todo:
        node = todo.pop()
        if node in seen:
            continue
        seen.add(node)
        payload = graph.payloads[node]
        if len(seen) > _MOST_NODES:
            yield None
            return
        if isinstance(payload, Call) and graph.kinds[node] is Kind.CALL:
            if payload.method in saved_inputs.SAME_MODULE and payload.receiver is not None:
                todo += payload.receiver.aliases
            else:
                yield payload
        elif graph.copied_from.get(node):
            todo += graph.copied_from[node]
        else:
            yield None
