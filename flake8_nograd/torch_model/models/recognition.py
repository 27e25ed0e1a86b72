"""Question 1: is a callee an nn.Module, so that calling it is a forward pass?"""

from __future__ import annotations

import ast
from weakref import proxy

from flake8_nograd.flow.graph import Kind, Node, closure
from flake8_nograd.flow.program import Call, Program
from flake8_nograd.flow.scopes import Class, Function
from flake8_nograd.flow.values import Value
from flake8_nograd.syntax.access_path import access_path, key_of
from flake8_nograd.torch_model.fate.autograd_graphs import Graphs
from flake8_nograd.torch_model.models.annotations import (
    annotated_as_modules,
    annotated_with,
    evidence_by_annotation,
)
from flake8_nograd.torch_model.models.calls_by_name import CallsByName
from flake8_nograd.torch_model.models.framework_classes import Frameworks
from flake8_nograd.torch_model.models.model_names import ModelNames, name_of
from flake8_nograd.torch_model.models.module_classes import ModuleClasses
from flake8_nograd.torch_model.models.text_arguments import is_given_text
from flake8_nograd.torch_model.points_to.abstract_objects import Made, is_placeholder
from flake8_nograd.torch_model.points_to.solver import PointsTo
from flake8_nograd.torch_model.semantics.context import Context
from flake8_nograd.torch_model.semantics.observations import Observations
from flake8_nograd.vocabulary import methods
from flake8_nograd.vocabulary.annotations import ModelEvidence
from flake8_nograd.vocabulary.effect import Effect
from flake8_nograd.vocabulary.grad_modes import GradMode
from flake8_nograd.vocabulary.lookup import Vocabulary
from flake8_nograd.vocabulary.words import (
    is_named_after,
    names_a_deed,
    names_something_else,
    runs_inference,
    says_inference,
)

_Objects = list[tuple[Kind, object]]


class Modules:
    """What is known of modules: by origin, by use, by annotation, by name."""

    def __init__(
        self,
        program: Program[Context],
        points_to: PointsTo,
        observations: Observations,
        vocabulary: Vocabulary,
    ) -> None:
        self._graph = program.graph
        self._points_to = points_to
        self._vocabulary = vocabulary
        self._paths = observations.module_paths
        self._used = closure(
            observations.used_as_module, points_to.object_flow, program.graph.copies
        )
        self._held_modules = program.graph.owners_of(self._used)
        guarded = observations.guarded.union(annotated_with(Effect.GUARDED, program, vocabulary))
        self._guarded = closure(guarded, points_to.object_flow, program.graph.copies)
        annotated = set(annotated_as_modules(program, points_to, vocabulary))
        self._annotated = closure(annotated, points_to.object_flow, program.graph.copies)
        self._names = ModelNames(program, points_to, vocabulary)
        self._calls_in: dict[Function, list[Call[Context]]] = {}
        for call in program.calls:
            self._calls_in.setdefault(call.function, []).append(call)
        self._evidences: dict[Call[Context], ModelEvidence] = {}
        self._runs: dict[tuple[Function, bool], bool] = {}
        self._examined = 0  # functions of which it is being found out
        me = proxy(self)  # an analysis that holds itself would wait for the garbage collector
        self.calls_by_name = CallsByName(
            program, points_to, lambda call: me.evidence(call) > ModelEvidence.NONE
        )
        self._graphs = Graphs(
            points_to,
            observations.wants_grad,
            is_pass=lambda call: me.evidence(call) > ModelEvidence.NAME,
            is_on=_is_on_by_itself,
        )
        self.frameworks = Frameworks(points_to, vocabulary)
        self.classes = ModuleClasses(points_to, vocabulary, observations.guard_items)
        self.is_module = self.classes.is_module

    def evidence(self, call: Call[Context]) -> ModelEvidence:
        """How sure it is that this call is a forward pass of a model."""
        evidence = self._evidences.get(call)
        if evidence is None:
            evidence = self._find_evidence(call)
            if not self._examined:  # until then what is found may not be the last word
                self._evidences[call] = evidence
        return evidence

    def _find_evidence(self, call: Call[Context]) -> ModelEvidence:
        if call.imported is not None:
            return ModelEvidence.NONE
        if call.receiver is not None and methods.is_hidden_forward(call.method):
            return self._hidden_forward(call, call.receiver)
        owned = self._own_functions(call)
        if owned:
            return self._own_method(call, owned)
        by_name = self.calls_by_name.methods(call)
        if by_name:
            return min(self._own_method(call, by_name), ModelEvidence.USE)
        found = self._of_value(call.node.func, call.callee, call)
        is_guess = ModelEvidence.NONE < found <= ModelEvidence.ANNOTATION
        # What is given a model is rather a function that runs it, or makes something of it.
        return ModelEvidence.NONE if is_guess and self.is_given_a_model(call) else found

    def is_forward(self, call: Call[Context]) -> bool:
        """Whether a call may be a forward pass of a model, or of a part of one.

        Where a name alone speaks for a model, it does so for parts, not for what it does.
        """
        if self.evidence(call) > ModelEvidence.NONE:
            return True
        if call.receiver is None:
            return False
        of_owner = self._of_value(call.receiver_node, call.receiver, call)
        return of_owner > (ModelEvidence.NAME if names_a_deed(call.method) else ModelEvidence.NONE)

    def is_given_a_model(self, call: Call[Context]) -> bool:
        """Whether an argument of a call may be a model."""
        return any(
            isinstance(node, ast.Name | ast.Attribute)
            and self._of_value(node, value, call) > ModelEvidence.NONE
            for node, value in call.written_arguments()
        )

    def _payload(self, node: Node) -> object:
        return self._graph.payloads[node]

    def _own_functions(self, call: Call[Context]) -> list[Function]:
        """Functions of the file that the callee may be."""
        payloads = self._graph.payloads
        things = self._points_to.of(call.callee)
        return [what for thing in things if isinstance(what := payloads[thing], Function)]

    def _hidden_forward(self, call: Call[Context], receiver: Value) -> ModelEvidence:
        owned = self._own_functions(call)
        if owned and call.method != "forward":
            return self._own_method(call, owned)
        has_input = bool(call.node.args or call.node.keywords)
        if self._guards_itself(receiver, call.method):
            return ModelEvidence.NONE
        if not has_input and call.method not in methods.TAKES_NO_INPUT:
            return ModelEvidence.NONE
        owner = call.receiver_node
        evidence = self._of_value(owner, receiver, call)
        receiver_name = access_path(owner).rpartition(".")[2]
        guess = evidence <= ModelEvidence.ANNOTATION
        if guess and (says_inference(call.method) or is_named_after(receiver_name, call.method)):
            return ModelEvidence.NONE
        if evidence is ModelEvidence.NAME:
            return ModelEvidence.NONE  # a name alone speaks for what is called, not for a method
        return evidence

    def evidence_in_method(self, call: Call[Context]) -> ModelEvidence:
        """How sure it is that an unlisted method, whose result has a graph, belongs to a model."""
        if call.receiver is None or not (call.node.args or call.node.keywords):
            return ModelEvidence.NONE
        if not methods.may_be_unlisted_forward(call.method):
            return ModelEvidence.NONE
        if self._points_to.of(call.callee):  # something else than an unlisted method
            return ModelEvidence.NONE
        if self._guards_itself(call.receiver, call.method):
            return ModelEvidence.NONE
        evidence = self._of_value(call.receiver_node, call.receiver, call)
        return evidence if evidence >= ModelEvidence.USE else ModelEvidence.NONE

    def _guards_itself(self, receiver: Value, method: str) -> bool:
        """Whether a library's own method switches recording off inside."""
        return any(
            isinstance(what, Made) and self._vocabulary.guards_method(what.name, method)
            for what in map(self._payload, self._points_to.of(receiver))
        )

    def _own_method(self, call: Call[Context], owned: list[Function]) -> ModelEvidence:
        """A method of a module of the file is a forward pass if it runs one itself.

        One that returns nothing works by what it stores, of which the call says nothing.
        """
        if not any(function.returned_tuples or function.is_generator for function in owned):
            return ModelEvidence.NONE
        runs = (
            all(function.owner is not None and self.is_module(function.owner) for function in owned)
            and any(
                not self._speaks_for_itself(function) and self.runs_forward(function)
                for function in owned
            )
            # a method that guards some of its passes decides itself which of them record
            and not any(self._runs_pass(function, guarded=True) for function in owned)
        )
        return ModelEvidence.ORIGIN if runs and call.receiver is not None else ModelEvidence.NONE

    def _speaks_for_itself(self, function: Function) -> bool:
        """Whether a forward pass is reported inside a method rather than where it is called."""
        return runs_inference(function.name) or self.frameworks.guard(function)

    def runs_forward(self, function: Function) -> bool:
        """Whether a method of a module calls a submodule, itself or through other methods."""
        return self._runs_pass(function, guarded=False)

    def _runs_pass(self, function: Function, *, guarded: bool) -> bool:
        """Whether a function holds a forward pass with recording on, or one under its own guard."""
        key = (function, guarded)
        known = self._runs.get(key)
        if known is None:
            self._runs[key] = False
            self._examined += 1
            known = any(
                call.context.grad.is_off is guarded and self.evidence(call) > ModelEvidence.NONE
                for call in self._calls_in.get(function, ())
            )
            self._examined -= 1
            self._runs[key] = known
        return known

    def _of_value(self, node: ast.expr, value: Value, call: Call[Context]) -> ModelEvidence:
        if not self._guarded.isdisjoint(value.aliases):
            return ModelEvidence.NONE
        objects = [
            (self._graph.kinds[thing], what)
            for thing in self._points_to.of(value)
            if not is_placeholder(what := self._payload(thing))
        ]
        origin = self._by_origin(objects, used=not self._used.isdisjoint(value.aliases))
        if origin is ModelEvidence.NONE or _are_certain(objects):
            return origin or ModelEvidence.NONE
        path = access_path(node)
        name = name_of(path)
        if names_something_else(name) or names_something_else(key_of(node)):
            return ModelEvidence.NONE
        if origin is ModelEvidence.ORIGIN:
            return origin
        if (
            name in methods.CERTAIN_MODULES
            or not self._used.isdisjoint(value.aliases)
            or (path and self._path_is_used(call.function, path))
        ):
            return ModelEvidence.USE
        if is_given_text(call, self._graph):
            return ModelEvidence.NONE
        annotated = evidence_by_annotation(value, self._graph, self._vocabulary)
        if annotated is not None:
            return annotated
        if not self._annotated.isdisjoint(value.aliases):
            return ModelEvidence.ANNOTATION
        if call.result in self._held_modules:
            return ModelEvidence.NONE
        return self._names.evidence(call, node, value, is_likely=origin is ModelEvidence.NAME)

    def _path_is_used(self, function: Function, path: str) -> bool:
        return any((around, path) in self._paths for around in function.enclosing())

    def _by_origin(self, objects: _Objects, *, used: bool) -> ModelEvidence | None:
        """What the objects say: a module, something else for certain, or nothing (None)."""
        effects = {what.effect for _, what in objects if isinstance(what, Made)}
        if Effect.GUARDED in effects or any(kind is Kind.CLASS for kind, _ in objects):
            return ModelEvidence.NONE  # where a class gets to, the call makes an object of it
        if Effect.LIKELY_MODULE in effects:
            return ModelEvidence.NAME
        certain_not = False
        for kind, what in objects:
            if isinstance(what, Made):
                if what.effect is Effect.MODULE:
                    return ModelEvidence.ORIGIN
                is_open = what.effect is Effect.OBJECT and used
                certain_not |= not is_open or self._vocabulary.makes_plain_objects(what.name)
            elif kind is Kind.INSTANCE and isinstance(what, Class):
                if self.is_module(what):
                    return self._of_class(what)
                certain_not = True
            elif kind is not Kind.OBJECT:
                certain_not = True
        return ModelEvidence.NONE if certain_not else None

    def _of_class(self, cls: Class) -> ModelEvidence:
        """What calling a module of the file is; one that only compares is no forward pass."""
        method = self._points_to.method
        forward = method(cls, "__call__") or method(cls, "forward")
        if self.classes.guards_itself(cls) or self._returns_unrecorded(forward):
            return ModelEvidence.NONE
        runs = forward is not None and self.runs_forward(forward)
        return (
            ModelEvidence.NONE
            if self.classes.is_criterion(cls) and not runs
            else ModelEvidence.ORIGIN
        )

    def _returns_unrecorded(self, forward: Function | None) -> bool:
        """Whether a forward pass computes its result under guards of its own."""
        if forward is None:
            return False
        contexts = [call.context for call in self._calls_in.get(forward, ())]
        outside_of_any_with = any(context.entered is None for context in contexts)
        if outside_of_any_with and all(context.grad.is_off for context in contexts):
            return True
        returned = self._graph.find(Kind.RETURN, forward)
        return returned is not None and self._graphs.of(returned) is False


def _are_certain(objects: _Objects) -> bool:
    """Whether it is certain what a value is, so that no name speaks against it."""
    return any(
        isinstance(what, Class)
        or (isinstance(what, Made) and what.name.startswith("torch.nn."))
        or (len(objects) == 1 and isinstance(what, Made) and what.effect is Effect.MODULE)
        for _, what in objects
    )


def _is_on_by_itself(call: Call[Context]) -> bool | None:
    """Whether recording is on at a call, as far as its own function decides."""
    return None if call.context.grad is GradMode.MAYBE else not call.context.grad.is_off
