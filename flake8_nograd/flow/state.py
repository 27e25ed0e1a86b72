"""What is known at one point of a program: names, and a context that the semantics defines.

States are overlays: a branch writes into a layer of its own, and a join merges only what the
branches wrote, so that the cost of a branch is what it does and not what surrounds it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Generic, TypeVar

from flake8_nograd.flow.graph import FlowGraph, Kind
from flake8_nograd.flow.values import PLAIN, Value, join, value_of

Context = TypeVar("Context")

# A value of more alternatives than this becomes a node of its own, lest long functions carry sets
# that grow from statement to statement.
_MANY = 16
_CONSTANTS = frozenset((Kind.EXTERNAL, Kind.FUNCTION, Kind.CLASS, Kind.INSTANCE, Kind.OBJECT))


class State(Generic[Context]):
    """One layer of names over the state it was forked from, and the context at this point."""

    __slots__ = ("alive", "context", "loop", "names", "parent")

    def __init__(self, context: Context, parent: State[Context] | None = None) -> None:
        self.names: dict[str, Value] = {}
        self.parent = parent
        self.context = context
        self.alive = True
        self.loop: dict[str, int] | None = None

    def fork(self) -> State[Context]:
        """A layer for a branch."""
        return State(self.context, self)

    def fork_loop(self) -> State[Context]:
        """A layer for a loop: a name read through it may also come from the iteration before."""
        header = State(self.context, self)
        header.loop = {}
        return header.fork()

    def lookup(self, name: str, graph: FlowGraph) -> Value | None:
        """The value of a name here; reading through a loop header makes a node for it there."""
        headers: list[State[Context]] | None = None
        state: State[Context] | None = self
        value = None
        while state is not None:
            value = state.names.get(name)
            if value is not None:
                break
            if state.loop is not None:
                headers = headers or []
                headers.append(state)
            state = state.parent
        if value is None or headers is None or is_constant(value, graph):
            return value
        for header in reversed(headers):
            value = header._merge_point(name, value, graph)
        return value

    def _merge_point(self, name: str, entry: Value, graph: FlowGraph) -> Value:
        assert self.loop is not None
        node = self.loop[name] = graph.new(Kind.PHI, entry.aliases)
        flow_into(entry, node, graph)
        value = self.names[name] = value_of(node)
        return value

    def rebased(self, since: State[Context], onto: State[Context]) -> State[Context]:
        """What this state has written since one state, as a living branch of another."""
        branch = State(self.context, onto)
        branch.names = self.written_since(since)
        return branch

    def close_loop(self, ends: Iterable[State[Context]], graph: FlowGraph) -> None:
        """Lead what each end of the body leaves in a name back to the head of the loop."""
        header = self.parent
        assert header is not None
        assert header.loop is not None
        for end in ends:
            for name, value in end.names.items():
                if name in header.loop:
                    flow_into(value, header.loop[name], graph)

    def written_since(self, base: State[Context] | None) -> dict[str, Value]:
        """All names written between `base` (excluded) and this state."""
        layers = []
        state: State[Context] | None = self
        while state is not None and state is not base:
            layers.append(state.names)
            state = state.parent
        written: dict[str, Value] = {}
        for names in reversed(layers):
            written.update(names)
        return written


def join_branches(
    base: State[Context],
    branches: Sequence[State[Context]],
    graph: FlowGraph,
    join_contexts: Callable[[Sequence[Context]], Context],
) -> None:
    """Let `base` go on from where its branches end; it dies when all of them have."""
    living = [branch for branch in branches if branch.alive]
    if not living:
        base.alive = False
        return
    base.alive = True
    base.context = join_contexts([branch.context for branch in living])
    written = [{} if branch is base else branch.written_since(base) for branch in living]
    for name in {name: None for names in written for name in names}:
        before = None
        values = []
        for names in written:
            value = names.get(name)
            if value is None:
                before = before or base.lookup(name, graph) or PLAIN
                value = before
            values.append(value)
        base.names[name] = compact(join(values), graph)


def is_constant(value: Value, graph: FlowGraph) -> bool:
    """Whether a value is nothing but imported names, functions, classes and `self`."""
    kinds = graph.kinds
    return (
        bool(value.aliases)
        and not value.dependencies
        and all(kinds[node] in _CONSTANTS for node in value.aliases)
    )


def compact(value: Value, graph: FlowGraph) -> Value:
    """The same value, with one node in place of very many."""
    aliases, dependencies = value.aliases, value.dependencies
    if len(aliases) > _MANY:
        node = graph.new(Kind.PHI, aliases)
        graph.copy(aliases, node)
        aliases = frozenset((node,))
    if len(dependencies) > _MANY:
        node = graph.new(Kind.MADE, None)
        graph.derive(dependencies, node)
        dependencies = frozenset((node,))
    return (
        value
        if aliases is value.aliases and dependencies is value.dependencies
        else Value(aliases, dependencies, value.items)
    )


def flow_into(value: Value, node: int, graph: FlowGraph) -> None:
    """A value becomes a node: what it is by copy, what it is made of by derivation."""
    if value.aliases:
        graph.copy(value.aliases, node)
    if value.dependencies:
        graph.derive(value.dependencies, node)
