"""Graphs of models that nobody trains, which a backward pass walks all the same."""

from __future__ import annotations

from collections.abc import Iterator

from flake8_nograd.flow.graph import Kind, Node, closure, reversed_edges
from flake8_nograd.flow.program import Call
from flake8_nograd.syntax.access_path import access_path
from flake8_nograd.torch_model.facts import ForwardPass, GuardMisuse, Misuse, SuppressionReason
from flake8_nograd.torch_model.guard_misuse.handing_out import holders_of, is_handed_out
from flake8_nograd.torch_model.guard_misuse.interpreted import Interpreted
from flake8_nograd.torch_model.guard_misuse.optimized import all_optimized
from flake8_nograd.torch_model.points_to.makers import makers_of
from flake8_nograd.vocabulary.grad_modes import GradMode

_OF_OTHERS = frozenset((Kind.PARAMETER, Kind.FIELD, Kind.VARIABLE))


def needless_graphs(what: Interpreted) -> Iterator[GuardMisuse]:
    """Recorded passes of models that no optimizer of the file gets, on plain inputs."""
    optimized = all_optimized(what)
    if not optimized:
        return
    given = {node for item in optimized for node in item.module.aliases}
    owners = {
        what.program.graph.payloads[thing]
        for item in optimized
        for thing in what.points_to.of(item.module)
    }
    for item in what.passes:
        if item.suppression is not SuppressionReason.TRAINED or item.modes != {GradMode.ON}:
            continue
        if what.unit_tests.has(item.function):
            continue
        makers = list(makers_of(item.model_call.callee, what.program.graph))
        made = makers[0] if len(makers) == 1 else None
        if made is None or what.is_fixed(item.model_call):
            continue
        holders = holders_of(made, what)
        around = {what.program.graph.payloads[node] for node in _owners(holders, what)}
        if not (holders.isdisjoint(given) and around.isdisjoint(owners)):
            continue
        if not _is_open(holders, what) and _has_plain_input(item, what):
            path = access_path(item.node.func)
            yield GuardMisuse(item.node, Misuse.NEEDLESS_GRAPH, path, path)


def _owners(holders: set[Node], what: Interpreted) -> set[Node]:
    return what.program.graph.owners_of(holders)


def _is_open(holders: set[Node], what: Interpreted) -> bool:
    """Whether something else may be done with a model: it is handed out, or part of another one."""
    nodes = {node for freeze in what.observations.freezes for node in freeze.nodes}
    decided = not nodes.isdisjoint(holders) or not what.observations.wants_grad.isdisjoint(holders)
    return decided or bool(_owners(holders, what)) or is_handed_out(holders, what)


def _has_plain_input(item: ForwardPass, what: Interpreted) -> bool:
    """Whether nothing that the model is given has a graph, as far as it can be told."""
    if what.uses_of.input_wants_gradient(item.call):
        return False
    graph = what.program.graph
    start = {node for value in item.call.arguments() for node in value.flows}
    back = (graph.copied_from, graph.derived_from, reversed_edges(graph.leaves))
    sources = closure(start, *back)
    recorded = {other.call.result for other in what.passes if other is not item}
    return sources.isdisjoint(recorded) and not any(
        graph.kinds[node] in _OF_OTHERS or _is_unknown(graph.payloads[node]) for node in sources
    )


def _is_unknown(made: object) -> bool:
    """Whether a value is given by a call of which nothing is known."""
    return isinstance(made, Call) and made.imported is None and made.receiver is None
