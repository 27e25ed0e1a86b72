"""Backward passes that meet a guard: what they differentiate, and where it was computed."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from flake8_nograd.flow.program import Call
from flake8_nograd.torch_model.context import Context, GradMode
from flake8_nograd.torch_model.facts import BackwardPass, Tangle
from flake8_nograd.torch_model.graphs import Graphs
from flake8_nograd.torch_model.modules import Modules
from flake8_nograd.torch_model.notes import Differentiation, Notes
from flake8_nograd.torch_model.points_to import PointsTo
from flake8_nograd.torch_model.recording import Recording
from flake8_nograd.torch_model.trust import Trust
from flake8_nograd.torch_model.vocabulary import methods

_RAISING = methods.RAISING_METHODS | {"grad"}


class Tangles:
    """Decides for each backward pass whether its graph can exist."""

    def __init__(
        self, points_to: PointsTo, modules: Modules, notes: Notes, recording: Recording
    ) -> None:
        self._recording = recording
        self._points_to = points_to
        self._notes = notes
        self._graphs = Graphs(
            points_to,
            notes.wants_grad,
            is_pass=lambda call: modules.trust(call) > Trust.NONE,
            is_on=partial(_is_on, recording),
        )

    def find(self) -> Iterator[BackwardPass]:
        """All backward passes that meet a guard, in order."""
        for what, _ in self._notes.differentiations:
            tangle = self._tangle(what)
            if tangle is not None:
                inference = what.call.context.grad is GradMode.INFERENCE
                yield BackwardPass(what.call.node, tangle, inference)

    def _tangle(self, what: Differentiation) -> Tangle | None:
        call = what.call
        nodes = what.outputs.flows
        if self._points_to.runs_own_function(call):
            return None
        if call.name not in _RAISING or not nodes or nodes & self._notes.wants_grad:
            return None
        births = {self._graphs.of(node) for node in nodes if not self._graphs.is_blank(node)}
        if self._only_called_off(call):  # what joins a value without a graph to another has none
            births.discard(None)
        if births == {False}:
            return Tangle.NOTHING_RECORDED
        if True in births and False not in births and call.context.grad.is_off:
            return Tangle.RECORDED_OUTSIDE
        return None

    def _only_called_off(self, call: Call[Context]) -> bool:
        return call.context.grad is GradMode.INHERITED and _is_on(self._recording, call) is False


def _is_on(recording: Recording, call: Call[Context]) -> bool | None:
    """Whether a call records; None if it is not known."""
    if GradMode.ON in recording.modes(call.function, call.context):
        return True
    return False if recording.is_certainly_off(call.function, call.context) else None
