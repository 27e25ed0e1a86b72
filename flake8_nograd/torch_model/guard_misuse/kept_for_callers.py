"""Sums of an object to which callers in other files add what they differentiate."""

from __future__ import annotations

import ast
from collections.abc import Container, Iterator
from os.path import basename

from flake8_nograd.elsewhere import Place
from flake8_nograd.flow.graph import FlowGraph, Kind
from flake8_nograd.syntax.access_path import access_path
from flake8_nograd.torch_model.facts import GuardMisuse, Misuse
from flake8_nograd.torch_model.guard_misuse.interpreted import Interpreted
from flake8_nograd.torch_model.semantics.accumulated import Accumulated

_UNKNOWN = Place("", 0)


def kept_for_callers(what: Interpreted, known: Container[ast.expr]) -> Iterator[GuardMisuse]:
    """Methods that add their first argument, with its graph, to a sum that is not known yet."""
    for item in what.accumulated:
        if item.target not in known and _is_sum_in_object(item, what.program.graph):
            place = _giving(item, what)
            if place is not None:
                source, target = ast.unparse(item.source), ast.unparse(item.target)
                told = f"{basename(place.path)}:{place.line}"
                yield GuardMisuse(item.target, Misuse.KEPT_FOR_CALLERS, source, target, place=told)


def _is_sum_in_object(item: Accumulated, graph: FlowGraph) -> bool:
    method = item.function
    parameters = method.positional_parameters()
    if method.owner is None or len(parameters) < 2 or item.context.grad.is_off:
        return False
    given = graph.find(Kind.PARAMETER, (method, parameters[1]))
    path = access_path(item.target)
    is_sum = isinstance(item.place.statement, ast.Assign | ast.AugAssign)
    return is_sum and path.startswith(f"{parameters[0]}.") and given in item.value.flows


def _giving(item: Accumulated, what: Interpreted) -> Place | None:
    if what.uses_of.is_differentiated(item.tag):
        return None
    if what.elsewhere is None:
        return _UNKNOWN
    assert item.function.owner is not None
    return what.elsewhere.adding(item.function.owner.name, item.function.name)
