"""Does a forward pass of a module have any gradient to give, or to compute by itself?"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from flake8_nograd.flow.graph import Kind, Node, closure
from flake8_nograd.flow.program import Call, Program
from flake8_nograd.flow.scopes import Class, Function
from flake8_nograd.flow.values import Value
from flake8_nograd.torch_model.models.parameters import Parameters
from flake8_nograd.torch_model.points_to.abstract_objects import Made, is_placeholder
from flake8_nograd.torch_model.points_to.makers import makers_of
from flake8_nograd.torch_model.points_to.solver import PointsTo
from flake8_nograd.torch_model.semantics.context import Context
from flake8_nograd.torch_model.semantics.latest_change import LatestChanges
from flake8_nograd.torch_model.semantics.observations import Observations
from flake8_nograd.torch_model.semantics.state_history import StateChange
from flake8_nograd.vocabulary import methods, saved_inputs
from flake8_nograd.vocabulary.lookup import Vocabulary


class GradientNeed:
    """Tells which functions differentiate, and which modules have nothing to train."""

    def __init__(
        self,
        program: Program[Context],
        points_to: PointsTo,
        observations: Observations,
        vocabulary: Vocabulary,
    ) -> None:
        self._vocabulary = vocabulary
        self._points_to = points_to
        self._graph = program.graph
        self._payloads = program.graph.payloads
        bits = {change: 1 << number for number, change in enumerate(observations.settings)}
        self._latest = LatestChanges(bits)
        self._set_for: defaultdict[Node, int] = defaultdict(int)
        self._thawed_in: defaultdict[Node, int] = defaultdict(int)
        for change, bit in bits.items():
            for node in change.nodes:
                self._set_for[node] |= bit
                if change.to is not False:
                    for whole in self._graph.wholes(node):
                        self._thawed_in[whole] |= bit
        self._parameters = Parameters(program, points_to, observations, vocabulary)
        self.differentiating = _callers_of(
            {what.call.function for what, _ in observations.differentiations}
            | observations.asks_for_grad,
            points_to,
        )

    def differentiates(self, call: Call[Context]) -> bool:
        """Whether the forward pass of a module of the file computes gradients itself."""
        if not self.differentiating:
            return False
        name = call.method if methods.is_hidden_forward(call.method) else "forward"
        functions = {
            method
            for cls in (*self._classes_of(call), *self._classes_in_sequence(call))
            if (method := self._points_to.method(cls, name)) is not None
        }
        things = self._points_to.callees.get(call.result, ())
        called = (self._payloads[thing] for thing in things)
        functions |= {what for what in called if isinstance(what, Function)}
        return not functions.isdisjoint(self.differentiating)

    def is_fixed(self, call: Call[Context]) -> bool:
        """Whether no module that the callee may be has a parameter that is trained."""
        owner = _module_of(call)
        if owner is None:
            return False
        latest = self._latest.latest(call.context.settings, self._concerning(owner))
        if isinstance(latest, StateChange):
            remade = self._parameters.freezing.is_remade
            return latest.to is False and not remade(latest.nodes, call.function, latest.line)
        if owner.aliases and all(map(self._is_part_of_fixed, owner.aliases)):
            return True
        things = [self._payloads[thing] for thing in self._points_to.of(owner)]
        return (
            bool(things)
            and all(map(self._has_nothing_to_train, things))
            and not (any(map(is_placeholder, things)) and self._may_be_another(owner))
        )

    def _is_part_of_fixed(self, module: Node) -> bool:
        """Whether a module, or what it is an attribute of, is frozen as a whole."""
        fixed = self._parameters.fixed
        return module in fixed or not fixed.isdisjoint(self._graph.wholes(module))

    def _concerning(self, module: Value) -> int:
        """The settings of a module, of what it is a part of, and those that thaw a part of it."""
        own = self._graph.resolve_phis(module.aliases)
        concerning = 0
        for node in own.union(*map(self._graph.wholes, own)):
            concerning |= self._set_for.get(node, 0)
        for node in own:
            concerning |= self._thawed_in.get(node, 0)
        return concerning

    def _has_nothing_to_train(self, what: object) -> bool:
        """Whether an object is a module of which it is known that it has no parameters."""
        if isinstance(what, Made):
            return self._vocabulary.is_without_parameters(what.name)
        return isinstance(what, Class) and self._has_no_parameters(what)

    def _may_be_another(self, module: Value) -> bool:
        """Whether a module also comes from where nothing is known of it."""
        return any(
            self._graph.kinds[source] is Kind.PARAMETER or self._points_to.is_unknown_result(source)
            for source in closure(module.aliases, self._graph.copied_from)
        )

    def _has_no_parameters(self, cls: Class) -> bool:
        """Whether no object of a class or its heirs has any; without a forward, others derive."""
        is_complete = self._points_to.method(cls, "forward") is not None
        return is_complete and not self._parameters.may_be_in_family(cls)

    def _classes_of(self, call: Call[Context]) -> list[Class]:
        owner = _module_of(call)
        return self._classes_among(owner) if owner is not None else []

    def _classes_among(self, value: Value) -> list[Class]:
        payloads = self._payloads
        things = self._points_to.of(value)
        return [what for thing in things if isinstance(what := payloads[thing], Class)]

    def _classes_in_sequence(self, call: Call[Context]) -> Iterator[Class]:
        """The classes of the modules that an `nn.Sequential` runs, where the file makes it."""
        owner = _module_of(call)
        todo = [owner] if owner is not None else []
        seen: set[Call[Context]] = set()
        for module in todo:
            for made in makers_of(module, self._graph):
                if made is None or made in seen or made.imported != saved_inputs.SEQUENCE:
                    continue
                seen.add(made)
                todo += made.positional
                for part in made.positional:
                    yield from self._classes_among(part)


def _module_of(call: Call[Context]) -> Value | None:
    """The module whose forward pass a call runs, hidden in a method or not."""
    return call.receiver if methods.is_hidden_forward(call.method) else call.callee


def _callers_of(functions: set[Function], points_to: PointsTo) -> set[Function]:
    """The functions themselves and all that call them, at whatever distance."""
    callers = points_to.calling_functions()
    for wrapper, entries in points_to.wrappers.kept_back.items():
        callers[wrapper] = [entry.function for entry in entries]
    return closure(functions, callers)
