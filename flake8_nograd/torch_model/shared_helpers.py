"""Helpers that training and inference share: there the call of the helper is what can be judged."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import replace

from flake8_nograd.flow.graph import Kind
from flake8_nograd.flow.scopes import Function
from flake8_nograd.torch_model.facts import ForwardPass, Silence
from flake8_nograd.torch_model.fate import Fates
from flake8_nograd.torch_model.judgement import Judge
from flake8_nograd.torch_model.points_to import PointsTo


def passes_through_helpers(
    passes: Iterable[ForwardPass],
    points_to: PointsTo,
    fates: Fates,
    differentiating: Container[Function],
    judge: Judge,
) -> Iterator[ForwardPass]:
    """Calls of functions that hand back a forward pass which only some of their callers train."""
    todo = list(passes)
    known = {item.call.result for item in todo}
    while todo:
        inner = todo.pop()
        if inner.silence is not Silence.TRAINED or not fates.only_callers_train(inner.call):
            continue
        if inner.function in differentiating:
            continue  # no guard fits around a helper that computes gradients itself
        for call in points_to.callers.get(inner.function, ()):
            if call.result in known:
                continue
            known.add(call.result)
            outer = judge.judge_helper(call, inner)
            todo.append(outer)
            yield outer


def without_repeats(passes: Sequence[ForwardPass], points_to: PointsTo) -> Iterator[ForwardPass]:
    """Silence calls of methods that are reported inside and so are no forward passes themselves."""
    graph = points_to.graph
    inside = {
        graph.find(Kind.FUNCTION, item.function)
        for item in passes
        if item.silence is None and not item.function.name.startswith("forward")
    }
    for item in passes:
        callees = points_to.callees.get(item.call.result, set())
        if item.silence is None and not inside.isdisjoint(callees):
            yield replace(item, silence=Silence.REPORTED_INSIDE)
        else:
            yield item
