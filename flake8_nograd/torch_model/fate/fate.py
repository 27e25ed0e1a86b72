"""Question 3: what becomes of a result? Differentiated, plain numbers, or out of sight."""

from __future__ import annotations

import ast
from collections import deque
from collections.abc import Callable, Iterator
from functools import cached_property

from flake8_nograd.flow.graph import Kind, Node, Reachability, closure
from flake8_nograd.flow.program import Call, Program
from flake8_nograd.flow.scopes import Function
from flake8_nograd.syntax.access_path import access_path
from flake8_nograd.torch_model.fate.outlets import Outlets
from flake8_nograd.torch_model.fate.result_use import ResultUse
from flake8_nograd.torch_model.fate.summaries import Summaries
from flake8_nograd.torch_model.points_to.solver import PointsTo
from flake8_nograd.torch_model.semantics.context import Context
from flake8_nograd.torch_model.semantics.observations import (
    Differentiation,
    Observations,
    PlainUse,
)
from flake8_nograd.vocabulary import methods
from flake8_nograd.vocabulary.effect import Effect
from flake8_nograd.vocabulary.lookup import Vocabulary
from flake8_nograd.vocabulary.words import (
    UPDATING_WORDS,
    computes_loss,
    makes_arrays,
    names_an_optimizer,
    reads_numbers,
    words,
)

_READING = frozenset((Effect.NUMBERS, Effect.FOREIGN))


class ResultUses:
    """Follows results through the value-flow graph."""

    def __init__(
        self,
        program: Program[Context],
        points_to: PointsTo,
        observations: Observations,
        vocabulary: Vocabulary,
        is_forward: Callable[[Call[Context]], bool],
    ) -> None:
        self._program = program
        self._graph = program.graph
        self._is_forward = is_forward
        self._points_to = points_to
        self._vocabulary = vocabulary
        self._observations = observations
        self._plain_uses: dict[Node, PlainUse | None] = {}
        self._training = [
            sink
            for what, sink in observations.differentiations
            if not points_to.runs_own_function(what.call)
        ]
        self._training += observations.inspected
        self._passing: list[Node] = []
        for call in program.calls:
            self._connect_given_backward(call)
            self._connect(call)
        observations.wants_grad |= self._sources_of_lists(observations.optimized)

    @cached_property
    def _summaries(self) -> Summaries:
        return Summaries(self._program.functions, self._points_to)

    @cached_property
    def _reach(self) -> Reachability:
        return Reachability(self._graph, self._summaries.edges)

    @cached_property
    def trained(self) -> set[Node]:
        """All that is differentiated, here or by a caller."""
        return self._reach.sources_of(self._training) if self._training else set()

    @cached_property
    def _trained_here(self) -> set[Node]:
        sinks = (*self._training, *self._summaries.filled_parameters())
        return self._reach.sources_within(sinks)

    @cached_property
    def passed_on(self) -> set[Node]:
        """All that is passed to code outside the file."""
        return self._reach.sources_of(self._passing)

    @cached_property
    def returned(self) -> set[Node]:
        """All that is returned to callers outside the file."""
        return self._reach.sources_of(self._open_returns())

    @cached_property
    def stored(self) -> set[Node]:
        """All that is kept in objects that others may read."""
        return self._reach.sources_of(Outlets(self._points_to, self._run_from_outside).nodes())

    @cached_property
    def _wanted(self) -> set[Node]:
        graph = self._graph
        onward = (graph.copies, graph.derives, graph.enters, self._summaries.edges)
        return closure(self._observations.wants_grad, *onward)

    @cached_property
    def _run_from_outside(self) -> list[Function]:
        return self._points_to.run_from_outside(self._program.functions)

    def of(self, call: Call[Context]) -> ResultUse:
        """The use of a call's result."""
        return ResultUse(call.result, self)

    def is_discarded(self, node: Node) -> bool:
        """Whether nothing takes a result."""
        return node in self._observations.discarded

    def is_run_for_its_effect(self, call: Call[Context]) -> bool:
        """Whether nothing takes a result, and the method gives what it computes to something."""
        if not self._is_statement_of_a_method(call):
            return False
        run = {self._graph.payloads[item] for item in self._points_to.callees.get(call.result, ())}
        inner = [item for item in self._program.calls if item.function in run]
        passes = {item.result for item in inner if self._is_forward(item)}
        return not (passes.isdisjoint(self.stored) and passes.isdisjoint(self.passed_on))

    def _is_statement_of_a_method(self, call: Call[Context]) -> bool:
        """Whether a method is run, and not for what it gives."""
        return self.is_discarded(call.result) and call.method not in ("", "forward")

    def training_calls(self) -> Iterator[Call[Context]]:
        """The calls that differentiate what they are given."""
        for sink in self._training:
            payload = self._graph.payloads[sink]
            if isinstance(payload, Differentiation):
                yield payload.call
            elif isinstance(payload, Call):
                yield payload

    def hands_back(self, call: Call[Context]) -> bool:
        """Whether the function of a call returns its result, or something computed from it."""
        returned = self._graph.find(Kind.RETURN, call.function)
        onward = (self._graph.copies, self._graph.derives, self._summaries.edges)
        return returned is not None and returned in closure((call.result,), *onward)

    def is_trained(self, call: Call[Context]) -> bool:
        """Whether a call's result is differentiated, here or by a caller."""
        return call.result in self.trained

    def is_differentiated(self, node: Node) -> bool:
        """Whether a value is differentiated, here or by a caller."""
        return node in self.trained

    def only_callers_train(self, call: Call[Context]) -> bool:
        """Whether a result is differentiated only after its function has handed it back."""
        node = call.result
        return node in self.trained and node not in self._trained_here

    def input_asks_for_gradient(self, call: Call[Context]) -> bool:
        """Whether an argument of the call is itself a leaf that was made to require a gradient."""
        leaves = self._observations.wants_grad
        return bool(leaves) and any(
            not leaves.isdisjoint(self._graph.resolve_phis(value.aliases))
            for value in call.arguments()
        )

    def input_wants_gradient(self, call: Call[Context]) -> bool:
        """Whether an argument of the call is known to require a gradient."""
        return any(not value.flows.isdisjoint(self._wanted) for value in call.arguments())

    def _sources_of_lists(self, lists: set[Node]) -> set[Node]:
        """What was put into lists, such as the tensors that an optimizer is to update."""
        if not lists:
            return set()
        copies = self._graph.copies.items()
        return {source for source, targets in copies if not lists.isdisjoint(targets)}

    def _connect_given_backward(self, call: Call[Context]) -> None:
        """Who is given `loss.backward` differentiates the loss."""
        for node, value in call.written_arguments():
            if isinstance(node, ast.Attribute) and node.attr in methods.RAISING_METHODS:
                self._graph.derive(value.flows, sink := self._graph.new(Kind.SINK, call))
                self._training.append(sink)

    def _connect(self, call: Call[Context]) -> None:
        """Edges through a call into which the file gives no insight."""
        is_own = self._points_to.runs_own_function(call)
        is_open = is_own and self._runs_what_heirs_define(call)
        if (is_own and not is_open) or self._only_maps(call):
            return
        things = self._points_to.callees.get(call.result, set())
        effects = {self._effect(thing) for thing in things}
        is_listed = bool(effects) and effects != {None}
        if (effects and effects <= _READING) or (not is_listed and makes_arrays(call.name)):
            self._note_reading(call)
            return
        arguments = [node for value in call.arguments() for node in value.flows]
        receiver = call.receiver.flows if call.receiver is not None else ()
        self._graph.derive((*arguments, *receiver), call.result)
        if not arguments:
            return
        if Effect.TRAINS in effects or self._trains(call):
            self._graph.derive(arguments, sink := self._graph.new(Kind.SINK, call))
            self._training.append(sink)
        elif not is_listed and not is_open and self._reads_numbers(call):
            self._note_reading(call)
        elif is_open or (self._is_opaque(call, things) and not self._gives_what_it_computes(call)):
            self._graph.derive(arguments, sink := self._graph.new(Kind.SINK, call))
            self._passing.append(sink)

    def _gives_what_it_computes(self, call: Call[Context]) -> bool:
        """Whether a call is a forward pass that keeps nothing of what it is given, it seems."""
        if not UPDATING_WORDS.isdisjoint(words(call.method)):
            return False
        return self._is_forward(call) and not self._is_statement_of_a_method(call)

    def _runs_what_heirs_define(self, call: Call[Context]) -> bool:
        """Whether a call runs a method of the file that is there to be overridden."""
        things = self._points_to.callees.get(call.result, ())
        run = (self._graph.payloads[thing] for thing in things)
        return any(isinstance(what, Function) and what.is_abstract for what in run)

    def _only_maps(self, call: Call[Context]) -> bool:
        """Whether a call gives what functions of the file make of its arguments, nothing else."""
        if call.imported != "map" or len(call.positional) < 2:
            return False
        mapped = self._points_to.of(call.positional[0])
        return bool(mapped) and len(self._graph.of_kind(Kind.FUNCTION, mapped)) == len(mapped)

    def _note_reading(self, call: Call[Context]) -> None:
        self._observations.plain_use(call.arguments(), f"{call.name}()", call.node.lineno)

    def _trains(self, call: Call[Context]) -> bool:
        if self._vocabulary.trains(call.name):
            return True
        if call.method == "step" and _is_an_optimizer(call.receiver_node):
            return True
        if call.method == "train" and self._gives_what_was_computed(call):
            return True  # a mode would be a constant or a switch
        return any(map(_is_an_optimizer, call.node.args))

    def _gives_what_was_computed(self, call: Call[Context]) -> bool:
        kinds = self._graph.kinds
        given = (node for value in call.arguments() for node in value.flows)
        return any(kinds[node] in (Kind.CALL, Kind.ITEM) for node in given)

    def _is_opaque(self, call: Call[Context], things: set[Node]) -> bool:
        """Whether a call may do anything with its arguments."""
        if call.method in methods.READS_NUMBERS or call.method in methods.KEEPS:
            return False
        if call.receiver is not None and call.method in methods.COMPUTES:
            return False
        if computes_loss(call.name):
            return call.result in self._observations.discarded
        return not things or any(
            self._graph.kinds[thing] is Kind.EXTERNAL and self._effect(thing) is None
            for thing in things
        )

    def _reads_numbers(self, call: Call[Context]) -> bool:
        """Whether a call from outside the file reads its arguments, judged by what is called."""
        if call.method in methods.KEEPS or call.method in methods.IN_PLACE:
            return False
        if call.receiver is not None and not call.receiver.flows:
            return True  # a method of something that is no tensor and holds none, such as a plot
        path = access_path(call.node.func)
        return any(map(reads_numbers, path.split(".")[-2:]))

    def _effect(self, thing: Node) -> Effect | None:
        if self._graph.kinds[thing] is not Kind.EXTERNAL:
            return None
        return self._vocabulary.effect(str(self._graph.payloads[thing]))

    def _open_returns(self) -> list[Node]:
        """What functions return that nobody in the file calls, or none but themselves."""
        returned = (self._graph.find(Kind.RETURN, item) for item in self._run_from_outside)
        return [node for node in returned if node is not None]

    def first_plain_use(self, node: Node) -> PlainUse | None:
        """The nearest place that reads a value as numbers."""
        if node not in self._plain_uses:
            self._plain_uses[node] = self._search_plain_use(node)
        return self._plain_uses[node]

    def _search_plain_use(self, node: Node, limit: int = 200) -> PlainUse | None:
        graph = self._graph
        inside = (graph.copies, graph.derives, self._summaries.edges)
        # Once a value has entered a function it leaves it by a summary alone.
        ways = {False: (*inside, graph.leaves), True: inside}
        seen = {(node, False)}
        queue = deque(seen)
        while queue and len(seen) < limit:
            current, entered = queue.popleft()
            payload = graph.payloads[current]
            if isinstance(payload, PlainUse):
                return payload
            steps = [
                (target, entered) for edges in ways[entered] for target in edges.get(current, ())
            ]
            steps += [(target, True) for target in graph.enters.get(current, ())]
            for step in steps:
                if step not in seen:
                    seen.add(step)
                    queue.append(step)
        return None


def _is_an_optimizer(node: ast.expr) -> bool:
    if isinstance(node, ast.Constant):
        return False
    return names_an_optimizer(access_path(node).rpartition(".")[2])
