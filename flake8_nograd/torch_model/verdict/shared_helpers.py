"""Helpers that training and inference share: there the call of the helper is what can be judged."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Sequence

from flake8_nograd.flow.graph import Node
from flake8_nograd.flow.scopes import Function
from flake8_nograd.torch_model.facts import ForwardPass, SuppressionReason
from flake8_nograd.torch_model.fate.fate import ResultUses
from flake8_nograd.torch_model.points_to.solver import PointsTo
from flake8_nograd.torch_model.verdict.verdicts import Verdicts

_BY_SOME_CALLERS = (
    SuppressionReason.TRAINED_BY_CALLERS,
    SuppressionReason.GUARDED_BY_CALLERS,
    SuppressionReason.SOMETIMES_GUARDED,
)


def passes_through_helpers(
    passes: Iterable[ForwardPass],
    points_to: PointsTo,
    uses: ResultUses,
    differentiating: Container[Function],
    verdicts: Verdicts,
) -> Iterator[ForwardPass]:
    """Calls of functions that hand back a forward pass which some callers train or guard."""
    todo = list(passes)
    asking = _that_ask_for_gradients(todo, points_to, uses)
    known = {item.call.result for item in todo}.union(asking)
    guarding = {item.function for item in todo if item.suppression is SuppressionReason.GUARDED}
    while todo:
        inner = todo.pop()
        if not _is_for_callers_to_judge(inner, uses):
            continue
        if inner.function in differentiating:
            continue  # no guard fits around a helper that computes gradients itself
        if inner.function in guarding:
            continue  # the helper itself decides when to record
        for call in points_to.callers.get(inner.function, ()):
            if call.result in known:
                continue
            known.add(call.result)
            outer = verdicts.of_helper(call, inner)
            todo.append(outer)
            yield outer


def _that_ask_for_gradients(
    passes: Iterable[ForwardPass], points_to: PointsTo, uses: ResultUses
) -> set[Node]:
    """The results of helpers that make the input of what they run require a gradient."""
    found: set[Node] = set()
    todo = [item.call for item in passes if uses.input_asks_for_gradient(item.call)]
    while todo:
        inner = todo.pop()
        if uses.hands_back(inner):
            outer = points_to.callers.get(inner.function, ())
            todo += (call for call in outer if call.result not in found)
            found.update(call.result for call in outer)
    return found


def _is_for_callers_to_judge(item: ForwardPass, uses: ResultUses) -> bool:
    """Whether only what some callers do speaks against a forward pass."""
    if item.suppression in _BY_SOME_CALLERS:
        return uses.hands_back(item.call)
    return item.suppression is SuppressionReason.TRAINED and uses.only_callers_train(item.call)


def without_repeats(passes: Sequence[ForwardPass], points_to: PointsTo) -> Iterator[ForwardPass]:
    """Report a forward pass once where both it and the call of the method around it are.

    The place is the call if that gives a tensor, which a caller may want with its graph.
    """
    reported = {item.call.result: item for item in passes if item.suppression is None}
    repeats: dict[Node, SuppressionReason] = {}
    for result, inner in reported.items():
        if inner.function.name.startswith("forward"):
            continue
        for call in points_to.callers.get(inner.function, ()):
            outer = reported.get(call.result)
            if outer is None:
                continue
            if outer.use.is_read_as_tensor:
                repeats[result] = SuppressionReason.FORWARD
            else:
                repeats[call.result] = SuppressionReason.REPORTED_INSIDE
    for item in passes:
        repeat = repeats.get(item.call.result)
        yield item if repeat is None else item._replace(suppression=repeat)
