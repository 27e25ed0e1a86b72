"""From the four answers to a verdict: is this forward pass inference whose graph nobody needs?"""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Mapping
from functools import cached_property

from flake8_nograd.flow.program import Call, Program
from flake8_nograd.flow.scopes import Class, Function
from flake8_nograd.syntax.access_path import access_path
from flake8_nograd.torch_model.facts import Confidence, ForwardPass, SuppressionReason
from flake8_nograd.torch_model.fate.fate import ResultUses
from flake8_nograd.torch_model.fate.result_use import ResultUse
from flake8_nograd.torch_model.inference.eval_mode import Evaluation
from flake8_nograd.torch_model.inference.roles import Role, Roles
from flake8_nograd.torch_model.inference.unit_tests import UnitTests
from flake8_nograd.torch_model.models.gradient_need import GradientNeed
from flake8_nograd.torch_model.models.recognition import Modules
from flake8_nograd.torch_model.recording.recording import Recording
from flake8_nograd.torch_model.semantics.context import Context
from flake8_nograd.torch_model.semantics.observations import Observations
from flake8_nograd.torch_model.verdict.array_reads import ArrayReads
from flake8_nograd.torch_model.verdict.author_decides import (
    detaches_on_a_condition,
    guards_the_other_branch,
    hands_back_what_hooks_keep,
    is_a_module_that_returns,
    is_measured_as_it_is,
    reads_energy_gradients,
    runs_for_another_framework,
)
from flake8_nograd.torch_model.verdict.smoke_tests import SmokeTests
from flake8_nograd.vocabulary import methods
from flake8_nograd.vocabulary.annotations import ModelEvidence
from flake8_nograd.vocabulary.grad_modes import GradMode
from flake8_nograd.vocabulary.words import (
    may_guard_itself,
    runs_inference,
    sounds_like_forward,
)

_ROLE_POINTS = {
    Role.INFERENCE: 3,
    Role.WEAK_INFERENCE: 1,
    Role.SURROUNDED: 1,
    Role.NEUTRAL: 0,
    Role.TRAINING: -2,
}
_ENOUGH = 3
_OF_ANYTHING = frozenset(("plain Python", "isinstance()", "hasattr()", "print()", "len()"))


class Judge:
    """Weighs the answers; one threshold decides."""

    def __init__(
        self,
        program: Program[Context],
        modules: Modules,
        need: GradientNeed,
        recording: Recording,
        uses: ResultUses,
        evaluation: Evaluation,
        roles: Roles,
        observations: Observations,
        unit_tests: UnitTests,
    ) -> None:
        self._unit_tests = unit_tests
        self._smoke_tests = SmokeTests(program.graph, trains=bool(observations.differentiations))
        self._array_reads = ArrayReads()
        self._energy_gradients: dict[Function, bool] = {}
        self._program = program
        self._graph = program.graph
        self._modules = modules
        self._need = need
        self._recording = recording
        self._uses = uses
        self._evaluation = evaluation
        self._roles = roles
        self._differentiating = {what.call.function for what, _ in observations.differentiations}
        self._reads_no_gradients = not (observations.differentiations or observations.inspected)
        self._profiled = observations.profiled
        self._volatile = {
            (node, call.function)
            for call in observations.volatile
            for node in (call.result, *program.graph.copies.get(call.result, ()))
        }
        self._freezing = {
            call.function for call in program.calls if call.method in methods.FREEZES_OTHERS
        }
        self._trains_inside = roles.is_training_script and not observations.differentiations
        self._differentiated_methods = {
            access_path(call.node.func)
            for call in program.calls
            if call.receiver is not None and uses.is_trained(call)
        }

    def judge(self, call: Call[Context]) -> ForwardPass | None:
        """All answers about a call; None if it is no forward pass."""
        evidence = self._modules.evidence(call)
        if evidence is ModelEvidence.NONE:
            evidence = self._modules.evidence_in_method(call)
            if evidence is ModelEvidence.NONE or not self._tells_of_a_graph(
                call, self._uses.of(call)
            ):
                return None
        return self._answer(call, call, evidence, self._uses.of(call))

    def judge_helper(self, call: Call[Context], inner: ForwardPass) -> ForwardPass:
        """All answers about a call that hands back the forward pass `inner`."""
        return self._answer(call, inner.model_call, inner.evidence, self._uses.of(call))

    def _tells_of_a_graph(self, call: Call[Context], use: ResultUse) -> bool:
        """Whether a method gives a tensor, and one that has a graph for all that the file says."""
        if call.receiver is None or use.trained:
            return False
        if access_path(call.node.func) in self._differentiated_methods:
            return True
        if may_guard_itself(call.method):
            return False
        if use.is_detached:
            return True
        mode = self._evaluation.of(call, call)
        return mode is not None and mode.evaluates_here and use.is_read_as_tensor

    def _answer(
        self,
        call: Call[Context],
        model_call: Call[Context],
        evidence: ModelEvidence,
        use: ResultUse,
    ) -> ForwardPass:
        mode = self._evaluation.of(call, model_call)
        role = self._roles.of(call.function)
        modes = self._recording.modes(call.function, call.context)
        volatile = self._is_volatile(call)
        item = ForwardPass(call, model_call, evidence, modes, use, mode, role, volatile)
        suppression = self._suppression(item)
        if suppression is not None:
            return item._replace(suppression=suppression)
        confidence = self._weigh(item)
        if confidence is Confidence.UNLIKELY:
            return item._replace(suppression=SuppressionReason.TOO_LITTLE)
        return item._replace(confidence=confidence)

    def _suppression(self, item: ForwardPass) -> SuppressionReason | None:
        call, use, mode = item.call, item.use, item.mode
        if GradMode.ON not in item.modes:
            return SuppressionReason.GUARDED
        if item.volatile:
            return self._nothing_to_save(item)
        if use.trained or self._differentiated_unseen(call, use):
            return SuppressionReason.TRAINED
        if self._runs_inside_forward(item):
            return SuppressionReason.FORWARD
        if self._need.differentiates(item.model_call):
            return SuppressionReason.GRADIENT_WANTED
        inference = item.role is Role.INFERENCE or (mode is not None and mode.evaluates_here)
        if len(item.modes) > 1 and not (
            inference and self._recording.is_on_in_sight(call.function)
        ):
            return SuppressionReason.SOMETIMES_GUARDED
        if self._trains_inside and not inference and not use.is_detached:
            return SuppressionReason.TRAINS_INSIDE
        if self._unit_tests.has(call.function):
            return SuppressionReason.UNIT_TEST
        if self._smoke_tests.is_smoke_test(item):
            return SuppressionReason.SMOKE_TEST
        return self._left_to_the_author(item) or self._nothing_to_save(item)

    def _left_to_the_author(self, item: ForwardPass) -> SuppressionReason | None:
        """Whether something says that a gradient of the result may be wanted."""
        if self._reads_energy_gradients(item.function):
            return SuppressionReason.GRADIENT_READ
        if self._array_reads.has(item):
            return SuppressionReason.READ_AS_ARRAY
        if runs_for_another_framework(item):
            return SuppressionReason.OTHER_FRAMEWORK
        is_posterior = is_a_module_that_returns(item, self._graph)
        named = item.role in (Role.INFERENCE, Role.WEAK_INFERENCE)
        if (
            hands_back_what_hooks_keep(item)
            or self._uses.is_run_for_its_effect(item.call)
            or detaches_on_a_condition(item)
            or self._guards_the_other_branch(item)
            or (is_posterior and not named)
        ):
            return SuppressionReason.CALLERS_DECIDE
        if is_measured_as_it_is(item, self._profiled):
            return SuppressionReason.PROFILED
        return None

    @cached_property
    def _guarded(self) -> Mapping[Function, list[ast.Call]]:
        """The calls of each function that stand under a guard."""
        found: defaultdict[Function, list[ast.Call]] = defaultdict(list)
        for call in self._program.calls:
            if call.context.grad.is_off:
                found[call.function].append(call.node)
        return found

    def _guards_the_other_branch(self, item: ForwardPass) -> bool:
        """Whether this result is handed back with a graph, and that of the other branch without."""
        guarded = self._guarded.get(item.function)
        if not guarded or not guards_the_other_branch(item, guarded):
            return False
        return self._uses.hands_back(item.call)

    def _reads_energy_gradients(self, function: Function) -> bool:
        known = self._energy_gradients.get(function)
        if known is None:
            known = reads_energy_gradients(function, self._graph)
            self._energy_gradients[function] = known
        return known

    def _is_volatile(self, call: Call[Context]) -> bool:
        """Whether an input was made with `volatile=True` in the same function."""
        if not self._volatile:
            return False
        given = (
            node for value in call.arguments() for node in self._graph.resolve_phis(value.aliases)
        )
        return any((node, call.function) in self._volatile for node in given)

    def _nothing_to_save(self, item: ForwardPass) -> SuppressionReason | None:
        """Whether the inputs or the parameters decide that there is a need for, or no, graph."""
        call, model_call = item.call, item.model_call
        wanted = self._uses.input_wants_gradient(call)
        # A model may differentiate inside by such an input; then what it gives is read.
        is_vain = item.use.discarded and self._reads_no_gradients
        asks = self._uses.input_asks_for_gradient(call)
        if (asks or (wanted and not item.use.is_cut)) and not is_vain:
            return SuppressionReason.GRADIENT_WANTED
        is_fixed = self._need.is_fixed(model_call) or item.function in self._freezing
        return SuppressionReason.FROZEN if is_fixed and not wanted else None

    def _differentiated_unseen(self, call: Call[Context], use: ResultUse) -> bool:
        """A result of no visible use can be differentiated through hooks or module state."""
        if call.function not in self._differentiating:
            return False
        return use.discarded or not (use.escapes or use.plain_use)

    def _runs_inside_forward(self, item: ForwardPass) -> bool:
        """Whether the function of a pass is part of a module's own forward pass."""
        mode = item.mode
        for around in item.function.enclosing():
            owner = around.owner
            if owner is not None and around.name.strip("_").startswith(("forward", "init")):
                return not self._is_no_part_of_forward(around, owner, item)
            if owner is None or not self._modules.is_module(owner):
                continue
            if around in self._differentiating:
                return False  # whoever differentiates is no part of a forward pass
            if self._serves_forward(around):
                return True
            if self._modules.classes.has_no_forward(owner):
                return False
            if item.use.is_detached or (self._calls_itself(item) and item.use.is_cut):
                return False
            if mode is not None and mode.evaluates_here:
                return False
            called_outside = self._modules.frameworks.call_outside_forward(around)
            return not (runs_inference(around.name) or called_outside)
        return False

    def _is_no_part_of_forward(self, method: Function, owner: Class, item: ForwardPass) -> bool:
        """Whether a method only sounds like a part of a forward pass, as its class is no module.

        It is called `_forward` or the like and puts the model into eval mode, or is a constructor
        that cuts off what it keeps.
        """
        evaluates = item.mode is not None and item.mode.evaluates_here
        if sounds_like_forward(method.name):
            says_so = evaluates
        else:
            says_so = method.name.strip("_").startswith("init") and item.use.is_detached
        return says_so and self._modules.classes.is_plain(owner)

    def _calls_itself(self, item: ForwardPass) -> bool:
        """Whether a method runs the forward pass of its own module, of which it is thus no part."""
        owner = item.call.receiver if item.call.method == "forward" else item.call.callee
        me = item.function.owner
        if me is None or owner is None:
            return False
        return any(
            self._graph.payloads[node] is me for node in self._graph.resolve_phis(owner.aliases)
        )

    def _serves_forward(self, function: Function) -> bool:
        """Whether a forward of the file calls the method, whatever its name says."""
        return any(
            caller.owner is not None and caller.name.startswith("forward")
            for caller, _ in self._recording.callers(function)
        )

    def _weigh(self, item: ForwardPass) -> Confidence:
        evidence, use, mode = item.evidence, item.use, item.mode
        if evidence is ModelEvidence.NAME and mode is None and _tells_of_no_tensor(use):
            return Confidence.UNLIKELY
        points = _ROLE_POINTS[item.role]
        if mode is not None and mode.evaluating:
            points = 3 if mode.here else max(points, 0) + 2
        elif mode is not None:
            points -= 2
        if use.is_cut:
            points = max(points, 0) + 3
        elif not use.escapes:
            points += 3 if evidence > ModelEvidence.NAME else 2
        elif not use.returned and not use.stored:
            points += 1
        if points < _ENOUGH and not item.volatile:
            return Confidence.UNLIKELY
        return (
            Confidence.PROVED if use.is_cut and evidence >= ModelEvidence.USE else Confidence.LIKELY
        )


def _tells_of_no_tensor(use: ResultUse) -> bool:
    """Whether all that becomes of a result could become of anything."""
    if use.escapes:
        return False
    return use.discarded or (use.plain_use is not None and use.plain_use.how in _OF_ANYTHING)
