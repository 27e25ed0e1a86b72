"""States as overlays: what a branch writes, what a join keeps, what a loop leads back."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from flake8_nograd.flow.graph import FlowGraph, Kind, closure
from flake8_nograd.flow.state import State, compact, join_branches
from flake8_nograd.flow.values import PLAIN, Value, derived, join, value_of


@pytest.fixture
def graph() -> FlowGraph:
    return FlowGraph()


@pytest.fixture
def base(graph) -> State[str]:
    state = State("start")
    state.names["x"] = made(graph, "x")
    state.names["y"] = made(graph, "y")
    return state


def made(graph: FlowGraph, name: str) -> Value:
    return value_of(graph.new(Kind.MADE, name))


def joined(contexts: Sequence[str]) -> str:
    return "|".join(dict.fromkeys(contexts))


def test_a_branch_reads_through_and_writes_for_itself(graph, base):
    branch = base.fork()
    branch.names["x"] = new = made(graph, "new")
    assert branch.lookup("x", graph) == new
    assert branch.lookup("y", graph) == base.names["y"]
    assert base.lookup("x", graph) != new
    assert base.lookup("unknown", graph) is None


def test_a_join_keeps_what_each_branch_may_leave(graph, base):
    before, after = base.names["x"], made(graph, "after")
    changed, unchanged = base.fork(), base.fork()
    changed.names["x"] = after
    join_branches(base, [changed, unchanged], graph, joined)
    assert base.names["x"] == join((before, after))


def test_a_name_that_only_one_branch_knows(graph, base):
    one, two = base.fork(), base.fork()
    one.names["z"] = new = made(graph, "z")
    join_branches(base, [one, two], graph, joined)
    assert base.names["z"] == join((new, PLAIN))


def test_dead_branches_do_not_count(graph, base):
    alive, dead = base.fork(), base.fork()
    alive.names["x"] = kept = made(graph, "kept")
    alive.context = "alive"
    dead.names["x"] = made(graph, "lost")
    dead.alive = False
    join_branches(base, [alive, dead], graph, joined)
    assert base.alive
    assert base.names["x"] == kept
    assert base.context == "alive"


def test_when_all_branches_are_dead_so_is_what_follows(graph, base):
    dead = base.fork()
    dead.alive = False
    join_branches(base, [dead], graph, joined)
    assert not base.alive


def test_contexts_are_joined(graph, base):
    one, two = base.fork(), base.fork()
    one.context, two.context = "one", "two"
    join_branches(base, [one, two], graph, joined)
    assert base.context == "one|two"


def test_what_was_written_since(graph, base):
    outer = base.fork()
    outer.names["x"] = made(graph, "outer")
    inner = outer.fork()
    inner.names["x"] = made(graph, "inner")
    inner.names["z"] = made(graph, "z")
    assert inner.written_since(base) == inner.names
    assert set(inner.written_since(None)) == {"x", "y", "z"}
    assert inner.written_since(inner) == {}


def test_a_loop_leads_back_what_its_body_reads_and_writes(graph, base):
    body = base.fork_loop()
    seen = body.lookup("x", graph)
    assert seen is not None
    assert seen != base.names["x"]
    body.names["x"] = again = made(graph, "again")
    body.close_loop([body], graph)
    (head,) = seen.aliases
    assert head in closure(base.names["x"].aliases, graph.copies)
    assert head in closure(again.aliases, graph.copies)


def test_imported_names_do_not_change_in_loops(graph, base):
    base.names["torch"] = torch = value_of(graph.intern(Kind.EXTERNAL, "torch"))
    assert base.fork_loop().lookup("torch", graph) == torch


def test_joined_values_keep_items_of_equal_number():
    one, two, three = (value_of(number) for number in range(3))
    pair = Value(one.aliases | two.aliases, items=(one, two))
    other = Value(one.aliases | three.aliases, items=(three, one))
    single = Value(three.aliases, items=(three,))
    assert join((pair, other)).items == (join((one, three)), join((two, one)))
    assert join((pair, single)).items is None
    assert join((pair, pair)) == pair


def test_derived_values_are_made_of_all():
    one, two = value_of(1), Value(dependencies=frozenset((2, 3)))
    assert derived((one, two)) == Value(dependencies=frozenset((1, 2, 3)))
    assert derived((PLAIN, PLAIN)) == PLAIN


@pytest.mark.parametrize("count", [2, 16, 17, 300])
def test_very_many_alternatives_are_all_kept(graph, count):
    alternatives = frozenset(graph.new(Kind.CALL, None) for _ in range(count))
    value = compact(Value(alternatives, alternatives), graph)
    assert len(value.aliases) == len(value.dependencies) == (count if count <= 16 else 1)
    assert graph.resolve_phis(value.aliases) >= alternatives
    for edges, nodes in ((graph.copies, value.aliases), (graph.derives, value.dependencies)):
        assert all(not closure((source,), edges).isdisjoint(nodes) for source in alternatives)
