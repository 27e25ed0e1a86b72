"""What a program adds to what is there already, each addition with a tag that flows with it."""

from __future__ import annotations

import ast
from typing import NamedTuple

from flake8_nograd.flow.graph import FlowGraph, Kind, Node
from flake8_nograd.flow.program import Place
from flake8_nograd.flow.scopes import Function
from flake8_nograd.flow.values import Value
from flake8_nograd.syntax.accumulations import accumulation
from flake8_nograd.torch_model.semantics.context import Context


class Accumulated(NamedTuple):
    """``value`` is added to ``target``; ``tag`` goes wherever the target goes, and it alone."""

    target: ast.expr
    source: ast.expr
    value: Value
    tag: Node
    function: Function
    place: Place
    context: Context


class Accumulations:
    """Written down while the file is read."""

    def __init__(self, graph: FlowGraph) -> None:
        self.found: list[Accumulated] = []
        self._graph = graph

    def tagged(self, value: Value, function: Function, place: Place, context: Context) -> Value:
        """The value that a statement adds to something, with a tag if it may have a graph."""
        if not value.flows:
            return value
        what = accumulation(place.statement)
        if what is None:
            return value
        tag = self._graph.new(Kind.MADE, what.source)
        self.found.append(
            Accumulated(what.target, what.source, value, tag, function, place, context)
        )
        return value._replace(dependencies=value.dependencies | {tag})
