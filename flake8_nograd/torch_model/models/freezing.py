"""Which modules have nothing to train: frozen ones, wherever the file freezes them."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cached_property

from flake8_nograd.flow.graph import Kind, Node, closure
from flake8_nograd.flow.program import Call, Program
from flake8_nograd.flow.scopes import Class, Function
from flake8_nograd.torch_model.points_to.abstract_objects import Made
from flake8_nograd.torch_model.points_to.argument_binding import is_bound
from flake8_nograd.torch_model.points_to.solver import PointsTo
from flake8_nograd.torch_model.semantics.context import Context
from flake8_nograd.torch_model.semantics.observations import Freeze, Observations
from flake8_nograd.vocabulary.effect import Effect
from flake8_nograd.vocabulary.layers import PARAMETER_NAMES, WEIGHT_AND_BIAS


class Freezing:
    """Follows freezes out of constructors, methods and helpers to the modules that they concern."""

    def __init__(
        self, program: Program[Context], points_to: PointsTo, observations: Observations
    ) -> None:
        self._points_to = points_to
        self._graph = points_to.graph
        self._observations = observations
        self._last_made: dict[Node, dict[Function, int]] = {}
        frozen: set[Node] = set()
        thawed = set(observations.wants_grad)
        for freeze in observations.freezes:
            if freeze.to is False:
                frozen.update(self._frozen_here(freeze), self._given_by_apply(freeze))
            for call in self._points_to.runs_of(freeze.function):
                given = self._given(call, freeze)
                (thawed if _setting(call, freeze) else frozen).update(given)
        thawed.update(*map(self._graph.wholes, tuple(thawed)))
        frozen.update(self._frozen_by_parts(frozen))
        self.modules = frozen - thawed
        self._add_instances(program)

    def _frozen_here(self, freeze: Freeze) -> Iterator[Node]:
        """Modules that stay as they are frozen; `self` only if its constructor does it."""
        for node in freeze.nodes:
            is_self = self._graph.kinds[node] is Kind.INSTANCE
            if is_self and freeze.function not in self._constructing:
                continue
            if not self.is_remade((node,), freeze.function, freeze.line):
                yield from self._with_members(node)

    def _frozen_by_parts(self, frozen: Iterable[Node]) -> list[Node]:
        """Layers of which every parameter is frozen by its name."""
        names: defaultdict[Node, set[str]] = defaultdict(set)
        for node in frozen:
            if self._graph.kinds[node] is Kind.FIELD:
                owner, name = self._graph.pair(node)
                names[owner].add(name)
        return [
            owner
            for owner, known in names.items()
            if known >= PARAMETER_NAMES and self._is_layer(owner)
        ]

    def _is_layer(self, node: Node) -> bool:
        """Whether a value is a layer of torch without further layers inside."""
        things = self._points_to.objects.get(node, ())
        made = [self._graph.payloads[thing] for thing in things]
        return bool(made) and all(
            isinstance(what, Made) and WEIGHT_AND_BIAS.fullmatch(what.name) for what in made
        )

    def _with_members(self, node: Node) -> Iterator[Node]:
        """A module; or a list, and the modules in it."""
        yield node
        if self._graph.kinds[node] is Kind.MADE:
            yield from self._graph.copied_from.get(node, ())

    def is_remade(self, modules: Iterable[Node], function: Function, since: int) -> bool:
        """Whether one of some modules, or a part of it, is made anew in a function after a line."""
        return any(
            self._last_made_in(function, part) > since
            for module in modules
            for part in (module, *self._graph.fields_of(module))
        )

    def _last_made_in(self, function: Function, part: Node) -> int:
        last = self._last_made.get(part)
        if last is None:
            last = self._last_made[part] = {}
            for source in self._graph.copied_from.get(part, ()):
                call = self._graph.payloads[source]
                if isinstance(call, Call) and self._is_module(source):
                    last[call.function] = max(call.node.lineno, last.get(call.function, 0))
        return last.get(function, 0)

    def _is_module(self, made: Node) -> bool:
        things = self._points_to.objects.get(made, ())
        what = [self._graph.payloads[thing] for thing in things]
        return any(
            isinstance(item, Class)
            or (isinstance(item, Made) and item.effect in (Effect.MODULE, Effect.LIKELY_MODULE))
            for item in what
        )

    def _given(self, call: Call[Context], freeze: Freeze) -> Iterator[Node]:
        """What a call gives to the function for the parameters that it freezes."""
        function = freeze.function
        values = [
            value
            for name, value in self._points_to.bindings(call, function)
            if self._graph.find(Kind.PARAMETER, (function, name)) in freeze.nodes
        ]
        selves = {node for node in freeze.nodes if self._graph.kinds[node] is Kind.INSTANCE}
        if call.receiver is not None and selves:
            values.append(call.receiver)
            returned = self._graph.find(Kind.RETURN, function)
            if returned is not None and not selves.isdisjoint(self._graph.copied_from[returned]):
                yield call.result
        for value in values:
            for node in value.aliases:
                yield from self._with_members(node)

    def _given_by_apply(self, freeze: Freeze) -> Iterator[Node]:
        """Modules that hand the function to each of their layers; a condition picks some."""
        if freeze.depends:
            return
        for call in self._applied.get(freeze.function, ()):
            first = next(iter(freeze.function.positional_parameters()), None)
            parameter = self._graph.find(Kind.PARAMETER, (freeze.function, first))
            if call.receiver is not None and parameter in freeze.nodes:
                yield from call.receiver.aliases

    def _add_instances(self, program: Program[Context]) -> None:
        """What a class makes whose constructor freezes all of it, also by inheritance."""
        for cls in program.classes:
            constructor = self._points_to.method(cls, "__init__")
            maker = constructor.owner if constructor is not None else None
            if maker is None or self._graph.find(Kind.INSTANCE, maker) not in self.modules:
                continue
            self.modules.add(self._graph.intern(Kind.INSTANCE, cls))
        for result, things in self._points_to.callees.items():
            made = [what for thing in things if (what := self._made_by(thing)) is not None]
            if made and len(made) == len(things) and self.modules.issuperset(made):
                self.modules.add(result)

    def _made_by(self, thing: Node) -> Node | None:
        if self._graph.kinds[thing] is not Kind.CLASS:
            return None
        cls = self._graph.payloads[thing]
        assert isinstance(cls, Class)
        return self._graph.intern(Kind.INSTANCE, cls)

    @cached_property
    def _applied(self) -> dict[Function, list[Call[Context]]]:
        return {
            function: [call for call in calls if call.method == "apply"]
            for function, calls in self._points_to.callbacks.items()
        }

    @cached_property
    def _constructing(self) -> set[Function]:
        """Constructors, and the methods that they call on the object they make."""
        steps: defaultdict[Function, list[Function]] = defaultdict(list)
        for function, calls in self._points_to.callers.items():
            for call in calls:
                nodes = call.receiver.aliases if call.receiver is not None else ()
                if any(self._graph.kinds[node] is Kind.INSTANCE for node in nodes):
                    steps[call.function].append(function)
        return closure((item for item in self._methods() if item.name == "__init__"), steps)

    def _methods(self) -> Iterator[Function]:
        for node in self._graph.interned(Kind.FUNCTION):
            function = self._graph.payloads[node]
            if isinstance(function, Function) and function.owner is not None:
                yield function


def _setting(call: Call[Context], freeze: Freeze) -> bool:
    """What a call sets requires_grad to; where that is no literal, the author decides."""
    if isinstance(freeze.to, bool):
        return freeze.to
    given = {keyword.arg: keyword.value for keyword in call.node.keywords}
    bound = is_bound(call, freeze.function)
    names = freeze.function.positional_parameters()[1 if bound else 0 :]
    given |= dict(zip(names, call.node.args, strict=False))
    value = given.get(freeze.to)
    return isinstance(value, ast.Constant) and bool(value.value)
