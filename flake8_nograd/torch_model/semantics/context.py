"""What flows with control: the grad mode, and which modules were put into eval mode so far."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from flake8_nograd.flow.graph import Node
from flake8_nograd.torch_model.semantics.state_history import StateHistory, joined
from flake8_nograd.vocabulary.grad_modes import GradMode

ProgramPoint = int

_DEEPEST = 20  # guards inside each other that can still be told apart when one is left by hand


@dataclass(eq=False, slots=True)
class Entered:
    """A guard that is not left yet: what owns it, and the context in which it was entered."""

    owners: frozenset[Node]
    outside: Context


@dataclass(frozen=True, slots=True)
class SavedMode:
    """The payload of what `is_grad_enabled()` says: the mode that it was asked in."""

    grad: GradMode
    point: ProgramPoint | None


class Context(NamedTuple):
    """What holds at one point of the program.

    The grad mode; the last point since it was set at which the file may have switched it unseen;
    the innermost guard that is not left yet; the modes into which modules were put; and for which
    modules it was set that their parameters require a gradient.
    """

    grad: GradMode = GradMode.INHERITED
    point: ProgramPoint | None = None
    entered: Entered | None = None
    history: StateHistory = None
    settings: StateHistory = None

    def switched(self, mode: GradMode, point: ProgramPoint | None = None) -> Context:
        """The context after a statement that sets the grad mode."""
        return self._replace(grad=self.grad.under(mode), point=point)

    def inside(
        self,
        mode: GradMode,
        owners: frozenset[Node] = frozenset(),
        point: ProgramPoint | None = None,
    ) -> Context:
        """The context after a guard has been entered."""
        return self.switched(mode, point)._replace(entered=Entered(owners, self))

    def beside(self, other: Context) -> Context:
        """Another context in which modules are as they are here."""
        return other._replace(history=self.history, settings=self.settings)

    def left(self, owners: frozenset[Node]) -> Context:
        """The context after the guards of an owner, and those entered since, have been left."""
        found, entered = None, self.entered
        for _ in range(_DEEPEST):
            if entered is None:
                break
            if not entered.owners.isdisjoint(owners):
                found = entered
            entered = entered.outside.entered
        return self if found is None else self.beside(found.outside)


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
    history = joined([context.history for context in contexts])
    settings = joined([context.settings for context in contexts])
    return Context(grad, first.point, entered, history, settings)
