"""Backward passes that meet a guard: what they differentiate, and where it was computed."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import partial

from flake8_nograd.flow.program import Call, suites_of
from flake8_nograd.syntax.expressions import nodes_of
from flake8_nograd.torch_model.facts import MisplacedBackward, Misplacement
from flake8_nograd.torch_model.fate.autograd_graphs import Graphs
from flake8_nograd.torch_model.models.recognition import Modules
from flake8_nograd.torch_model.points_to.solver import PointsTo
from flake8_nograd.torch_model.recording.recording import Recording
from flake8_nograd.torch_model.semantics.context import Context
from flake8_nograd.torch_model.semantics.observations import Differentiation, Observations
from flake8_nograd.vocabulary import methods
from flake8_nograd.vocabulary.annotations import ModelEvidence
from flake8_nograd.vocabulary.grad_modes import GradMode

_RAISING = methods.RAISING_METHODS | {"grad"}


class MisplacedBackwards:
    """Decides for each backward pass whether its graph can exist."""

    def __init__(
        self,
        points_to: PointsTo,
        modules: Modules,
        observations: Observations,
        recording: Recording,
    ) -> None:
        self._recording = recording
        self._points_to = points_to
        self._observations = observations
        self._graphs = Graphs(
            points_to,
            observations.wants_grad,
            is_pass=lambda call: modules.evidence(call) > ModelEvidence.NONE,
            is_on=partial(_is_on, recording),
        )

    def find(self) -> Iterator[MisplacedBackward]:
        """All backward passes that meet a guard, in order."""
        for what, _ in self._observations.differentiations:
            misplacement = self._tangle(what)
            if misplacement is not None:
                inference = what.call.context.grad is GradMode.INFERENCE
                yield MisplacedBackward(what.call.node, misplacement, inference)

    def _tangle(self, what: Differentiation) -> Misplacement | None:
        call = what.call
        nodes = what.outputs.flows
        if self._points_to.runs_own_function(call) or _is_left_to_callers(call):
            return None
        if call.name not in _RAISING or not nodes or nodes & self._observations.wants_grad:
            return None
        births = {self._graphs.of(node) for node in nodes if not self._graphs.is_blank(node)}
        if self._only_called_off(call):  # what joins a value without a graph to another has none
            births.discard(None)
        if births == {False}:
            return Misplacement.NOTHING_RECORDED
        if True in births and False not in births and call.context.grad.is_off:
            return Misplacement.RECORDED_OUTSIDE
        return None

    def _only_called_off(self, call: Call[Context]) -> bool:
        return call.context.grad is GradMode.INHERITED and _is_on(self._recording, call) is False


def _is_left_to_callers(call: Call[Context]) -> bool:
    """Whether a parameter decides if a call runs, and callers decide the grad mode."""
    if call.context.grad is not GradMode.INHERITED:
        return False
    parameters = {parameter.arg for parameter in call.function.parameters()}
    return any(
        isinstance(place.statement, ast.If)
        and not parameters.isdisjoint(
            part.id for part in nodes_of(place.statement.test) if isinstance(part, ast.Name)
        )
        for place in suites_of(call.place)
    )


def _is_on(recording: Recording, call: Call[Context]) -> bool | None:
    """Whether a call records; None if it is not known."""
    if GradMode.ON in recording.modes(call.function, call.context):
        return True
    return False if recording.is_certainly_off(call.function, call.context) else None
