"""The verdict on a forward pass: what its own file says first, then what other files say."""

from __future__ import annotations

from flake8_nograd.elsewhere import Elsewhere
from flake8_nograd.flow.program import Call
from flake8_nograd.torch_model.facts import ForwardPass
from flake8_nograd.torch_model.fate.fate import ResultUses
from flake8_nograd.torch_model.points_to.solver import PointsTo
from flake8_nograd.torch_model.recording.recording import Recording
from flake8_nograd.torch_model.semantics.context import Context
from flake8_nograd.torch_model.verdict.callers_elsewhere import CallersElsewhere
from flake8_nograd.torch_model.verdict.judgement import Judge


class Verdicts:
    """Asks other files, if there are any, only about what would be reported."""

    def __init__(
        self,
        judge: Judge,
        elsewhere: Elsewhere | None,
        points_to: PointsTo,
        recording: Recording,
        uses: ResultUses,
        inference_functions: frozenset[str],
    ) -> None:
        self._judge = judge
        self._others: CallersElsewhere | None = None
        if elsewhere is not None:
            self._others = CallersElsewhere(
                elsewhere, points_to, recording, uses, inference_functions
            )

    def of(self, call: Call[Context]) -> ForwardPass | None:
        """All answers about a call; None if it is no forward pass."""
        item = self._judge.judge(call)
        return None if item is None else self._settled(item)

    def of_helper(self, call: Call[Context], inner: ForwardPass) -> ForwardPass:
        """All answers about a call that hands back the forward pass `inner`."""
        return self._settled(self._judge.judge_helper(call, inner))

    def _settled(self, item: ForwardPass) -> ForwardPass:
        return item if self._others is None else self._others.settle(item)
