"""Abstract values: what an expression may be, and what it is computed from."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from flake8_nograd.flow.graph import Node

_NOTHING: frozenset[Node] = frozenset()


class Value(NamedTuple):
    """The nodes a value may be, the further nodes it is computed from, its items if a tuple."""

    same: frozenset[Node] = _NOTHING
    parts: frozenset[Node] = _NOTHING
    items: tuple[Value, ...] | None = None

    @property
    def flows(self) -> frozenset[Node]:
        """Every node that this value carries on."""
        return self.same | self.parts if self.parts else self.same


PLAIN = Value()


def value_of(node: Node) -> Value:
    """The value that is one node."""
    return Value(frozenset((node,)))


def join(values: Iterable[Value]) -> Value:
    """The value that may be any of the given ones."""
    first, *others = values
    for other in others:
        if other is not first and other != first:
            first = _join_two(first, other)
    return first


def _join_two(left: Value, right: Value) -> Value:
    items = None
    if left.items and right.items and len(left.items) == len(right.items):
        items = tuple(_join_two(*pair) for pair in zip(left.items, right.items, strict=True))
    return Value(left.same | right.same, left.parts | right.parts, items)


def derived(values: Iterable[Value]) -> Value:
    """A new value that is computed from the given ones."""
    parts = _NOTHING
    for value in values:
        if value.same or value.parts:
            parts = parts | value.flows if parts else value.flows
    return Value(_NOTHING, parts) if parts else PLAIN
