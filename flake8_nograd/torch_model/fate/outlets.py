"""Where a file puts values that code outside of it may read: attributes, and what it is given."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from flake8_nograd.flow.graph import Kind, Node
from flake8_nograd.flow.program import Call
from flake8_nograd.flow.scopes import Function
from flake8_nograd.torch_model.points_to.solver import PointsTo
from flake8_nograd.vocabulary import methods


class Outlets:
    """Finds them when the file has been read; `open_functions` are those that others run."""

    def __init__(self, points_to: PointsTo, open_functions: Collection[Function]) -> None:
        self._points_to = points_to
        self._graph = points_to.graph
        self._open_functions = frozenset(open_functions)

    def nodes(self) -> Iterator[Node]:
        """The attributes and containers from which what is put in may get out of sight."""
        graph = self._graph
        for node in graph.interned(Kind.FIELD):
            if self._is_unread(node) and (
                graph.kinds[graph.pair(node)[0]] is Kind.INSTANCE
                or (self._is_assigned(node) and self._is_given(node))
            ):
                yield node
        for node in graph.filled:
            kind = graph.kinds[node]
            if (kind is Kind.PARAMETER and self._is_given(node)) or (
                kind is Kind.FIELD and self._is_of_unknown_object(node)
            ):
                yield node

    def _is_given(self, node: Node) -> bool:
        """Whether something is, or is a part of, what code outside the file gives a function."""
        kind = self._graph.kinds[node]
        if kind is Kind.FIELD or kind is Kind.ITEM:
            return self._is_given(self._graph.pair(node)[0])
        return kind is Kind.PARAMETER and self._graph.pair(node)[0] in self._open_functions

    def _is_assigned(self, attribute: Node) -> bool:
        """Whether an attribute gets a value in the file, beside being a part of its owner."""
        graph = self._graph
        values = {*graph.copied_from.get(attribute, ()), *graph.derived_from.get(attribute, ())}
        return not values <= {graph.pair(attribute)[0]}

    def _is_of_unknown_object(self, attribute: Node) -> bool:
        """Whether an attribute is one of what a call gives that nothing is known of."""
        return self._points_to.is_unknown_result(self._graph.pair(attribute)[0])

    def _is_unread(self, attribute: Node) -> bool:
        """Whether nothing in the file reads an attribute."""
        derived = self._graph.derives.get(attribute, ())
        return not self._graph.copies.get(attribute) and all(map(self._only_keeps, derived))

    def _only_keeps(self, node: Node) -> bool:
        """Whether a value comes from a container only because something is put into that."""
        what = self._graph.payloads[node]
        if isinstance(what, Call):
            return what.method in methods.KEEPS
        kind = self._graph.kinds[node]
        return kind is Kind.FIELD and self._graph.pair(node)[1] in methods.KEEPS
