"""Abstract values: what an expression may be, and what it is computed from."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from flake8_nograd.flow.graph import Node

_NOTHING: frozenset[Node] = frozenset()


class Value(NamedTuple):
    """The nodes a value may be, the further nodes it is computed from, its items if a tuple."""

    aliases: frozenset[Node] = _NOTHING
    dependencies: frozenset[Node] = _NOTHING
    items: tuple[Value, ...] | None = None

    @property
    def flows(self) -> frozenset[Node]:
        """Every node that this value carries on."""
        return self.aliases | self.dependencies if self.dependencies else self.aliases


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
    return Value(left.aliases | right.aliases, left.dependencies | right.dependencies, items)


def derived(values: Iterable[Value]) -> Value:
    """A new value that is computed from the given ones."""
    dependencies = _NOTHING
    for value in values:
        if value.aliases or value.dependencies:
            dependencies = dependencies | value.flows if dependencies else value.flows
    return Value(_NOTHING, dependencies) if dependencies else PLAIN
