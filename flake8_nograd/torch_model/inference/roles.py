"""Question 4, second half: what is a function for, by its name and the names around it?"""

from __future__ import annotations

import enum
from functools import cache
from pathlib import PurePath

from flake8_nograd.flow.scopes import Class, Function, Scope
from flake8_nograd.vocabulary.words import (
    HARD_TRAINING_WORDS,
    INFERENCE_WORDS,
    SCRIPT_TRAINING_WORDS,
    STRONG_INFERENCE_WORDS,
    TRAINING_WORDS,
    words,
)


class Role(enum.Enum):
    """The job of a function, judged by words."""

    TRAINING = "training"
    NEUTRAL = "neutral"
    SURROUNDED = "in a class or file for inference"
    WEAK_INFERENCE = "perhaps inference"
    INFERENCE = "inference"


class Roles:
    """Roles of the functions of one file."""

    def __init__(self, path: str, inference_functions: frozenset[str]) -> None:
        stem = PurePath(path).stem
        self.is_training_script = not SCRIPT_TRAINING_WORDS.isdisjoint(words(stem))
        self._file_role = _weakened(role_of_name(stem))
        self._inference_functions = inference_functions

    def of(self, function: Function) -> Role:
        """The role of a function: its own name's, else its surroundings'."""
        scope: Scope | None = function
        while scope is not None:
            role = self._of_scope(scope)
            if role is not Role.NEUTRAL:
                return role
            scope = scope.parent
        return Role.NEUTRAL

    def _of_scope(self, scope: Scope) -> Role:
        if isinstance(scope, Class):
            return _weakened(role_of_name(scope.name))
        assert isinstance(scope, Function)
        if scope.name in self._inference_functions:
            return Role.INFERENCE
        if scope.node is None:
            return self._file_role
        return role_of_name(scope.name)


def _weakened(role: Role) -> Role:
    """A class's or file's name says less than a function's."""
    return Role.SURROUNDED if role is Role.INFERENCE else Role.NEUTRAL


@cache
def role_of_name(name: str) -> Role:
    """The role that the words of a name stand for."""
    parts = frozenset(words(name))
    strong = not parts.isdisjoint(STRONG_INFERENCE_WORDS)
    if not parts.isdisjoint(HARD_TRAINING_WORDS):
        return Role.NEUTRAL if strong else Role.TRAINING
    trains = not parts.isdisjoint(TRAINING_WORDS)
    if strong:
        return Role.NEUTRAL if trains and "and" in parts else Role.INFERENCE
    if trains:
        return Role.TRAINING
    return Role.NEUTRAL if parts.isdisjoint(INFERENCE_WORDS) else Role.WEAK_INFERENCE
