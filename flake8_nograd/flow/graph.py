"""The value-flow graph: who may be whom, and what is computed from what.

A node stands for a value at one place of the program: a parameter, the result of a call, an
attribute, a variable as a loop finds it. Four kinds of edges lead from a value to where it goes:

* *copy*: the target may be the very same object;
* *derive*: the target is computed from the source;
* *enter*: an argument becomes a parameter of a function of the file;
* *leave*: what a function returns becomes the result of a call.

The first two are kept in both directions, for whoever asks where a value comes from.

Reachability respects calls and returns: a value that enters a function by one call does not leave
it by another. It is linear in the number of edges (Reps, Horwitz and Sagiv, POPL 1995, with one
summary bit per parameter).
"""

from __future__ import annotations

import enum
from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from typing import Any, TypeVar

Node = int
Edges = defaultdict[Node, list[Node]]
T = TypeVar("T", bound=Hashable)


class Kind(enum.IntEnum):
    """What a node stands for; the payload of each kind is named beside it."""

    EXTERNAL = enum.auto()  # dotted name of something imported or built in
    FUNCTION = enum.auto()  # Function
    CLASS = enum.auto()  # Class
    INSTANCE = enum.auto()  # Class: `self` in its methods
    PARAMETER = enum.auto()  # (Function, name)
    RETURN = enum.auto()  # Function, or (Function, position) of a returned tuple
    CALL = enum.auto()  # Call
    ITEM = enum.auto()  # (Node, position): one element of an unpacked value
    FIELD = enum.auto()  # (Node, attribute)
    VARIABLE = enum.auto()  # (Scope, name): all definitions of a name, whatever the order
    PHI = enum.auto()  # entry nodes: a variable as a loop finds it
    MADE = enum.auto()  # syntax node: a container or an operation
    OBJECT = enum.auto()  # something made outside the file: what the semantics says
    SINK = enum.auto()  # where values end: what the semantics says


class FlowGraph:
    """Nodes, interned by kind and payload, and the edges between them."""

    def __init__(self) -> None:
        self.kinds: list[Kind] = []
        self.payloads: list[object] = []
        self.copies: Edges = defaultdict(list)
        self.derives: Edges = defaultdict(list)
        self.enters: Edges = defaultdict(list)
        self.leaves: Edges = defaultdict(list)
        self.copied_from: Edges = defaultdict(list)
        self.derived_from: Edges = defaultdict(list)
        self.filled: set[Node] = set()  # in which something has been stored
        self._of_kind: list[set[Node]] = [set() for _ in range(len(Kind) + 1)]
        self._interned: list[dict[Hashable, Node]] = [{} for _ in range(len(Kind) + 1)]
        self._fields: Edges = defaultdict(list)

    def new(self, kind: Kind, payload: object) -> Node:
        """Add a node."""
        self.kinds.append(kind)
        self.payloads.append(payload)
        return len(self.kinds) - 1

    def intern(self, kind: Kind, payload: Hashable) -> Node:
        """The one node of this kind and payload."""
        known = self._interned[kind]
        node = known.get(payload)
        if node is None:
            node = known[payload] = self.new(kind, payload)
            self._of_kind[kind].add(node)
        return node

    def of_kind(self, kind: Kind, nodes: AbstractSet[Node]) -> AbstractSet[Node]:
        """Those of some nodes that are of a kind of which every node is interned."""
        return nodes & self._of_kind[kind]

    def find(self, kind: Kind, payload: Hashable) -> Node | None:
        """The node of this kind and payload if there is one."""
        return self._interned[kind].get(payload)

    def attribute(self, owner: Node, name: str) -> Node:
        """The attribute of something imported, which is a longer name, or of a value."""
        if self.kinds[owner] is Kind.EXTERNAL:
            return self.intern(Kind.EXTERNAL, f"{self.payloads[owner]}.{name}")
        return self.field(owner, name)

    def field(self, owner: Node, attribute: str) -> Node:
        """The attribute of a value; it is part of the value, hence derived from it."""
        payload = (owner, attribute)
        node = self.find(Kind.FIELD, payload)
        if node is None:
            node = self.intern(Kind.FIELD, payload)
            self.derives[owner].append(node)
            self.derived_from[node].append(owner)
            self._fields[owner].append(node)
        return node

    def pair(self, node: Node) -> tuple[Any, Any]:
        """The payload of a parameter, item, field or variable: whose it is, and which."""
        payload = self.payloads[node]
        assert isinstance(payload, tuple)
        return payload

    def owners_of(self, nodes: Iterable[Node]) -> set[Node]:
        """Whose attributes these are, as far as they are attributes."""
        return {self.pair(node)[0] for node in nodes if self.kinds[node] is Kind.FIELD}

    def fields_of(self, owner: Node) -> list[Node]:
        """All attributes of a value that the file mentions so far."""
        return list(self._fields.get(owner, ()))

    def wholes(self, part: Node) -> Iterator[Node]:
        """What a value is an attribute of, the nearest first."""
        while self.kinds[part] is Kind.FIELD:
            part = self.pair(part)[0]
            yield part

    def interned(self, kind: Kind) -> list[Node]:
        """All interned nodes of a kind so far, in order of creation."""
        return list(self._interned[kind].values())

    def resolve_phis(self, nodes: Iterable[Node]) -> set[Node]:
        """Nodes and, for variables as a loop finds them, what they were before the loop."""
        found = set(nodes)
        todo = [node for node in found if self.kinds[node] is Kind.PHI]
        while todo:
            for node in self.payloads[todo.pop()]:  # type: ignore[attr-defined]
                if node not in found:
                    found.add(node)
                    if self.kinds[node] is Kind.PHI:
                        todo.append(node)
        return found

    def without_phis(self, nodes: Iterable[Node]) -> list[Node]:
        """See `resolve_phis`; only what is no such variable."""
        return [node for node in self.resolve_phis(nodes) if self.kinds[node] is not Kind.PHI]

    def copy(self, sources: Iterable[Node], target: Node) -> None:
        """The target may be any of the sources."""
        for source in sources:
            if source != target:
                self.copies[source].append(target)
                self.copied_from[target].append(source)

    def derive(self, sources: Iterable[Node], target: Node) -> None:
        """The target is computed from the sources."""
        for source in sources:
            if source != target:
                self.derives[source].append(target)
                self.derived_from[target].append(source)


def reversed_edges(edges: Edges) -> Edges:
    """Edges that lead back along the given ones."""
    back: Edges = defaultdict(list)
    for source, targets in edges.items():
        for target in targets:
            back[target].append(source)
    return back


def closure(start: Iterable[T], *edges: Mapping[T, Iterable[T]]) -> set[T]:
    """All that can be reached from `start` by edges of any table, itself included."""
    seen = set(start)
    todo = list(seen)
    while todo:
        node = todo.pop()
        for table in edges:
            for target in table.get(node, ()):
                if target not in seen:
                    seen.add(target)
                    todo.append(target)
    return seen


class Reachability:
    """Answers which nodes flow into given sinks along paths whose calls and returns match."""

    def __init__(self, graph: FlowGraph, summaries: Edges) -> None:
        self._graph = graph
        self._inside = (graph.copied_from, graph.derived_from, reversed_edges(summaries))
        self._callers = reversed_edges(graph.enters)
        self._callees = reversed_edges(graph.leaves)

    def sources_within(self, sinks: Iterable[Node]) -> set[Node]:
        """Every node from which a value may get to a sink without leaving its function."""
        return closure(sinks, *self._inside, self._callers)

    def sources_of(self, sinks: Iterable[Node]) -> set[Node]:
        """Every node from which a value may get to one of the sinks.

        A valid path first leaves functions, then enters them; walked backwards it is the reverse.
        What has been stored in an attribute or a variable is anybody's: there a path begins anew.
        """
        entered = self.sources_within(sinks)
        reached = closure(entered, *self._inside, self._callees)
        while shared := self._shared(reached) - entered:
            entered |= self.sources_within(shared)
            reached |= closure(entered - reached, *self._inside, self._callees)
        return reached

    def _shared(self, nodes: AbstractSet[Node]) -> AbstractSet[Node]:
        of_kind = self._graph.of_kind
        return of_kind(Kind.FIELD, nodes) | of_kind(Kind.VARIABLE, nodes)
