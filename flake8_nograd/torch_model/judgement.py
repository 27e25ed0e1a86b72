"""From the four answers to a verdict: is this forward pass inference whose graph nobody needs?"""

from __future__ import annotations

import ast

from flake8_nograd.flow.program import Call
from flake8_nograd.flow.scopes import Function
from flake8_nograd.torch_model.context import Context, GradMode
from flake8_nograd.torch_model.evaluation import EvalMode, Evaluation
from flake8_nograd.torch_model.facts import Confidence, ForwardPass, Silence
from flake8_nograd.torch_model.fate import Fate, Fates
from flake8_nograd.torch_model.modules import Modules, Trust
from flake8_nograd.torch_model.notes import Notes
from flake8_nograd.torch_model.recording import Recording
from flake8_nograd.torch_model.roles import Role, Roles
from flake8_nograd.torch_model.vocabulary.words import runs_inference

_ROLE_POINTS = {
    Role.INFERENCE: 3,
    Role.WEAK_INFERENCE: 1,
    Role.SURROUNDED: 1,
    Role.NEUTRAL: 0,
    Role.TRAINING: -2,
}
_ENOUGH = 3


class Judge:
    """Weighs the answers; one threshold decides."""

    def __init__(
        self,
        uses_test_framework: bool,
        modules: Modules,
        recording: Recording,
        fates: Fates,
        evaluation: Evaluation,
        roles: Roles,
        notes: Notes,
    ) -> None:
        self._uses_test_framework = uses_test_framework
        self._modules = modules
        self._recording = recording
        self._fates = fates
        self._evaluation = evaluation
        self._roles = roles
        self._differentiating = {what.call.function for what, _ in notes.differentiations}

    def judge(self, call: Call[Context]) -> ForwardPass | None:
        """All answers about a call; None if it is no forward pass."""
        trust = self._modules.trust(call)
        if trust is Trust.NONE:
            return None
        fate = self._fates.of(call)
        mode = self._evaluation.of(call)
        role = self._roles.of(call.function)
        modes = self._recording.modes(call.function, call.context)
        silence = self._silence(call, modes, fate, mode, role)
        confidence = Confidence.UNLIKELY
        if silence is None:
            confidence = self._weigh(call, trust, fate, mode, role)
            if confidence is Confidence.UNLIKELY:
                silence = Silence.TOO_LITTLE
        return ForwardPass(call, trust, modes, fate, mode, role, silence, confidence)

    def _silence(
        self,
        call: Call[Context],
        modes: frozenset[GradMode],
        fate: Fate,
        mode: EvalMode | None,
        role: Role,
    ) -> Silence | None:
        if GradMode.ON not in modes:
            return Silence.GUARDED
        if fate.trained or self._differentiated_unseen(call, fate):
            return Silence.TRAINED
        if self._runs_inside_forward(call.function, mode):
            return Silence.FORWARD
        if self._modules.differentiates(call):
            return Silence.GRADIENT_WANTED
        if len(modes) > 1 and role is not Role.INFERENCE and (mode is None or not mode.here):
            return Silence.SOMETIMES_GUARDED
        wanted = self._fates.input_wants_gradient(call)
        if wanted and not _is_cut(fate):
            return Silence.GRADIENT_WANTED
        if not wanted and (self._fates.is_frozen(call) or self._modules.is_parameterless(call)):
            return Silence.FROZEN
        return Silence.UNIT_TEST if self._is_unit_test(call.function) else None

    def _differentiated_unseen(self, call: Call[Context], fate: Fate) -> bool:
        """A result nobody takes can still be differentiated through hooks or module state."""
        return fate.discarded and call.function in self._differentiating

    def _runs_inside_forward(self, function: Function, mode: EvalMode | None) -> bool:
        """Whether the function is part of a module's own forward pass."""
        for around in function.enclosing():
            owner = around.owner
            if owner is not None and around.name.strip("_").startswith(("forward", "init")):
                return True
            if owner is None or not self._modules.is_module(owner):
                continue
            if around in self._differentiating:
                return False  # whoever differentiates is no part of a forward pass
            if self._serves_forward(around):
                return True
            if mode is not None and mode.here and mode.evaluating:
                return False
            called_outside = self._modules.frameworks.call_outside_forward(around)
            return not (runs_inference(around.name) or called_outside)
        return False

    def _serves_forward(self, function: Function) -> bool:
        """Whether a forward of the file calls the method, whatever its name says."""
        return any(
            caller.owner is not None and caller.name.startswith("forward")
            for caller, _ in self._recording.callers(function)
        )

    def _is_unit_test(self, function: Function) -> bool:
        for around in function.enclosing():
            if around.owner is not None and self._modules.frameworks.test(around.owner):
                return True
            if around.name.startswith("test_") and _asserts(around):
                return True
        return self._uses_test_framework and _is_pytest_like(function)

    def _weigh(
        self, call: Call[Context], trust: Trust, fate: Fate, mode: EvalMode | None, role: Role
    ) -> Confidence:
        points = _ROLE_POINTS[role]
        if mode is not None and mode.evaluating:
            points = 3 if mode.here else max(points, 0) + 2
        elif mode is not None:
            points -= 2
        if _is_cut(fate):
            points = max(points, 0) + 3
        elif not fate.escapes:
            points += 3 if trust >= Trust.USE else 2
        elif not fate.returned and not fate.stored:
            points += 1
        if points < _ENOUGH:
            return Confidence.UNLIKELY
        return Confidence.PROVED if _is_cut(fate) and trust >= Trust.USE else Confidence.LIKELY


def _is_cut(fate: Fate) -> bool:
    """Whether everything that becomes of a result is plain numbers."""
    return not fate.escapes and not fate.trained and (fate.plain_use is not None)


def _asserts(function: Function) -> bool:
    return any(isinstance(part, ast.Assert) for node in function.body for part in ast.walk(node))


def _is_pytest_like(function: Function) -> bool:
    return any(
        around.name.startswith(("test", "_test", "check")) for around in function.enclosing()
    )
