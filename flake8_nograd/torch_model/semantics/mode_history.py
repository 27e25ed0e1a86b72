"""Which modules were put into eval or training mode so far, as a history that joins."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce

from flake8_nograd.flow.graph import Node


@dataclass(frozen=True, eq=False, slots=True)
class ModeChange:
    """`.eval()` or `.train()` on a module; ``evaluating`` is None if a condition decides."""

    path: str
    nodes: frozenset[Node]
    evaluating: bool | None
    line: int
    before: ModeHistory
    depth: int  # how many points lie before it


@dataclass(frozen=True, eq=False, slots=True)
class ModeJoin:
    """Branches with different histories meet; ``before`` is what they share."""

    branches: tuple[ModeHistory, ...]
    before: ModeHistory
    depth: int


ModeHistory = ModeChange | ModeJoin | None


def depth_after(history: ModeHistory) -> int:
    """The depth of a point that follows a history."""
    return 0 if history is None else history.depth + 1


def joined(histories: Sequence[ModeHistory]) -> ModeHistory:
    """The history after branches with these."""
    branches = tuple(dict.fromkeys(histories))
    if len(branches) == 1:
        return branches[0]
    before = reduce(_shared, branches)
    return ModeJoin(branches, before, depth_after(before))


def _shared(one: ModeHistory, other: ModeHistory) -> ModeHistory:
    """The newest point that lies on both histories."""
    while one is not other:
        if other is None or (one is not None and one.depth >= other.depth):
            one, other = other, one
        assert other is not None
        other = other.before
    return one
