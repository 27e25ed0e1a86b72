"""The calls of a file that could be forward passes, if what they are called on is a module."""

from __future__ import annotations

import enum
import re
from collections.abc import Iterator
from functools import cached_property
from typing import NamedTuple

from flake8_nograd.torch_model.survey import Path, Survey, bare, found, may_differentiate
from flake8_nograd.torch_model.vocabulary import methods
from flake8_nograd.torch_model.vocabulary.words import names_a_model

_TELLS_OF_A_GRAPH = (
    re.compile(r"\.\s*(?:detach|data|eval|train)\b(?![\w.]*\s+import)"),
    re.compile(r"opt(?!ion)"),
    re.compile(r"scaler"),
)
_READ = re.compile(r"\.\s*(\w+)\b(?!\s*\()")
_QUOTED = re.compile(r"[\"'](\w+)[\"']")

_KNOWN_RESULT = (
    methods.CUTS
    | methods.IN_PLACE
    | methods.RETURNS_SELF
    | methods.ONLY_OF_MODULES
    | methods.ALMOST_ONLY_OF_MODULES
)


class Needs(enum.Enum):
    """What has to speak for a call, beside its name, before it can be a forward pass."""

    NOTHING = enum.auto()
    USE = enum.auto()  # what it is called on is used as a module, or made as one
    CLASS = enum.auto()  # the file defines a module


class Candidate(NamedTuple):
    """A call that could be a forward pass; by the name of the module, empty if it has none."""

    name: str
    needs: Needs


def candidates(survey: Survey, text: str) -> Iterator[Candidate]:
    """All candidates of a survey."""
    return _Candidates(survey, text).find()


class _Candidates:
    def __init__(self, survey: Survey, text: str) -> None:
        self._survey = survey
        self._text = text

    def find(self) -> Iterator[Candidate]:
        survey = self._survey
        for path, has_arguments in survey.calls.items():
            if len(path) > 1:
                if not survey.names_imported(path[0]):
                    yield from self._of_method(path, has_arguments)
            elif not survey.names_known(path[0]):
                yield Candidate(bare(path[0]), Needs.NOTHING)

    def _of_method(self, path: Path, has_arguments: bool) -> Iterator[Candidate]:
        owner, method = bare(path[-2]), path[-1]
        if method in self._survey.own_methods:
            yield Candidate("", Needs.CLASS)
        if method in self._survey.given:
            yield Candidate(method, Needs.NOTHING)
        elif method not in _KNOWN_RESULT:
            if names_a_model(method) or method in self._values or method in methods.WRAPPED_MODULE:
                yield Candidate(method, Needs.NOTHING)
            if methods.is_hidden_forward(method):
                yield Candidate(owner, Needs.NOTHING)
            elif has_arguments and self._may_be_unlisted_forward(method):
                yield Candidate(owner, Needs.USE)

    def _may_be_unlisted_forward(self, method: str) -> bool:
        return methods.may_be_unlisted_forward(method) and self._tells_of_a_graph

    @cached_property
    def _tells_of_a_graph(self) -> bool:
        return found(_TELLS_OF_A_GRAPH, self._text) or may_differentiate(self._text)

    @cached_property
    def _values(self) -> frozenset[str]:
        """Attributes that are not only called: one that holds a module has to be among them."""
        values = frozenset(_READ.findall(self._text))
        return values.union(_QUOTED.findall(self._text)) if "setattr" in self._text else values
