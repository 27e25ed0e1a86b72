"""Does a file show that anything in it is a module? Asked of what it mentions, not of its flow.

A value counts as a module by what made it, by how it is used, by its annotation or by its name.
The first three leave a trace somewhere in the file, though not where the value is called.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from functools import cached_property

from flake8_nograd.torch_model.candidates import Candidate, Needs
from flake8_nograd.torch_model.module_classes import is_module_base
from flake8_nograd.torch_model.survey import Path, Survey, defines_forward, path_of
from flake8_nograd.torch_model.trust import names_module_class
from flake8_nograd.torch_model.vocabulary import methods
from flake8_nograd.torch_model.vocabulary.effects import Effect
from flake8_nograd.torch_model.vocabulary.lookup import Vocabulary
from flake8_nograd.torch_model.vocabulary.words import names_a_model, names_something_else

_ONLY_OF_MODULES = frozenset(
    methods.ONLY_OF_MODULES | methods.ALMOST_ONLY_OF_MODULES | {"eval", "train"}
)
_QUOTED = re.compile(r"[\"'](\w+)[\"']")


class Evidence:
    """What speaks for modules in a file, whichever of its values they are."""

    def __init__(
        self, survey: Survey, lines: Sequence[str], text: str, vocabulary: Vocabulary
    ) -> None:
        self._outside = survey
        self._lines = lines
        self._text = text
        self._vocabulary = vocabulary

    def allows(self, candidate: Candidate) -> bool:
        """Whether what is called may be a module for all that the file shows."""
        name, needs = candidate
        if self._is_certain or needs is Needs.CLASS:
            return self._has_module_class or needs is not Needs.CLASS
        if names_something_else(name):
            return False
        if name in methods.CERTAIN_MODULES or self._is_used:
            return True
        return needs is Needs.NOTHING and (names_a_model(name) or self._is_likely)

    @cached_property
    def _surveys(self) -> tuple[Survey, Survey]:
        """What is outside of forward passes, and what is inside."""
        return self._outside, Survey(self._outside.left_out, self._lines, whole=True)

    @cached_property
    def _has_module_class(self) -> bool:
        return any(self._may_be_module(node) for survey in self._surveys for node in survey.classes)

    @cached_property
    def _is_certain(self) -> bool:
        """Whether there is a module of which no name can say that it is none."""
        return (
            self._has_module_class
            or Effect.MODULE in self._made
            or self._vocabulary.speaks_of_factory(self._text)
        )

    @cached_property
    def _is_likely(self) -> bool:
        """Whether there is what may be a module, if its name says nothing else."""
        return Effect.LIKELY_MODULE in self._made or any(
            names_module_class(annotation)
            for survey in self._surveys
            for annotation in survey.annotations
        )

    @cached_property
    def _is_used(self) -> bool:
        """Whether anything is used as only modules are."""
        called = {path[-1] for survey in self._surveys for path in survey.calls if len(path) > 1}
        if "getattr" in self._text:
            called.update(_QUOTED.findall(self._text))
        if not _ONLY_OF_MODULES.isdisjoint(called):
            return True
        read = {name for path in self._paths for name in path[1:]}
        return not methods.MODULE_ATTRIBUTES.isdisjoint(read)

    @cached_property
    def _paths(self) -> set[Path]:
        return {path for survey in self._surveys for path in (*survey.calls, *survey.reads)}

    def _may_be_module(self, cls: ast.ClassDef) -> bool:
        return defines_forward(cls) or any(map(self._may_be_base, cls.bases))

    def _may_be_base(self, base: ast.expr) -> bool:
        while isinstance(base, ast.Subscript):
            base = base.value
        path, origin = path_of(base)
        if origin or any(path[0] in survey.bound for survey in self._surveys):
            return True
        return any(is_module_base(dotted) for dotted in self._dotted(path))

    def _dotted(self, path: Path) -> list[str]:
        """What a path stands for, as far as it comes from outside the file."""
        return [
            ".".join((dotted, *path[1:]))
            for survey in self._surveys
            for dotted in survey.imported.get(path[0], ())
        ]

    @cached_property
    def _made(self) -> set[Effect | None]:
        """What calls of imported names may make, under whatever names these are called."""
        effects: set[Effect | None] = set()
        kept: set[str] = set()  # imported names that may go by other names
        loose: set[str] = set()  # attributes of what may be an imported name
        read = self._surveys[0].reads | self._surveys[1].reads
        for path in self._paths:
            names = self._dotted(path)
            for dotted in names:
                effects.update(map(self._vocabulary.effect, _along(dotted, path)))
            if path in read:
                kept.update(names)
            if not names or any(path[0] in survey.bound for survey in self._surveys):
                loose.update(path[1:])
        for dotted in kept:
            effects |= self._vocabulary.effects_below(dotted, loose)
        return effects


def _along(dotted: str, path: Path) -> Iterator[str]:
    """A dotted name and those that its attributes are read from."""
    yield dotted
    for _ in path[1:]:
        dotted = dotted.rpartition(".")[0]
        yield dotted
