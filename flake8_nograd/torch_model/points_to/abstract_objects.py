"""Objects that come out of calls of libraries, as far as they matter later."""

from __future__ import annotations

import ast
from dataclasses import dataclass, replace

from flake8_nograd.flow.program import Call
from flake8_nograd.flow.scopes import Class, Function
from flake8_nograd.torch_model.semantics.context import Context
from flake8_nograd.vocabulary.effect import Effect
from flake8_nograd.vocabulary.layers import GUARDED_HUB, PLACEHOLDERS


@dataclass(frozen=True, slots=True)
class Made:
    """An object that a library call has made."""

    effect: Effect
    name: str


@dataclass(frozen=True, slots=True)
class Parent(Made):
    """What `super()` gives in a method of a class of the file."""

    cls: Class


@dataclass(frozen=True, slots=True)
class Partial:
    """A function of the file with some of its arguments; `call` is the one that gave them."""

    function: Function
    call: Call[Context]

    def completed(self, call: Call[Context]) -> Call[Context]:
        """A call of this object as a call of the function."""
        return replace(
            call,
            positional=(*self.call.positional[1:], *call.positional),
            keywords={**self.call.keywords, **call.keywords},
        )


def is_placeholder(what: object) -> bool:
    """Whether an object is a module that stands in where no other is given."""
    return isinstance(what, Made) and what.name in PLACEHOLDERS


def made_by(call: Call[Context], effect: Effect, name: str) -> Made:
    """The object that a call of `name` makes."""
    if name == "torch.hub.load" and _names_guarded_repository(call):
        return Made(Effect.GUARDED, name)
    if name == "super":
        for around in call.function.enclosing():
            if around.owner is not None:
                return Parent(effect, name, around.owner)
    return Made(effect, name)


def _names_guarded_repository(call: Call[Context]) -> bool:
    first = call.node.args[0] if call.node.args else None
    return isinstance(first, ast.Constant) and str(first.value).startswith(GUARDED_HUB)
