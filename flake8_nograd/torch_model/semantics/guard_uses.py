"""How a file uses torch's guards: what it makes, enters, drops and is suspended in."""

from __future__ import annotations

import ast
from typing import NamedTuple

from flake8_nograd.flow.program import Call, Place
from flake8_nograd.flow.scopes import Function
from flake8_nograd.flow.values import Value
from flake8_nograd.torch_model.semantics.context import Context
from flake8_nograd.vocabulary.autocast import AUTOCASTS
from flake8_nograd.vocabulary.grad_modes import GUARDS, SWITCHES, GradMode

_SPELLINGS = SWITCHES.union(GUARDS)
_VARIABLES = frozenset(("torch.autograd.Variable", "torch.autograd.variable.Variable"))


class Entering(NamedTuple):
    """A `with` item; ``mode`` is None if it is no guard, ``context`` what holds outside."""

    item: ast.expr
    value: Value
    mode: GradMode | None
    context: Context


class Suspended(NamedTuple):
    """A `yield`, or anything that awaits, under a guard that the function itself has entered."""

    node: ast.AST
    function: Function
    place: Place


class GuardUses:
    """Written down while the file is read."""

    def __init__(self) -> None:
        self.calls: dict[ast.expr, Call[Context]] = {}  # of torch's guards and switches
        self.autocasts: dict[ast.expr, Call[Context]] = {}
        self.by_hand: list[Call[Context]] = []
        self.entered: list[Entering] = []
        self.dropped: list[tuple[ast.expr, Value]] = []
        self.suspended: list[Suspended] = []
        self.left_off: set[Function] = set()  # at the end of which recording is off
        self.variables: list[Call[Context]] = []  # of torch 0.3

    def note(self, call: Call[Context]) -> None:
        """Remember a call that makes a guard or enters one."""
        if call.imported in _SPELLINGS:
            self.calls[call.node] = call
        elif call.imported in AUTOCASTS:
            self.autocasts[call.node] = call
        elif call.imported in _VARIABLES:
            self.variables.append(call)
        elif call.method == "__enter__":
            self.by_hand.append(call)
