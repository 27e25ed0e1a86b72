"""Backward passes that meet a guard: what they differentiate, and where it was computed."""

from __future__ import annotations

from collections.abc import Iterator

from flake8_nograd.flow.graph import Kind, Node, reversed_edges
from flake8_nograd.flow.program import Call, access_path
from flake8_nograd.torch_model.context import Context, GradMode
from flake8_nograd.torch_model.facts import BackwardPass, Tangle
from flake8_nograd.torch_model.modules import Modules, Trust
from flake8_nograd.torch_model.notes import Birth, Differentiation, Notes
from flake8_nograd.torch_model.points_to import PointsTo
from flake8_nograd.torch_model.recording import Recording
from flake8_nograd.torch_model.vocabulary.words import words

_RAISING = frozenset(("backward", "grad", "manual_backward"))
_MADE_OF_OTHERS = frozenset((Kind.MADE, Kind.ITEM, Kind.LOOP))
_DEEPEST = 4
_COMPUTING_WORDS = frozenset("loss losses criterion scale mean sum".split())


class Tangles:
    """Decides for each backward pass whether its graph can exist."""

    def __init__(
        self, points_to: PointsTo, modules: Modules, notes: Notes, recording: Recording
    ) -> None:
        self._recording = recording
        self._graph = graph = points_to.graph
        self._points_to = points_to
        self._modules = modules
        self._notes = notes
        self._sources = (
            reversed_edges(graph.copies, graph.derives) if notes.differentiations else {}
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
        name = call.method or access_path(call.node.func).rpartition(".")[2]
        nodes = what.outputs.flows
        if self._points_to.runs_own_function(call):
            return None
        if name not in _RAISING or not nodes or nodes & self._notes.wants_grad:
            return None
        births = {self._recorded(node, _DEEPEST) for node in nodes if not self._is_blank(node)}
        if births == {False}:
            return Tangle.NOTHING_RECORDED
        if True in births and False not in births and call.context.grad.is_off:
            return Tangle.RECORDED_OUTSIDE
        return None

    def _recorded(self, node: Node, depth: int) -> bool | None:
        """Whether a value was computed with recording on; None if that cannot be told."""
        payload = self._graph.payloads[node]
        if isinstance(payload, Birth):
            return False
        if self._graph.kinds[node] in _MADE_OF_OTHERS and depth:
            sources = {
                self._recorded(source, depth - 1)
                for source in self._sources.get(node, ())
                if not self._is_blank(source)
            }
            return sources.pop() if len(sources) == 1 else None
        if self._graph.kinds[node] is not Kind.CALL or not isinstance(payload, Call):
            return None
        return self._recorded_call(payload)

    def _is_blank(self, node: Node) -> bool:
        """Whether a node is a tensor or container in which nothing has been stored."""
        made = self._graph.kinds[node] is Kind.MADE and node not in self._sources
        return made and not isinstance(self._graph.payloads[node], Birth)

    def _recorded_call(self, call: Call[Context]) -> bool | None:
        if GradMode.ON in self._recording.modes(call.function, call.context):
            return True
        if not self._recording.is_certainly_off(call.function, call.context):
            return None
        computes = self._modules.trust(call) > Trust.NONE or not _COMPUTING_WORDS.isdisjoint(
            words(call.method or access_path(call.node.func).rpartition(".")[2])
        )
        return False if computes else None
