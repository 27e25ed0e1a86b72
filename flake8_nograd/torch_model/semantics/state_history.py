"""What was done to modules so far, as histories that join: eval mode, and `requires_grad`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce

from flake8_nograd.flow.graph import Node
from flake8_nograd.flow.scopes import Function


@dataclass(eq=False, slots=True)
class StateChange:
    """A state is set for modules; ``to`` is None if a condition or an argument decides.

    Of modes: whether it is eval mode. Of parameters: whether they require a gradient.
    """

    path: str
    nodes: frozenset[Node]
    to: bool | None
    line: int
    before: StateHistory
    depth: int  # how many points lie before it
    function: Function | None = None  # in which it is set


@dataclass(eq=False, slots=True)
class StateJoin:
    """Branches with different histories meet; ``before`` is what they share."""

    branches: tuple[StateHistory, ...]
    before: StateHistory
    depth: int


StateHistory = StateChange | StateJoin | None


def depth_after(history: StateHistory) -> int:
    """The depth of a point that follows a history."""
    return 0 if history is None else history.depth + 1


def joined(histories: Sequence[StateHistory]) -> StateHistory:
    """The history after branches with these."""
    branches = tuple(dict.fromkeys(histories))
    if len(branches) == 1:
        return branches[0]
    before = reduce(_shared, branches)
    return StateJoin(branches, before, depth_after(before))


def _shared(one: StateHistory, other: StateHistory) -> StateHistory:
    """The newest point that lies on both histories."""
    while one is not other:
        if other is None or (one is not None and one.depth >= other.depth):
            one, other = other, one
        assert other is not None
        other = other.before
    return one
