"""Does a module have parameters that are trained? Without any, plain inputs record nothing."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from functools import cached_property

from flake8_nograd.flow.graph import Kind, Node, closure
from flake8_nograd.flow.program import Call, Program
from flake8_nograd.flow.scopes import Class, Function
from flake8_nograd.syntax.signatures import defaults
from flake8_nograd.torch_model.models.annotations import annotated_with
from flake8_nograd.torch_model.models.freezing import Freezing
from flake8_nograd.torch_model.points_to.class_hierarchy import ClassSet
from flake8_nograd.torch_model.points_to.solver import PointsTo
from flake8_nograd.torch_model.semantics.context import Context
from flake8_nograd.torch_model.semantics.literal_arguments import is_true, switches_off
from flake8_nograd.torch_model.semantics.observations import Observations
from flake8_nograd.vocabulary.effect import Effect
from flake8_nograd.vocabulary.frameworks import is_bare_module
from flake8_nograd.vocabulary.layers import (
    CONTAINERS,
    FROZEN_MAKERS,
    NORMALIZATIONS,
)
from flake8_nograd.vocabulary.lookup import Vocabulary
from flake8_nograd.vocabulary.methods import RETURNS_SELF
from flake8_nograd.vocabulary.tensor_methods import TENSOR_METHODS
from flake8_nograd.vocabulary.words import names_something_else, words

_HARMLESS = frozenset((Effect.OBJECT, Effect.OPTIMIZER, Effect.NUMBERS, Effect.FOREIGN))
_OF_SETTINGS = (("is",), ("has",), ("use",), ("num",), ("max",), ("min",))


class Parameters:
    """Looks through the attributes of classes."""

    def __init__(
        self,
        program: Program[Context],
        points_to: PointsTo,
        observations: Observations,
        vocabulary: Vocabulary,
    ) -> None:
        self._program = program
        self.freezing = Freezing(program, points_to, observations)
        self._frozen = self.freezing.modules
        self._points_to = points_to
        self._graph = points_to.graph
        self._leaves = observations.wants_grad
        self._vocabulary = vocabulary
        self._holding: dict[Node, bool] = {}
        self._bringing: dict[Class, bool] = {}
        self._without: ClassSet = 0  # classes of which it is certain that they bring none
        self._asking = 0

    @cached_property
    def fixed(self) -> set[Node]:
        """Modules that are frozen or made of parts without parameters."""
        made = {
            call.result
            for call in self._program.calls
            if (self._is_made_of_others(call.result) or self._is_made_frozen(call))
            and not self._may_hold(call.result)
        }
        bare = annotated_with(Effect.LAYER, self._program, self._vocabulary)
        known = self._frozen.union(made, bare)
        return closure(known, self._points_to.object_flow, self._graph.copies)

    def _is_made_frozen(self, call: Call[Context]) -> bool:
        """Whether what a library makes here has no parameters, or frozen ones."""
        things = self._points_to.callees.get(call.result)
        if not things or self._graph.of_kind(Kind.EXTERNAL, things) != things:
            return False
        names = [str(self._graph.payloads[thing]) for thing in things]
        if all(map(NORMALIZATIONS.fullmatch, names)):
            return switches_off(call.node, "affine", "elementwise_affine")
        return all(map(FROZEN_MAKERS.fullmatch, names)) and not _thaws(call.node)

    def _is_made_of_others(self, node: Node) -> bool:
        things = self._points_to.callees.get(node, ())
        return bool(things) and all(self._graph.payloads[thing] in CONTAINERS for thing in things)

    def may_be_in(self, cls: Class) -> bool:
        """Whether a module of this class may have parameters; unknown counts as yes."""
        found: dict[Class, bool] = {}
        self._asking += 1
        for current in self._points_to.bases_first(cls, self._bringing):
            above = self._points_to.bases(current)
            inherited = any(found.get(base) or self._bringing.get(base) for base in above)
            found[current] = inherited or self._brings_itself(current)
        self._asking -= 1
        for current, brings in found.items():
            if brings or not self._asking:  # until then no may not be the last word
                self._bringing[current] = brings
        return found.get(cls) or self._bringing.get(cls, False)

    def may_be_in_family(self, cls: Class) -> bool:
        """Whether a module of this class, or of one derived from it, may have parameters."""
        family = self._points_to.set_of(cls) | self._points_to.heirs(cls)
        for member in self._points_to.members(family & ~self._without):
            if self.may_be_in(member):
                return True
            self._without |= self._points_to.set_of(member)
        return False

    def _brings_itself(self, cls: Class) -> bool:
        """Whether the attributes of a class, or its bases from elsewhere, may be parameters."""
        if any(self._may_bring(base) for base in self._outer_bases(cls)):
            return True
        own = self._graph.intern(Kind.INSTANCE, cls)
        return any(
            field not in self._frozen and any(map(self._may_hold, self._parts_of(field)))
            for field in self._graph.fields_of(own)
        )

    def _outer_bases(self, cls: Class) -> list[Node]:
        things = self._points_to.base_objects(cls)
        return [thing for thing in things if not isinstance(self._graph.payloads[thing], Class)]

    def _may_bring(self, base: Node) -> bool:
        return not is_bare_module(str(self._graph.payloads[base]))

    def _parts_of(self, container: Node) -> Iterable[Node]:
        return self._points_to.graph.copied_from.get(container, ())

    def _may_hold(self, node: Node) -> bool:
        """Whether a value that is assigned to an attribute may be or have a parameter."""
        if node not in self._holding:
            self._holding[node] = False  # what is made of itself adds nothing
            self._holding[node] = node not in self._frozen and self._find(node)
        return self._holding[node]

    def _find(self, node: Node) -> bool:
        kind, payload = self._graph.kinds[node], self._graph.payloads[node]
        if kind in (Kind.FIELD, Kind.INSTANCE, Kind.FUNCTION, Kind.EXTERNAL):
            return False
        if kind is Kind.MADE:
            is_dict = isinstance(payload, ast.Dict) and not payload.keys
            held = list(self._parts_of(node))
            return bool(held or not is_dict) and self._may_be_made_of(held)
        if kind is Kind.PARAMETER:
            return self._may_be_given(*self._graph.pair(node))
        if node in self._leaves or kind is not Kind.CALL or not isinstance(payload, Call):
            return True
        if payload.function.name == "forward" or _computes_a_tensor(payload):
            return False  # what a forward pass keeps is data
        if self._is_made_of_others(node):
            given = [value.aliases for value in payload.arguments()]
            parts = {part for nodes in given for part in nodes}
            return not all(given) or self._may_be_made_of((*parts, *self._parts_of(node)))
        if self._is_made_frozen(payload):
            return False
        things = self._points_to.callees.get(node, set())
        return not things or any(map(self._makes_parameters, things))

    def _may_be_given(self, function: Function, name: str) -> bool:
        """Whether a function of the file may be given something with parameters as this one."""
        if _is_setting(function, name):
            return False
        given = [
            value.aliases
            for call in self._points_to.callers.get(function, ())
            for parameter, value in self._points_to.bindings(call, function)
            if parameter == name
        ]
        return not given or any(map(self._may_hold, (node for nodes in given for node in nodes)))

    def _may_be_made_of(self, parts: Iterable[Node]) -> bool:
        """Whether a container has a part with parameters; one that is empty is filled unseen."""
        unknown = (Kind.FIELD, Kind.PARAMETER)
        held = [self._graph.kinds[part] in unknown or self._may_hold(part) for part in parts]
        return any(held) or not held

    def _makes_parameters(self, callee: Node) -> bool:
        payload = self._graph.payloads[callee]
        if self._graph.kinds[callee] is Kind.CLASS and isinstance(payload, Class):
            return self.may_be_in(payload)
        if self._graph.kinds[callee] is not Kind.EXTERNAL:
            return True
        name = str(payload)
        harmless = self._vocabulary.effect(name) in _HARMLESS
        return not (harmless or self._vocabulary.is_without_parameters(name))


def _thaws(node: ast.Call) -> bool:
    """Whether the arguments of `from_pretrained` leave the weights to be trained."""
    return any(keyword.arg == "freeze" and not is_true(keyword.value) for keyword in node.keywords)


def _computes_a_tensor(call: Call[Context]) -> bool:
    """Whether a method that only tensors have gives a value, which is then no parameter."""
    return call.receiver is not None and call.method in TENSOR_METHODS - RETURNS_SELF


def _is_setting(function: Function, name: str) -> bool:
    """Whether a parameter is a number or a switch, by its name or its default."""
    if names_something_else(name) or words(name)[:1] in _OF_SETTINGS:
        return True
    default = dict(defaults(function.node.args)).get(name) if function.node is not None else None
    return isinstance(default, ast.Constant) and default.value is not None
