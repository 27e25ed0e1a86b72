"""The newest change in a history that concerns a module, found without walking it all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from flake8_nograd.torch_model.semantics.state_history import StateChange, StateHistory, StateJoin

# A set of changes: a bit for each.
ChangeSet = int


class Unsettled:
    """The answer of a history in which a condition decides the mode."""


Answer = StateChange | type[Unsettled] | None


class _Point(NamedTuple):
    """The changes up to a point of a history, and an earlier point from which to look further.

    The earlier points are those of a skew binary list: any point before is a few of them away.
    """

    changes: ChangeSet
    jump: StateHistory


_START = _Point(0, None)


class LatestChanges:
    """Looks into histories; what has been found is kept."""

    def __init__(self, bits: Mapping[StateChange, ChangeSet]) -> None:
        self._bits = bits
        self._points: dict[StateHistory, _Point] = {None: _START}
        self._settled: dict[tuple[StateJoin, ChangeSet], Answer] = {}

    def latest(self, history: StateHistory, wanted: ChangeSet) -> Answer:
        """The newest of some changes: None if there is none, Unsettled if branches disagree or a
        condition decides."""
        joins: list[tuple[StateJoin, list[Answer]]] = []
        found: Answer = None
        while (point := self._newest(history, wanted)) is not None:
            if isinstance(point, StateChange):
                found = point if point.to is not None else Unsettled
                break
            if (point, wanted) in self._settled:
                found = self._settled[point, wanted]
                break
            answers = self._of_branches(point, wanted)
            joins.append((point, answers))
            if None not in answers:
                break
            history = point.before
        for join, answers in reversed(joins):
            found = self._settled[join, wanted] = _agreed(answers, found)
        return found

    def is_under_condition(self, history: StateHistory, wanted: ChangeSet) -> bool:
        """Whether the newest of some changes was made in a branch of what comes before."""
        return isinstance(self._newest(history, wanted), StateJoin)

    def _of_branches(self, join: StateJoin, wanted: ChangeSet) -> list[Answer]:
        """What each branch says by itself."""
        before = self._noted(join.before).changes & wanted
        return [
            self.latest(branch, wanted) if self._noted(branch).changes & wanted != before else None
            for branch in join.branches
        ]

    def _newest(self, history: StateHistory, wanted: ChangeSet) -> StateHistory:
        """The newest point of a history at or in which one of some changes lies."""
        wanted &= self._noted(history).changes
        if not wanted:
            return None
        while history is not None:
            jump = self._noted(history).jump
            if self._points[jump].changes & wanted == wanted:
                history = jump
            elif self._points[history.before].changes & wanted == wanted:
                history = history.before
            else:
                break
        return history

    def _noted(self, history: StateHistory) -> _Point:
        point = self._points.get(history)
        if point is not None:
            return point
        todo = [history]
        while todo:
            current = todo[-1]
            assert current is not None
            earlier = current.branches if isinstance(current, StateJoin) else ()
            missing = [item for item in (current.before, *earlier) if item not in self._points]
            if missing:
                todo += missing
                continue
            todo.pop()
            changes = self._bits[current] if isinstance(current, StateChange) else 0
            for item in (current.before, *earlier):
                changes |= self._points[item].changes
            self._points[current] = _Point(changes, self._jump_of(current.before))
        return self._points[history]

    def _jump_of(self, before: StateHistory) -> StateHistory:
        """Where a point jumps to that follows another."""
        first = self._points[before].jump
        second = self._points[first].jump
        if _depth(before) - _depth(first) == _depth(first) - _depth(second):
            return second
        return before


def _depth(history: StateHistory) -> int:
    return -1 if history is None else history.depth


def _agreed(branches: Sequence[Answer], before: Answer) -> Answer:
    """The one answer of all branches; one that says nothing leaves what was before."""
    answers = [answer for branch in branches if (answer := branch or before) is not None]
    first = answers[0]
    if not isinstance(first, StateChange):
        return Unsettled
    same = all(isinstance(answer, StateChange) and answer.to is first.to for answer in answers)
    return first if same else Unsettled
