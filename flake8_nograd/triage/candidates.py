"""The calls of a file that could be forward passes, if what they are called on is a module."""

from __future__ import annotations

import ast
import enum
from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from typing import NamedTuple, TypeVar

from flake8_nograd.triage.names import Path, bare, path_of
from flake8_nograd.triage.syntax_index import SyntaxIndex
from flake8_nograd.triage.text_prefilter import TextPrefilter
from flake8_nograd.vocabulary import methods
from flake8_nograd.vocabulary.lookup import Vocabulary
from flake8_nograd.vocabulary.words import names_a_model

K = TypeVar("K")

_KNOWN_RESULT = (
    methods.CUTS
    | methods.IN_PLACE
    | methods.RETURNS_SELF
    | methods.ONLY_OF_MODULES
    | methods.ALMOST_ONLY_OF_MODULES
)


class Needs(enum.IntEnum):
    """What has to speak for a call before it can be a forward pass."""

    NAME = enum.auto()  # the name of the module, if nothing better does
    VALUE = enum.auto()  # that the file stores something under the name of the attribute
    ANYTHING_ELSE = enum.auto()  # more than a name
    USE = enum.auto()  # that the module is used as one, or made as one
    METHOD = enum.auto()  # that a module of the file has a method of this name


class Candidate(NamedTuple):
    """A call that could be a forward pass, by the name of what is or has the method called.

    The name is empty if there is none.
    """

    name: str
    needs: Needs
    makers: frozenset[Path] = frozenset()  # calls of which alone it is the result, if any


class Candidates:
    """Finds the candidates of an index, beside calls of which it is settled what they are."""

    def __init__(
        self,
        index: SyntaxIndex,
        text: TextPrefilter,
        settled: AbstractSet[ast.Call],
        vocabulary: Vocabulary,
    ) -> None:
        self._vocabulary = vocabulary
        self._index = index
        self._text = text
        self._settled = settled
        self._given = {name for cls in index.classes for name in cls.attributes}

    def find(self) -> Iterator[Candidate]:
        """All candidates."""
        index = self._index
        for path, calls in self._unsettled(index.calls):
            if index.names_imported(path[0]):
                yield from self._handed_on(path, calls)
            elif len(path) > 1:
                yield from self._of_method(path, any(map(_has_arguments, calls)))
            elif not index.names_known(path[0]):
                yield Candidate(bare(path[0]), Needs.NAME, index.makers(path[0]) or _makers(calls))
        for method, _ in self._unsettled(index.own_calls):
            yield Candidate(method, Needs.METHOD)
            if method == "forward" or self._is_read(method) or "self" in index.assigned:
                yield from self._of_method(("self", method), has_arguments=True)

    def _handed_on(self, path: Path, calls: Iterable[ast.Call]) -> Iterator[Candidate]:
        """What a function of another file is given and may run."""
        if not self._text.reads_results or any(
            map(self._vocabulary.effect, self._index.dotted(path))
        ):
            return
        for call in calls:
            for given in (*call.args, *(keyword.value for keyword in call.keywords)):
                if isinstance(given, ast.Name) and not self._index.names_known(given.id):
                    yield Candidate(given.id, Needs.NAME, self._index.makers(given.id))
                elif isinstance(given, ast.Attribute):
                    yield from self._of_method(path_of(given)[0], has_arguments=True)

    def _unsettled(
        self, calls: Mapping[K, Iterable[ast.Call]]
    ) -> Iterable[tuple[K, Iterable[ast.Call]]]:
        """The other calls, by what they are called on."""
        if not self._settled:
            return calls.items()
        left = {
            key: [call for call in of if call not in self._settled] for key, of in calls.items()
        }
        return [(key, of) for key, of in left.items() if of]

    def _of_method(self, path: Path, has_arguments: bool) -> Iterator[Candidate]:
        owner, method = bare(path[-2]), path[-1]
        makers = self._index.makers(owner) if path == (owner, method) else frozenset()
        if self._index.names_imported(path[0]):
            return
        is_own = method in self._index.methods
        if is_own:
            yield Candidate(method, Needs.METHOD)
        if method in self._given:
            yield Candidate(method, Needs.NAME)
        if method in _KNOWN_RESULT:
            return
        if names_a_model(method) or method in methods.WRAPPED_MODULE:
            yield Candidate(method, Needs.NAME)
        elif self._is_read(method):
            yield Candidate(method, Needs.VALUE)
        if methods.is_hidden_forward(method):
            yield Candidate(owner, Needs.ANYTHING_ELSE if is_own else Needs.NAME, makers)
        elif has_arguments and self._may_be_unlisted_forward(method):
            yield Candidate(owner, Needs.USE, makers)

    def _is_read(self, attribute: str) -> bool:
        """Whether an attribute is not only called: one that holds a module has to be read."""
        return attribute in self._text.attributes_read

    def _may_be_unlisted_forward(self, method: str) -> bool:
        return methods.may_be_unlisted_forward(method) and self._text.tells_of_a_graph


def _has_arguments(call: ast.Call) -> bool:
    return bool(call.args or call.keywords)


def _makers(calls: Iterable[ast.Call]) -> frozenset[Path]:
    """The calls that make what is called, if all of it is made where it is called."""
    functions = [call.func for call in calls]
    made = [path_of(function.func)[0] for function in functions if isinstance(function, ast.Call)]
    return frozenset(made) if len(made) == len(functions) else frozenset()
