"""The value-flow graph, and reachability that matches calls with returns."""

from __future__ import annotations

from collections import defaultdict

import pytest

from flake8_nograd.flow.graph import FlowGraph, Kind, Node, Reachability, closure


@pytest.fixture
def graph() -> FlowGraph:
    return FlowGraph()


def nodes(graph: FlowGraph, names: str) -> list[Node]:
    return [graph.new(Kind.MADE, name) for name in names.split()]


def names(graph: FlowGraph, found: set[Node]) -> str:
    return " ".join(sorted(str(graph.payloads[node]) for node in found))


def test_interned_nodes_are_one(graph):
    one = graph.intern(Kind.EXTERNAL, "torch")
    assert graph.intern(Kind.EXTERNAL, "torch") == one == graph.find(Kind.EXTERNAL, "torch")
    assert graph.intern(Kind.FUNCTION, "torch") != one
    assert graph.find(Kind.EXTERNAL, "lab") is None
    assert graph.new(Kind.CALL, None) != graph.new(Kind.CALL, None)


def test_fields_are_part_of_their_owner(graph):
    owner, other = nodes(graph, "owner other")
    field = graph.field(owner, "x")
    assert graph.field(owner, "x") == field
    assert graph.field(other, "x") != field
    assert graph.fields_of(owner) == [field]
    assert closure((owner,), graph.derives) == {owner, field}


def test_origins_look_through_loops(graph):
    before, outside = nodes(graph, "before outside")
    outer = graph.new(Kind.PHI, frozenset((before,)))
    inner = graph.new(Kind.PHI, frozenset((outer, outside)))
    assert graph.resolve_phis((inner,)) == {inner, outer, before, outside}


def test_a_node_is_not_its_own_source(graph):
    (one,) = nodes(graph, "one")
    graph.copy((one,), one)
    graph.derive((one,), one)
    assert not graph.copies
    assert not graph.derives


def test_closure_ends_in_circles(graph):
    one, two, three = nodes(graph, "one two three")
    graph.copy((one,), two)
    graph.copy((two,), one)
    assert closure((one,), graph.copies) == {one, two}
    assert closure((three,), graph.copies) == {three}
    assert closure((two,), graph.copied_from) == {one, two}


def call(graph: FlowGraph, argument: Node, parameter: Node, returned: Node, result: Node) -> None:
    graph.enters[argument].append(parameter)
    graph.leaves[returned].append(result)


def test_what_enters_by_one_call_does_not_leave_by_another(graph):
    train, evaluate, parameter, returned, trained, printed = nodes(
        graph, "train evaluate parameter returned trained printed"
    )
    graph.derive((parameter,), returned)
    call(graph, train, parameter, returned, trained)
    call(graph, evaluate, parameter, returned, printed)
    summaries = defaultdict(list, {train: [trained], evaluate: [printed]})
    reach = Reachability(graph, summaries)
    assert names(graph, reach.sources_of((trained,))) == "parameter returned train trained"
    assert names(graph, reach.sources_of((printed,))) == "evaluate parameter printed returned"


def test_what_happens_inside_concerns_every_caller(graph):
    one, two, parameter, sink = nodes(graph, "one two parameter sink")
    graph.enters[one].append(parameter)
    graph.enters[two].append(parameter)
    graph.derive((parameter,), sink)
    reach = Reachability(graph, defaultdict(list))
    assert names(graph, reach.sources_of((sink,))) == "one parameter sink two"


def test_out_of_a_function_and_into_another(graph):
    made, returned, result, parameter, sink = nodes(graph, "made returned result parameter sink")
    graph.copy((made,), returned)
    graph.leaves[returned].append(result)
    graph.enters[result].append(parameter)
    graph.derive((parameter,), sink)
    reach = Reachability(graph, defaultdict(list))
    assert made in reach.sources_of((sink,))
