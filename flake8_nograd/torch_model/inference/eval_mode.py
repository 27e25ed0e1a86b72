"""Question 4, first half: is the model in eval mode where it is called?"""

from __future__ import annotations

import ast
from collections import defaultdict, deque
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from flake8_nograd.flow.graph import Kind, Node
from flake8_nograd.flow.program import Call
from flake8_nograd.flow.scopes import Function
from flake8_nograd.syntax.access_path import access_path
from flake8_nograd.torch_model.inference.roles import Role, role_of_name
from flake8_nograd.torch_model.points_to.solver import PointsTo
from flake8_nograd.torch_model.recording.recording import Recording
from flake8_nograd.torch_model.semantics.context import Context
from flake8_nograd.torch_model.semantics.latest_change import ChangeSet, LatestChanges, Unsettled
from flake8_nograd.torch_model.semantics.observations import Observations
from flake8_nograd.torch_model.semantics.state_history import StateChange

_CALLER_HOPS = 3


class EvalMode(NamedTuple):
    """What is known of a module's mode at a call; ``line`` is where it was set."""

    evaluating: bool
    line: int
    here: bool

    @property
    def evaluates_here(self) -> bool:
        """Whether the function of the call has itself put the module into eval mode.

        What it does under a condition says little of what it is for.
        """
        return self.here and self.evaluating


class Evaluation:
    """Finds the `.eval()` or `.train()` that is in force for a callee."""

    def __init__(
        self, points_to: PointsTo, recording: Recording, observations: Observations
    ) -> None:
        self._graph = points_to.graph
        self._recording = recording
        self._handed_out = points_to.callbacks
        self._changes = observations.changes
        self._bits = {change: 1 << number for number, change in enumerate(observations.changes)}
        histories = LatestChanges(self._bits)
        self._latest, self._is_under_condition = histories.latest, histories.is_under_condition
        self._by_path: defaultdict[str, ChangeSet] = defaultdict(int)
        self._for_inference: ChangeSet = 0  # changes that functions for inference make
        self._made_in: defaultdict[Function | None, ChangeSet] = defaultdict(int)
        self._other: ChangeSet = 0  # changes that do not switch to eval mode for certain
        for change, bit in self._bits.items():
            self._by_path[change.path] |= bit
            self._made_in[change.function] |= bit
            self._other |= 0 if change.to else bit
            self._for_inference |= bit if change.function and _infers(change.function) else 0
        self._known: dict[tuple[Function, ChangeSet, int], EvalMode | None] = {}
        onward = (self._graph.copies, points_to.object_flow)
        self._of_itself = _spread(self._put_by_hand(), onward)
        self._of_a_whole = _spread(self._put_with_their_owners(), onward)

    def of(self, call: Call[Context], of_model: Call[Context]) -> EvalMode | None:
        """The mode in force at a call: first by what the function itself did, then its callers,
        then what happens anywhere in the file to the same module.

        `of_model` is the call itself or, where that runs a helper, the forward pass in there.
        """
        changes = self._concerning(of_model)
        named = self._named(access_path(call.node.func)) if of_model is call else 0
        history = call.context.history
        local = self._latest(history, changes | named)
        if isinstance(local, StateChange):
            return _mode(local, here=not self._is_under_condition(history, changes | named))
        if local is Unsettled or not changes:
            return None
        return self._of_callers(call.function, changes, _CALLER_HOPS) or self._anywhere(
            changes, call.function
        )

    def _put_by_hand(self) -> dict[Node, ChangeSet]:
        seeds: defaultdict[Node, ChangeSet] = defaultdict(int)
        for change, bit in self._bits.items():
            for node in change.nodes:
                seeds[node] |= bit
        return seeds

    def _put_with_their_owners(self) -> dict[Node, ChangeSet]:
        """Parts of a module are put into a mode together with it."""
        seeds: dict[Node, ChangeSet] = {}
        if self._of_itself:
            for node in self._graph.interned(Kind.FIELD):
                owner, changes = node, 0
                while self._graph.kinds[owner] is Kind.FIELD:
                    owner = self._graph.pair(owner)[0]
                    changes |= self._of_itself.get(owner, 0)
                if changes:
                    seeds[node] = changes
        return seeds

    def _concerning(self, call: Call[Context]) -> ChangeSet:
        """All changes, anywhere in the file, to the callee or to a module that it is a part of."""
        nodes = call.callee.aliases
        if call.receiver is not None and isinstance(call.node.func, ast.Attribute):
            nodes = nodes | call.receiver.aliases
        changes = 0
        for node in nodes:
            changes |= self._of_itself.get(node, 0) | self._of_a_whole.get(node, 0)
        return changes

    def _named(self, path: str) -> ChangeSet:
        """All changes to what has this path, or to what that is a part of."""
        changes, end = 0, len(path)
        while end > 0:
            changes |= self._by_path.get(path[:end], 0)
            end = path.rfind(".", 0, end)
        return changes

    def _of_callers(self, function: Function, changes: ChangeSet, hops: int) -> EvalMode | None:
        """The mode that every caller which says something agrees on."""
        key = function, changes, hops
        if hops and key not in self._known:
            self._known[key] = self._ask_callers(function, changes, hops)
        return self._known.get(key)

    def _ask_callers(self, function: Function, changes: ChangeSet, hops: int) -> EvalMode | None:
        found: EvalMode | None = None
        for caller, context in self._recording.callers(function):
            change = self._latest(context.history, changes)
            if change is Unsettled:
                return None
            if isinstance(change, StateChange):
                mode: EvalMode | None = _mode(change, here=False)
            else:
                mode = None if caller is function else self._of_callers(caller, changes, hops - 1)
            if mode is None:
                continue
            if found is not None and mode.evaluating is not found.evaluating:
                return None
            found = mode
        return found

    def _anywhere(self, changes: ChangeSet, function: Function) -> EvalMode | None:
        """The mode that all changes in the file agree on.

        What only functions for inference set says nothing of a function with another job, nor
        does what the function sets further down: the call runs before. So may other code that was
        handed the function above.
        """
        if changes & self._other:
            return None
        changes &= ~self._made_in[function]
        if not changes:
            return None
        if not changes & ~self._for_inference and not _infers(function):
            return None
        first = self._changes[(changes & -changes).bit_length() - 1]
        handed_out = self._handed_out.get(function, ())
        is_later = any(call.node.lineno < first.line for call in handed_out)
        return None if is_later else _mode(first, here=False)


def _infers(function: Function) -> bool:
    """Whether a function is for inference, by its own name."""
    return role_of_name(function.name) in (Role.INFERENCE, Role.WEAK_INFERENCE)


def _spread(
    seeds: Mapping[Node, ChangeSet], onward: Sequence[Mapping[Node, Iterable[Node]]]
) -> dict[Node, ChangeSet]:
    """What is known of some nodes, handed on along edges."""
    known = dict(seeds)
    todo = deque(known)
    while todo:
        node = todo.popleft()
        changes = known[node]
        for edges in onward:
            for target in edges.get(node, ()):
                before = known.get(target, 0)
                if changes | before != before:
                    known[target] = changes | before
                    todo.append(target)
    return known


def _mode(change: StateChange, here: bool) -> EvalMode:
    return EvalMode(change.to is True, change.line, here)
