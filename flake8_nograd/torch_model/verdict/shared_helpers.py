"""Helpers that training and inference share: there the call of the helper is what can be judged."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator, Sequence

from flake8_nograd.flow.graph import Kind, Node
from flake8_nograd.flow.program import Call
from flake8_nograd.flow.scopes import Class, Function
from flake8_nograd.torch_model.facts import ForwardPass, SuppressionReason
from flake8_nograd.torch_model.fate.fate import ResultUses
from flake8_nograd.torch_model.points_to.solver import PointsTo
from flake8_nograd.torch_model.semantics.context import Context
from flake8_nograd.torch_model.verdict.verdicts import Verdicts

_BY_SOME_CALLERS = (
    SuppressionReason.TRAINED_BY_CALLERS,
    SuppressionReason.GUARDED_BY_CALLERS,
    SuppressionReason.SOMETIMES_GUARDED,
)


class SharedHelpers:
    """Functions that hand back a forward pass which some callers train or guard.

    `is_plain` tells of classes that are no modules: what their `forward` gives, a caller judges.
    `is_given_a_model` tells of calls whether an argument may be one.
    """

    def __init__(
        self,
        points_to: PointsTo,
        uses: ResultUses,
        differentiating: Container[Function],
        is_plain: Callable[[Class], bool],
        is_given_a_model: Callable[[Call[Context]], bool],
    ) -> None:
        self._graph = points_to.graph
        self._is_given_a_model = is_given_a_model
        self._callers = points_to.callers
        self._uses = uses
        self._differentiating = differentiating
        self._is_plain = is_plain

    def passes_through(
        self, passes: Iterable[ForwardPass], verdicts: Verdicts
    ) -> Iterator[ForwardPass]:
        """The calls of such functions, and the answers about them."""
        todo = list(passes)
        known = {item.call.result for item in todo}.union(self._that_ask_for_gradients(todo))
        guarding = {item.function for item in todo if item.suppression is SuppressionReason.GUARDED}
        while todo:
            inner = todo.pop()
            if not self._is_for_callers_to_judge(inner):
                continue
            if inner.function in self._differentiating:
                continue  # no guard fits around a helper that computes gradients itself
            if inner.function in guarding:
                continue  # the helper itself decides when to record
            for call in self._callers.get(inner.function, ()):
                if call.result in known:
                    continue
                known.add(call.result)
                if self._calls_what_it_is_given(inner) and not self._is_given_a_model(call):
                    continue
                outer = verdicts.of_helper(call, inner)
                todo.append(outer)
                yield outer

    def _calls_what_it_is_given(self, item: ForwardPass) -> bool:
        """Whether a helper runs whatever its callers give it, such as `loss.backward`."""
        nodes = item.call.callee.aliases
        return bool(nodes) and nodes == self._graph.of_kind(Kind.PARAMETER, nodes)

    def _that_ask_for_gradients(self, passes: Iterable[ForwardPass]) -> set[Node]:
        """The results of helpers that make the input of what they run require a gradient."""
        found: set[Node] = set()
        todo = [item.call for item in passes if self._uses.input_asks_for_gradient(item.call)]
        while todo:
            inner = todo.pop()
            if self._uses.hands_back(inner):
                outer = self._callers.get(inner.function, ())
                todo += (call for call in outer if call.result not in found)
                found.update(call.result for call in outer)
        return found

    def _is_for_callers_to_judge(self, item: ForwardPass) -> bool:
        """Whether only what some callers do speaks against a forward pass."""
        if item.suppression in _BY_SOME_CALLERS:
            return self._uses.hands_back(item.call)
        if item.suppression is SuppressionReason.FORWARD and item.function.name == "forward":
            owner = item.function.owner
            return owner is not None and self._is_plain(owner) and self._uses.hands_back(item.call)
        return item.suppression is SuppressionReason.TRAINED and self._uses.only_callers_train(
            item.call
        )


def without_repeats(passes: Sequence[ForwardPass], points_to: PointsTo) -> Iterator[ForwardPass]:
    """Report a forward pass once where both it and the call of the method around it are.

    The place is the call if that gives a tensor, which a caller may want with its graph.
    """
    reported = {item.call.result: item for item in passes if item.suppression is None}
    repeats: dict[Node, SuppressionReason] = {}
    for result, inner in reported.items():
        if inner.function.name.startswith("forward"):
            continue
        for call in points_to.callers.get(inner.function, ()):
            outer = reported.get(call.result)
            if outer is None:
                continue
            if outer.use.is_read_as_tensor:
                repeats[result] = SuppressionReason.FORWARD
            else:
                repeats[call.result] = SuppressionReason.REPORTED_INSIDE
    for item in passes:
        repeat = repeats.get(item.call.result)
        yield item if repeat is None else item._replace(suppression=repeat)
