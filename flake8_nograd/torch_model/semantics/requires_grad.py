"""What a statement says that sets `requires_grad`: for all parameters of a module, or for some."""

from __future__ import annotations

import ast

from flake8_nograd.flow.graph import Node
from flake8_nograd.flow.program import Place, suites_of
from flake8_nograd.flow.scopes import Function
from flake8_nograd.syntax.expressions import nodes_of
from flake8_nograd.torch_model.semantics.context import Context
from flake8_nograd.torch_model.semantics.literal_arguments import is_true
from flake8_nograd.torch_model.semantics.observations import Freeze, Observations
from flake8_nograd.torch_model.semantics.state_history import StateChange, depth_after


class Settings:
    """Notes where `requires_grad` is set."""

    def __init__(self, observations: Observations) -> None:
        self._observations = observations
        self._first_skips: dict[int, int] = {}
        self._unsaid: list[Freeze] = []

    def note(self, nodes: set[Node], to: ast.expr, function: Function, place: Place | None) -> None:
        """`requires_grad` of what these nodes stand for is set to an expression."""
        setting: bool | str = isinstance(to, ast.Constant) and bool(to.value)
        line = place.statement.lineno if place is not None else 0
        if setting:
            self._observations.wants_grad |= nodes
        elif place is None or self._concerns_some(place):
            return
        if isinstance(to, ast.Name) and any(item.arg == to.id for item in function.parameters()):
            setting = to.id
        freeze = Freeze(frozenset(nodes), function, line, setting, _depends(place))
        self._observations.freezes.append(freeze)
        self._unsaid.append(freeze)

    def carried_into(self, context: Context) -> Context:
        """A context after what has been set since the last one."""
        for freeze in self._unsaid:
            to = freeze.to if isinstance(freeze.to, bool) else None
            before = context.settings
            change = StateChange("", freeze.nodes, to, freeze.line, before, depth_after(before))
            context = context._replace(settings=change)
            self._observations.settings.append(change)
        self._unsaid.clear()
        return context

    def _concerns_some(self, place: Place) -> bool:
        """Whether a condition or a slice lets a loop reach only some of what it goes over."""
        current, outer = place, place.outer
        conditional = in_loop = False
        while outer is not None:
            around = outer.statement
            if not in_loop:
                conditional = conditional or self._may_be_skipped(current) or _is_picked(around)
            elif isinstance(around, ast.If) and _asks_for_class(around.test):
                conditional = True
            if isinstance(around, ast.For | ast.AsyncFor | ast.While):
                in_loop = True
                if conditional or (not isinstance(around, ast.While) and _is_slice(around.iter)):
                    return True
            current, outer = outer, outer.outer
        return False

    def _may_be_skipped(self, place: Place) -> bool:
        """Whether an `if` before a statement may go on with the next round."""
        first = self._first_skips.get(id(place.suite))
        if first is None:
            first = self._first_skips[id(place.suite)] = _first_skip(place.suite)
        return first < place.index


def _depends(place: Place | None) -> bool:
    """Whether a statement stands under a condition in its function."""
    around = (outer.statement for outer in suites_of(place)[:-1]) if place is not None else ()
    return any(isinstance(outer, ast.If) and not is_true(outer.test) for outer in around)


def _first_skip(suite: list[ast.stmt]) -> int:
    for index, statement in enumerate(suite):
        if isinstance(statement, ast.If) and any(
            isinstance(part, ast.Continue | ast.Break) for part in nodes_of(statement)
        ):
            return index
    return len(suite)


def _is_picked(around: ast.stmt) -> bool:
    """Whether a condition is about anything but whether a parameter still trains."""
    if not isinstance(around, ast.If) or is_true(around.test):
        return False
    return not (isinstance(around.test, ast.Attribute) and around.test.attr == "requires_grad")


def _asks_for_class(test: ast.expr) -> bool:
    return any(isinstance(part, ast.Name) and part.id == "isinstance" for part in nodes_of(test))


def _is_slice(iterated: ast.expr) -> bool:
    return any(isinstance(part, ast.Slice) for part in nodes_of(iterated))
