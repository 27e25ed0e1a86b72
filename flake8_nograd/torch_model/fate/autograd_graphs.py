"""Does a value have a graph? Followed back to the calls and operations that computed it."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from flake8_nograd.flow.graph import Kind, Node
from flake8_nograd.flow.program import Call
from flake8_nograd.flow.scopes import Function
from flake8_nograd.torch_model.points_to.abstract_objects import Made
from flake8_nograd.torch_model.points_to.solver import PointsTo
from flake8_nograd.torch_model.semantics.context import Context
from flake8_nograd.torch_model.semantics.observations import UnrecordedOperation
from flake8_nograd.vocabulary.grad_modes import GradMode
from flake8_nograd.vocabulary.words import words

_MADE_OF_OTHERS = frozenset((Kind.MADE, Kind.ITEM, Kind.PHI, Kind.RETURN))
_DEEPEST = 40
_COMPUTING_WORDS = frozenset("loss losses criterion scale mean sum".split())


class Graphs:
    """Tells whether values were recorded.

    `is_pass` says whether a call is a forward pass, `is_on` whether recording is on at a call;
    None means that it cannot be told. `leaves` are values that record whatever made them.
    """

    def __init__(
        self,
        points_to: PointsTo,
        leaves: set[Node],
        is_pass: Callable[[Call[Context]], bool],
        is_on: Callable[[Call[Context]], bool | None],
    ) -> None:
        self._graph = points_to.graph
        self._points_to = points_to
        self._leaves = leaves
        self._is_pass = is_pass
        self._is_on = is_on
        self._known: dict[tuple[Node, bool], bool | None] = {}

    def of(self, node: Node, depth: int = _DEEPEST, *, called_off: bool = False) -> bool | None:
        """Whether a value has a graph; None if that cannot be told.

        `called_off` says that the function in which it is computed runs with recording off.
        """
        key = node, called_off
        if key not in self._known and depth:
            self._known[key] = None  # a value that is made of itself settles nothing
            self._known[key] = self._find(node, depth - 1, called_off)
        return self._known.get(key)

    def is_blank(self, node: Node) -> bool:
        """Whether a value is a tensor or container in which nothing has been stored."""
        made = self._graph.kinds[node] is Kind.MADE and not self._sources(node)
        return made and not isinstance(self._graph.payloads[node], UnrecordedOperation)

    def _sources(self, node: Node) -> list[Node]:
        graph = self._graph
        return [*graph.copied_from.get(node, ()), *graph.derived_from.get(node, ())]

    def _find(self, node: Node, depth: int, off: bool) -> bool | None:
        kind, payload = self._graph.kinds[node], self._graph.payloads[node]
        if node in self._leaves:
            return True
        if isinstance(payload, UnrecordedOperation):
            return False
        if kind in _MADE_OF_OTHERS:
            return self._agreed(self._sources(node), depth, off)
        if kind is Kind.FIELD:  # it is derived from its owner too, which has no graph to ask for
            return self._agreed(self._graph.copied_from.get(node, ()), depth, off)
        if kind is Kind.CALL and isinstance(payload, Call):
            return self._of_call(payload, depth, off)
        return None

    def _agreed(self, nodes: Iterable[Node], depth: int, off: bool) -> bool | None:
        answers = {
            self.of(node, depth, called_off=off) for node in nodes if not self.is_blank(node)
        }
        return answers.pop() if len(answers) == 1 else None

    def _of_call(self, call: Call[Context], depth: int, off: bool) -> bool | None:
        inherits_off = off and call.context.grad is GradMode.INHERITED
        is_on = False if inherits_off else self._is_on(call)
        things = self._points_to.callees.get(call.result, set())
        payloads = self._graph.payloads
        own = [what for thing in things if isinstance(what := payloads[thing], Function)]
        if own:
            returned = (self._graph.find(Kind.RETURN, function) for function in own)
            nodes = [node for node in returned if node is not None]
            are_all = len(nodes) == len(own) == len(things)
            unrecorded = are_all and self._agreed(nodes, depth, is_on is False) is False
            return False if unrecorded else is_on or None
        if is_on is None:
            return None
        if self._only_transforms(call, depth, off):
            return False
        if is_on:
            return True
        computes = self._is_pass(call) or not _COMPUTING_WORDS.isdisjoint(words(call.name))
        return False if computes or self._is_criterion(call) else None

    def _only_transforms(self, call: Call[Context], depth: int, off: bool) -> bool:
        """Whether a call computes with values without a graph, and with nothing else."""
        if self._is_pass(call):
            return False
        values = call.arguments()
        if not self._is_criterion(call):
            if call.receiver is None or not call.receiver.flows:
                return False
            values.append(call.receiver)
        flows = {node for value in values for node in value.flows}
        return bool(flows) and self._agreed(flows, depth, off) is False

    def _is_criterion(self, call: Call[Context]) -> bool:
        """Whether the callee is a loss or layer of torch without parameters to report."""
        made = (self._graph.payloads[thing] for thing in self._points_to.of(call.callee))
        return any(isinstance(what, Made) and what.name.startswith("torch.nn.") for what in made)
