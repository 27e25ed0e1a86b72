"""What flows with control: the grad mode, and which modules were put into eval mode so far."""

from __future__ import annotations

import enum
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from flake8_nograd.flow.graph import Node

Point = int

_DEEPEST = 20  # guards inside each other that can still be told apart when one is left by hand


class GradMode(enum.Enum):
    """Whether an operation records a graph."""

    INHERITED = "as the caller has it"
    ON = "recording"
    OFF = "off (no_grad)"
    INFERENCE = "off (inference_mode)"
    LIFTED = "recording (inference_mode switched off)"
    MAYBE = "depends on a condition"

    @property
    def is_off(self) -> bool:
        """Whether recording is certainly off."""
        return self is GradMode.OFF or self is GradMode.INFERENCE

    @property
    def switches_off(self) -> bool:
        """Whether recording is or may be off."""
        return self.is_off or self is GradMode.MAYBE

    def under(self, mode: GradMode) -> GradMode:
        """The mode where a guard for `mode` is entered in this one.

        Only `inference_mode(False)` ends inference mode; no other guard lifts it.
        """
        if mode is GradMode.LIFTED:
            return GradMode.ON
        lasts = self is GradMode.INFERENCE and mode in (GradMode.ON, GradMode.OFF)
        return self if lasts else mode


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


@dataclass(frozen=True, eq=False, slots=True)
class Entered:
    """A guard that is not left yet: what owns it, and the context in which it was entered."""

    owners: frozenset[Node]
    outside: Context


@dataclass(frozen=True, slots=True)
class SavedMode:
    """The payload of what `is_grad_enabled()` says: the mode that it was asked in."""

    grad: GradMode
    point: Point | None


class Context(NamedTuple):
    """What holds at one point of the program.

    The grad mode; the last point since it was set at which the file may have switched it unseen;
    the innermost guard that is not left yet; and the modes into which modules were put.
    """

    grad: GradMode = GradMode.INHERITED
    point: Point | None = None
    entered: Entered | None = None
    history: ModeHistory = None

    def switched(self, mode: GradMode, point: Point | None = None) -> Context:
        """The context after a statement that sets the grad mode."""
        return self._replace(grad=self.grad.under(mode), point=point)

    def inside(
        self, mode: GradMode, owners: frozenset[Node] = frozenset(), point: Point | None = None
    ) -> Context:
        """The context after a guard has been entered."""
        return self.switched(mode, point)._replace(entered=Entered(owners, self))

    def left(self, owners: frozenset[Node]) -> Context:
        """The context after the guards of an owner, and those entered since, have been left."""
        found, entered = None, self.entered
        for _ in range(_DEEPEST):
            if entered is None:
                break
            if not entered.owners.isdisjoint(owners):
                found = entered
            entered = entered.outside.entered
        return self if found is None else found.outside._replace(history=self.history)


def join_contexts(contexts: Sequence[Context]) -> Context:
    """The context after branches; a guard in only some of them counts as a condition.

    The point is that of the first.
    """
    first = contexts[0]
    if all(context is first for context in contexts):
        return first
    grad = first.grad
    if any(context.grad is not grad for context in contexts):
        grad = GradMode.MAYBE
    entered = next((context.entered for context in contexts if context.entered), None)
    histories = tuple(dict.fromkeys(context.history for context in contexts))
    history = histories[0] if len(histories) == 1 else ModeJoin(histories, _shared(histories))
    return Context(grad, first.point, entered, history)


def _shared(histories: Sequence[ModeHistory]) -> ModeHistory:
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
