"""Question 1: is a callee an nn.Module, so that calling it is a forward pass?"""

from __future__ import annotations

import ast
from weakref import proxy

from flake8_nograd.flow.graph import Kind, Node, closure
from flake8_nograd.flow.program import Call, Program, access_path
from flake8_nograd.flow.scopes import Class, Function
from flake8_nograd.flow.values import Value
from flake8_nograd.torch_model.context import Context, GradMode
from flake8_nograd.torch_model.framework_classes import Frameworks
from flake8_nograd.torch_model.graphs import Graphs
from flake8_nograd.torch_model.module_classes import ModuleClasses
from flake8_nograd.torch_model.notes import Notes
from flake8_nograd.torch_model.objects import Made
from flake8_nograd.torch_model.parameters import Parameters
from flake8_nograd.torch_model.points_to import PointsTo
from flake8_nograd.torch_model.trust import Trust, trust_by_annotation
from flake8_nograd.torch_model.vocabulary import methods
from flake8_nograd.torch_model.vocabulary.effects import Effect
from flake8_nograd.torch_model.vocabulary.lookup import Vocabulary
from flake8_nograd.torch_model.vocabulary.words import (
    is_named_after,
    names_a_class,
    names_a_model,
    names_something_else,
    runs_inference,
    says_inference,
)

_Objects = list[tuple[Kind, object]]


class Modules:
    """What is known of modules: by origin, by use, by annotation, by name."""

    def __init__(
        self, program: Program[Context], points_to: PointsTo, notes: Notes, vocabulary: Vocabulary
    ) -> None:
        self._graph = program.graph
        self._points_to = points_to
        self._vocabulary = vocabulary
        self._paths = notes.module_paths
        self._used = closure(notes.used_as_module, points_to.hops, program.graph.copies)
        self._guarded = closure(notes.guarded, points_to.hops, program.graph.copies)
        self._given = {target for targets in points_to.hops.values() for target in targets}
        self._calls_in: dict[Function, list[Call[Context]]] = {}
        for call in program.calls:
            self._calls_in.setdefault(call.function, []).append(call)
        self._trusts: dict[Call[Context], Trust] = {}
        self._runs: dict[tuple[Function, bool], bool] = {}
        self._examined = 0  # functions of which it is being found out
        self._possible: dict[Node, list[Function]] = {}
        for method, call in points_to.may_be_called(program):
            self._possible.setdefault(call.result, []).append(method)
        self._parameters = Parameters(program, points_to, notes, vocabulary)
        me = proxy(self)  # an analysis that holds itself would wait for the garbage collector
        self._graphs = Graphs(
            points_to,
            notes.wants_grad,
            is_pass=lambda call: me.trust(call) > Trust.NAME,
            is_on=_is_on_by_itself,
        )
        self.frameworks = Frameworks(points_to)
        self.differentiating = _callers_of(
            {what.call.function for what, _ in notes.differentiations} | notes.asks_for_grad,
            points_to,
        )
        self.classes = ModuleClasses(points_to)
        self.is_module = self.classes.is_module

    def trust(self, call: Call[Context]) -> Trust:
        """How sure it is that this call is a forward pass of a model."""
        trust = self._trusts.get(call)
        if trust is None:
            trust = self._find_trust(call)
            if not self._examined:  # until then what is found may not be the last word
                self._trusts[call] = trust
        return trust

    def _find_trust(self, call: Call[Context]) -> Trust:
        if call.imported is not None:
            return Trust.NONE
        if call.receiver is not None and methods.is_hidden_forward(call.method):
            return self._hidden_forward(call, call.receiver)
        owned = self._own_functions(call)
        if owned:
            return self._own_method(call, owned)
        if call.result in self._possible:
            return min(self._own_method(call, self._possible[call.result]), Trust.USE)
        return self._of_value(call.node.func, call.callee, call.function, call)

    def is_forward(self, call: Call[Context]) -> bool:
        """Whether a call may be a forward pass of a model, or of a part of one."""
        if self.trust(call) > Trust.NONE:
            return True
        owner = call.receiver
        return (
            owner is not None
            and self._of_value(call.receiver_node, owner, call.function, call) > Trust.NONE
        )

    def _payload(self, node: Node) -> object:
        return self._graph.payloads[node]

    def _own_functions(self, call: Call[Context]) -> list[Function]:
        """Functions of the file that the callee may be."""
        payloads = self._graph.payloads
        things = self._points_to.of(call.callee)
        return [what for thing in things if isinstance(what := payloads[thing], Function)]

    def _hidden_forward(self, call: Call[Context], receiver: Value) -> Trust:
        owned = self._own_functions(call)
        if owned and call.method != "forward":
            return self._own_method(call, owned)
        has_input = bool(call.node.args or call.node.keywords)
        if self._guards_itself(receiver, call.method):
            return Trust.NONE
        if not has_input and call.method not in methods.HIDDEN_FORWARDS:
            return Trust.NONE
        owner = call.receiver_node
        trust = self._of_value(owner, receiver, call.function, call)
        receiver_name = access_path(owner).rpartition(".")[2]
        guess = trust <= Trust.ANNOTATION
        if guess and (says_inference(call.method) or is_named_after(receiver_name, call.method)):
            return Trust.NONE
        if trust is Trust.NAME and not has_input:
            return Trust.NONE
        return trust

    def trust_in_method(self, call: Call[Context]) -> Trust:
        """How sure it is that an unlisted method, whose result has a graph, belongs to a model."""
        if call.receiver is None or not (call.node.args or call.node.keywords):
            return Trust.NONE
        if not methods.may_be_unlisted_forward(call.method):
            return Trust.NONE
        if self._points_to.of(call.callee):  # something else than an unlisted method
            return Trust.NONE
        if self._guards_itself(call.receiver, call.method):
            return Trust.NONE
        trust = self._of_value(call.receiver_node, call.receiver, call.function, call)
        return trust if trust >= Trust.USE else Trust.NONE

    def _guards_itself(self, receiver: Value, method: str) -> bool:
        """Whether a library's own method switches recording off inside."""
        return any(
            isinstance(what, Made) and self._vocabulary.guards_method(what.name, method)
            for what in map(self._payload, self._points_to.of(receiver))
        )

    def _own_method(self, call: Call[Context], owned: list[Function]) -> Trust:
        """A method of a module of the file is a forward pass if it runs one itself.

        One that returns nothing works by what it stores, of which the call says nothing.
        """
        if not any(function.returned_tuples or function.is_generator for function in owned):
            return Trust.NONE
        runs = (
            all(function.owner is not None and self.is_module(function.owner) for function in owned)
            and any(
                not self._speaks_for_itself(function) and self.runs_forward(function)
                for function in owned
            )
            # a method that guards some of its passes decides itself which of them record
            and not any(self._runs_pass(function, guarded=True) for function in owned)
        )
        return Trust.ORIGIN if runs and call.receiver is not None else Trust.NONE

    def differentiates(self, call: Call[Context]) -> bool:
        """Whether the forward pass of a module of the file computes gradients itself."""
        name = call.method if methods.is_hidden_forward(call.method) else "forward"
        functions = {
            method
            for cls in self._classes_of(call)
            if (method := self._points_to.method(cls, name)) is not None
        }
        called = map(self._payload, self._points_to.callees.get(call.result, ()))
        functions |= {what for what in called if isinstance(what, Function)}
        return not functions.isdisjoint(self.differentiating)

    def is_fixed(self, call: Call[Context]) -> bool:
        """Whether no module that the callee may be has a parameter that is trained."""
        owner = _module_of(call)
        if owner is None:
            return False
        if owner.same and owner.same <= self._parameters.fixed:
            return True
        classes = self._classes_of(call)
        only = len(self._points_to.of(owner)) == len(classes)
        return bool(classes) and only and all(map(self._has_no_parameters, classes))

    def _has_no_parameters(self, cls: Class) -> bool:
        """Whether no object of a class or its heirs has any; without a forward, others derive."""
        family = (cls, *self._points_to.heirs(cls))
        is_complete = self._points_to.method(cls, "forward") is not None
        return is_complete and not any(map(self._parameters.may_be_in, family))

    def _classes_of(self, call: Call[Context]) -> list[Class]:
        owner = _module_of(call)
        things = self._points_to.of(owner) if owner is not None else ()
        return [what for what in map(self._payload, things) if isinstance(what, Class)]

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
                call.context.grad.is_off is guarded and self.trust(call) > Trust.NONE
                for call in self._calls_in.get(function, ())
            )
            self._examined -= 1
            self._runs[key] = known
        return known

    def _of_value(
        self, node: ast.expr, value: Value, function: Function, call: Call[Context]
    ) -> Trust:
        if not self._guarded.isdisjoint(value.same):
            return Trust.NONE
        objects = [
            (self._graph.kinds[thing], self._payload(thing)) for thing in self._points_to.of(value)
        ]
        origin = self._by_origin(objects, used=not self._used.isdisjoint(value.same))
        if origin is Trust.NONE or _are_certain(objects):
            return origin or Trust.NONE
        path = access_path(node)
        name = path.rpartition(".")[2] if not path.endswith("]") else path.split(".")[-2]
        if names_something_else(name):
            return Trust.NONE
        if origin is Trust.ORIGIN:
            return origin
        if (
            name in methods.CERTAIN_MODULES
            or not self._used.isdisjoint(value.same)
            or (path and self._path_is_used(function, path))
        ):
            return Trust.USE
        annotated = trust_by_annotation(value, self._graph)
        if annotated is not None:
            return annotated
        named = (
            (names_a_model(name) or origin is Trust.NAME)
            and bool(call.node.args or call.node.keywords)
            and not all(map(names_a_class, path.split(".")))
        )
        known = origin is Trust.NAME or self._may_be_anything(value)
        return Trust.NAME if named and known else Trust.NONE

    def _may_be_anything(self, value: Value) -> bool:
        """Whether nothing is known of a value: callers in the file do not all give plain data."""
        nodes = self._graph.origins(value.same)
        return any(
            self._is_open(node) for node in nodes if self._graph.kinds[node] is not Kind.LOOP
        )

    def _is_open(self, node: Node) -> bool:
        kind = self._graph.kinds[node]
        if kind is Kind.VARIABLE:  # a name that the file never binds comes from a star import
            scope, name = self._graph.pair(node)
            return any(name in around.definitions for around in (scope, scope.module))
        if kind is not Kind.PARAMETER or node in self._given:
            return True
        return not self._points_to.callers.get(self._graph.pair(node)[0])

    def _path_is_used(self, function: Function, path: str) -> bool:
        return any((around, path) in self._paths for around in function.enclosing())

    def _by_origin(self, objects: _Objects, *, used: bool) -> Trust | None:
        """What the objects say: a module, something else for certain, or nothing (None)."""
        effects = {what.effect for _, what in objects if isinstance(what, Made)}
        if Effect.GUARDED in effects:
            return Trust.NONE
        if Effect.LIKELY_MODULE in effects:
            return Trust.NAME
        certain_not = False
        for kind, what in objects:
            if isinstance(what, Made):
                if what.effect is Effect.MODULE:
                    return Trust.ORIGIN
                certain_not = certain_not or what.effect is not Effect.OBJECT or not used
            elif kind is Kind.INSTANCE and isinstance(what, Class):
                if self.is_module(what):
                    return self._of_class(what)
                certain_not = True
            elif kind is not Kind.OBJECT:
                certain_not = True
        return Trust.NONE if certain_not else None

    def _of_class(self, cls: Class) -> Trust:
        """What calling a module of the file is; one that only compares is no forward pass."""
        forward = self._points_to.method(cls, "forward")
        if self.classes.guards_itself(cls) or self._returns_unrecorded(forward):
            return Trust.NONE
        runs = forward is not None and self.runs_forward(forward)
        return Trust.NONE if self.classes.is_criterion(cls) and not runs else Trust.ORIGIN

    def _returns_unrecorded(self, forward: Function | None) -> bool:
        """Whether a forward pass computes its result under guards of its own."""
        if forward is None:
            return False
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


def _module_of(call: Call[Context]) -> Value | None:
    """The module whose forward pass a call runs, hidden in a method or not."""
    return call.receiver if methods.is_hidden_forward(call.method) else call.callee


def _callers_of(functions: set[Function], points_to: PointsTo) -> set[Function]:
    """The functions themselves and all that call them, at whatever distance."""
    callers = {
        function: [call.function for call in calls] for function, calls in points_to.callers.items()
    }
    for wrapper, entries in points_to.wrappers.kept_back.items():
        callers[wrapper] = [entry.function for entry in entries]
    return closure(functions, callers)
