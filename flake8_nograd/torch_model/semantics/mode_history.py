"""Which modules were put into eval or training mode so far, as a history that joins."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from flake8_nograd.flow.graph import Node


@dataclass(frozen=True, eq=False, slots=True)
class ModeChange:
    """`.eval()` or `.train()` on a module; ``evaluating`` is None if a condition decides."""

    path: str
    nodes: frozenset[Node]
    evaluating: bool | None
    line: int
    before: ModeHistory


@dataclass(frozen=True, eq=False, slots=True)
class ModeJoin:
    """Branches with different histories meet; ``base`` is what they share."""

    branches: tuple[ModeHistory, ...]
    base: ModeHistory


ModeHistory = ModeChange | ModeJoin | None


def shared_history(histories: Sequence[ModeHistory]) -> ModeHistory:
    """The newest point that lies on every history."""
    others = [frozenset(map(id, _trunk(history))) for history in histories[1:]]
    for point in _trunk(histories[0]):
        if all(id(point) in other for other in others):
            return point
    return None


def _trunk(history: ModeHistory) -> list[ModeHistory]:
    """A history without the insides of its joins, newest first, ending in None."""
    trunk: list[ModeHistory] = []
    while history is not None:
        trunk.append(history)
        history = history.before if isinstance(history, ModeChange) else history.base
    return [*trunk, None]


class Unsettled:
    """The answer of a history in which a condition decides the mode."""


def latest_change(
    history: ModeHistory, concerns: Callable[[ModeChange], bool], until: ModeHistory = None
) -> ModeChange | type[Unsettled] | None:
    """The newest change that concerns a module: None if there is none, Unsettled if branches
    disagree or a condition decides."""
    while history is not until and history is not None:
        if isinstance(history, ModeChange):
            if concerns(history):
                return history if history.evaluating is not None else Unsettled
            history = history.before
            continue
        answers = [latest_change(branch, concerns, history.base) for branch in history.branches]
        if any(answer is not None for answer in answers):
            return _settled(answers, latest_change(history.base, concerns, until))
        history = history.base
    return None


def _settled(
    branches: Sequence[ModeChange | type[Unsettled] | None],
    before: ModeChange | type[Unsettled] | None,
) -> ModeChange | type[Unsettled]:
    """The one answer of all branches; one that says nothing leaves what was before."""
    answers = [answer for branch in branches if (answer := branch or before) is not None]
    first = answers[0]
    if not isinstance(first, ModeChange):
        return Unsettled
    same = all(
        isinstance(answer, ModeChange) and answer.evaluating is first.evaluating
        for answer in answers
    )
    return first if same else Unsettled
