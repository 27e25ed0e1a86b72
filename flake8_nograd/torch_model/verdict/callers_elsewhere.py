"""What other files say of a forward pass that would be reported: who runs it, and what for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice

from flake8_nograd.elsewhere import Callers, Deed, Elsewhere, Place
from flake8_nograd.flow.graph import Kind, closure
from flake8_nograd.flow.scopes import Function
from flake8_nograd.syntax.access_path import access_path
from flake8_nograd.torch_model.facts import ForwardPass, SuppressionReason
from flake8_nograd.torch_model.fate.fate import ResultUses
from flake8_nograd.torch_model.inference.roles import Role
from flake8_nograd.torch_model.points_to.solver import PointsTo
from flake8_nograd.torch_model.recording.recording import Recording
from flake8_nograd.torch_model.semantics.context import Context
from flake8_nograd.vocabulary.annotations import ModelEvidence
from flake8_nograd.vocabulary.grad_modes import GradMode
from flake8_nograd.vocabulary.words import names_a_model

_MOST_CALLERS = 12  # of a function in its own file, for one question
_SETTLING = (Deed.GUARDED, Deed.TRAINS, Deed.PLAIN)


class CallersElsewhere:
    """Asks other files about what would be reported, and about nothing else."""

    def __init__(
        self,
        elsewhere: Elsewhere,
        points_to: PointsTo,
        recording: Recording,
        uses: ResultUses,
        inference_functions: frozenset[str],
    ) -> None:
        self._uses = uses
        self._elsewhere = elsewhere
        self._points_to = points_to
        self._recording = recording
        self._inference_functions = inference_functions

    def settle(self, item: ForwardPass) -> ForwardPass:
        """The forward pass, silent if another file explains why."""
        if item.suppression is not None:
            return item
        reason, place = self._reason(item)
        return item._replace(suppression=reason, seen_at=place) if reason is not None else item

    def _reason(self, item: ForwardPass) -> tuple[SuppressionReason | None, Place | None]:
        function = _outermost(item.function)
        if self._is_settled_by_callee(item, function):
            return SuppressionReason.CALLEE_ELSEWHERE, None
        if self._elsewhere.thaws_to_train():
            return SuppressionReason.MAY_BE_FROZEN, None
        if item.evidence < ModelEvidence.ORIGIN:
            reason = self._of_any_model(item, function)
            if reason is not None:
                return reason, None
        if self._hands_on_to_any_model(item, function) and self._elsewhere.may_need_recording():
            return SuppressionReason.MAY_DIFFERENTIATE, None
        if function.node is None:
            return None, None
        callers = self._callers_of(function)
        if callers.frozen is not None and self._runs_what_it_is_given(item, function):
            return SuppressionReason.FROZEN_BY_CALLERS, callers.frozen
        if item.call.context.grad is GradMode.INHERITED:
            guarded = _guarded_at(callers) or self._guarded_above(item.function)
            if guarded is not None and not self._is_cut_and_trains(item, callers):
                return SuppressionReason.GUARDED_BY_CALLERS, guarded
            if callers.forward is not None:
                return SuppressionReason.FORWARD_ELSEWHERE, callers.forward
        if callers.trained is not None and self._uses.hands_back(item.call):
            return SuppressionReason.TRAINED_BY_CALLERS, callers.trained
        if item.use.returned and (
            self._is_interface(item, function, callers) or self._is_kept_elsewhere(item.function)
        ):
            return SuppressionReason.INTERFACE, None
        return None, None

    def _runs_what_it_is_given(self, item: ForwardPass, function: Function) -> bool:
        """Whether a model is the first thing that a function is given."""
        graph = self._points_to.graph
        names = function.positional_parameters()[function.owner is not None :]
        first = graph.find(Kind.PARAMETER, (function, names[0])) if names else None
        if first is None:
            return False
        reached = closure((first,), graph.copies, self._points_to.object_flow)
        return not reached.isdisjoint(item.model_call.callee.aliases)

    def _is_cut_and_trains(self, item: ForwardPass, callers: Callers) -> bool:
        """Whether a result is cut off in a function that has to record, whoever guards it.

        It differentiates in its caller's grad mode, or a caller differentiates what it returns.
        """
        return item.use.is_cut and (
            callers.trained is not None
            or any(
                call.function is item.function and call.context.grad is GradMode.INHERITED
                for call in self._uses.training_calls()
            )
        )

    def _guarded_above(self, function: Function) -> Place | None:
        """Where other files guard what runs a function of the file by a value, not by its name."""
        above = self._runners(
            function,
            lambda caller, context: context.grad is GradMode.INHERITED and caller.node is not None,
        )
        guards = (_guarded_at(self._callers_of(caller)) for caller in islice(above, _MOST_CALLERS))
        return next((guarded for guarded in guards if guarded is not None), None)

    def _is_kept_elsewhere(self, function: Function) -> bool:
        """Whether objects of another file's class get a function, or what runs it, to run later."""
        above = self._runners(function, lambda caller, context: True)
        given = (self._points_to.callbacks.get(item, ()) for item in (function, *above))
        return any(
            calls and all(self._makes_object(call.imported) for call in calls) for calls in given
        )

    def _runners(
        self, function: Function, follows: Callable[[Function, Context], bool]
    ) -> Iterator[Function]:
        """The callers of a function in its file, and theirs, along the calls to be followed."""
        seen = [function]
        for runner in seen:
            for caller, context in self._recording.callers(runner):
                if caller not in seen and follows(caller, context):
                    seen.append(caller)
                    yield caller

    def _makes_object(self, dotted: str | None) -> bool:
        return dotted is not None and self._elsewhere.outside_bases(dotted) is not None

    def _callers_of(self, function: Function) -> Callers:
        return self._elsewhere.callers(_class_of(function), function.name)

    def _of_any_model(self, item: ForwardPass, function: Function) -> SuppressionReason | None:
        """What may hold for a model of which the file does not tell the class."""
        path = access_path(item.model_call.node.func)
        if self._elsewhere.may_need_recording() and not self._elsewhere.runs_known_class(
            _class_of(function), function.name, path
        ):
            return SuppressionReason.MAY_DIFFERENTIATE
        return SuppressionReason.MAY_BE_FROZEN if self._elsewhere.may_be_frozen() else None

    def _hands_on_to_any_model(self, item: ForwardPass, function: Function) -> bool:
        """Whether the model is one that another file defines around a model of any class."""
        path = access_path(item.model_call.node.func)
        return self._elsewhere.runs_any_model(_class_of(function), function.name, path)

    def _is_settled_by_callee(self, item: ForwardPass, function: Function) -> bool:
        method = item.call.method
        if item.call is not item.model_call:
            return False
        path = access_path(item.node.func)
        deed = self._elsewhere.access(_class_of(function), function.name, path)
        is_name_alone = names_a_model(method) and item.evidence is ModelEvidence.NAME
        settling = (*_SETTLING, Deed.METHOD) if is_name_alone else _SETTLING
        if deed is not None or not method:
            return deed in settling
        if names_a_model(method) and not is_name_alone:
            return False  # an attribute that holds a model
        if self._points_to.runs_own_function(item.call):
            return False  # it is in sight, whatever others of that name do
        return self._elsewhere.method_named(method) in settling

    def _is_interface(self, item: ForwardPass, function: Function, callers: Callers) -> bool:
        """Whether nobody is seen who runs a function that hands back its result and records."""
        if _is_made_by_another(item.function) and item.role is Role.NEUTRAL:
            return True
        if item.mode is not None and item.mode.evaluates_here:
            return False
        if callers.recording is not None or function.name in self._inference_functions:
            return False
        return not self._recording.is_on_in_sight(item.function)


def _is_made_by_another(function: Function) -> bool:
    """Whether a function is defined anew each time another runs, which then may hand it out."""
    return isinstance(function.parent, Function) and function.parent.node is not None


def _class_of(function: Function) -> str:
    """The name of the class that a function is a method of; empty for any other."""
    return function.owner.name if function.owner is not None else ""


def _guarded_at(callers: Callers) -> Place | None:
    """Where a function is run under a guard."""
    modes = callers.modes.items()
    return next((place for mode, place in modes if mode.switches_off), None)


def _outermost(function: Function) -> Function:
    """The function or method in which a function lies: what is inside of it runs in it."""
    outermost = function
    for around in function.enclosing():
        if around.node is not None:
            outermost = around
    return outermost
