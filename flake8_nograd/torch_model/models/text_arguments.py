"""Calls that are given text: no module of torch computes with it, and nothing is recorded."""

from __future__ import annotations

import ast

from flake8_nograd.flow.graph import FlowGraph, Kind, Node
from flake8_nograd.flow.program import Call
from flake8_nograd.flow.values import Value
from flake8_nograd.torch_model.semantics.context import Context
from flake8_nograd.vocabulary.methods import TEXT_METHODS


def is_given_text(call: Call[Context], graph: FlowGraph) -> bool:
    """Whether all arguments are strings: literals, or what methods of strings give."""
    node = call.node
    values = (*call.positional, *call.keywords.values())
    given = [*node.args, *(keyword.value for keyword in node.keywords)]
    if not given or len(values) != len(given):
        return False
    return all(
        _is_literal_text(item) or _is_text(value, graph)
        for item, value in zip(given, values, strict=True)
    )


def _is_literal_text(node: ast.expr) -> bool:
    if isinstance(node, ast.JoinedStr):
        return True
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def _is_text(value: Value, graph: FlowGraph) -> bool:
    nodes = graph.resolve_phis(value.aliases)
    return bool(nodes) and all(_is_made_by_text(node, graph) for node in nodes)


def _is_made_by_text(node: Node, graph: FlowGraph) -> bool:
    """Whether a node is what a method of strings gives, or a part of that."""
    while graph.kinds[node] is Kind.ITEM:
        node = graph.pair(node)[0]
    payload = graph.payloads[node]
    if not isinstance(payload, Call) or payload.receiver is None:
        return False
    if payload.method in TEXT_METHODS:
        return True
    # Tensors have a method of this name too, which needs a size.
    return payload.method == "split" and all(map(_is_literal_text, payload.node.args))
