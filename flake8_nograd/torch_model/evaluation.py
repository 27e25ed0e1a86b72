"""Question 4, first half: is the model in eval mode where it is called?"""

from __future__ import annotations

import ast
from collections import defaultdict
from dataclasses import dataclass

from flake8_nograd.flow.graph import Edges, Kind, Node, closure, reversed_edges
from flake8_nograd.flow.program import Call, access_path
from flake8_nograd.flow.scopes import Function
from flake8_nograd.torch_model.context import Context, ModeChange, Unsettled, latest_change
from flake8_nograd.torch_model.notes import Notes
from flake8_nograd.torch_model.points_to import PointsTo
from flake8_nograd.torch_model.recording import Recording

_CALLER_HOPS = 3


@dataclass(frozen=True, slots=True)
class EvalMode:
    """What is known of a module's mode at a call; ``line`` is where it was set."""

    evaluating: bool
    line: int
    here: bool


class Evaluation:
    """Finds the `.eval()` or `.train()` that is in force for a callee."""

    def __init__(self, points_to: PointsTo, recording: Recording, notes: Notes) -> None:
        self._graph = points_to.graph
        self._recording = recording
        self._back: Edges = reversed_edges(self._graph.copies, points_to.hops)
        self._changes: defaultdict[Node, list[ModeChange]] = defaultdict(list)
        for change in notes.changes:
            for node in change.nodes:
                self._changes[node].append(change)

    def of(self, call: Call[Context], of_model: Call[Context]) -> EvalMode | None:
        """The mode in force at a call: first by what the function itself did, then its callers,
        then what happens anywhere in the file to the same module.

        `of_model` is the call itself or, where that runs a helper, the forward pass in there.
        """
        hidden = of_model.receiver is not None and isinstance(of_model.node.func, ast.Attribute)
        path = access_path(call.node.func) if of_model is call else ""
        nodes = self._origins(of_model, hidden)
        local = latest_change(call.context.history, lambda change: _concerns(change, path, nodes))
        if isinstance(local, ModeChange):
            return _mode(local, here=True)
        if local is Unsettled:
            return None
        return self._of_callers(call.function, nodes, _CALLER_HOPS) or self._anywhere(nodes)

    def _origins(self, call: Call[Context], hidden: bool) -> frozenset[Node]:
        """The callee, the modules it is a part of, and everything either may be a copy of."""
        start = set(call.callee.same)
        if hidden and call.receiver is not None:
            start |= call.receiver.same
        found = closure(start, self._back)
        for node in tuple(found):
            owner = node
            while self._graph.kinds[owner] is Kind.FIELD:
                owner = self._graph.pair(owner)[0]
                found |= closure((owner,), self._back)
        return frozenset(found)

    def _of_callers(self, function: Function, nodes: frozenset[Node], hops: int) -> EvalMode | None:
        """The mode that every caller which says something agrees on."""
        if not hops:
            return None
        found: EvalMode | None = None
        for caller, context in self._recording.callers(function):
            change = latest_change(context.history, lambda change: _concerns(change, "", nodes))
            if change is Unsettled:
                return None
            if isinstance(change, ModeChange):
                mode: EvalMode | None = _mode(change, here=False)
            else:
                mode = None if caller is function else self._of_callers(caller, nodes, hops - 1)
            if mode is None:
                continue
            if found is not None and mode.evaluating is not found.evaluating:
                return None
            found = mode
        return found

    def _anywhere(self, nodes: frozenset[Node]) -> EvalMode | None:
        changes = [change for node in nodes for change in self._changes.get(node, ())]
        if not changes or any(change.evaluating is not True for change in changes):
            return None
        return _mode(changes[0], here=False)


def _concerns(change: ModeChange, path: str, nodes: frozenset[Node]) -> bool:
    """Whether a change is about this callee or about a module that it is a part of."""
    if path and change.path and f"{path}.".startswith(f"{change.path}."):
        return True
    return not change.nodes.isdisjoint(nodes)


def _mode(change: ModeChange, here: bool) -> EvalMode:
    return EvalMode(change.evaluating is True, change.line, here)
