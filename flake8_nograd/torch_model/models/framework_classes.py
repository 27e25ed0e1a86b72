"""Classes of the file that a framework runs: under its own guard, in its own loops, as tests."""

from __future__ import annotations

from flake8_nograd.flow.graph import Kind
from flake8_nograd.flow.scopes import Class, Function
from flake8_nograd.torch_model.points_to.solver import PointsTo
from flake8_nograd.vocabulary import frameworks
from flake8_nograd.vocabulary.lookup import Vocabulary


class Frameworks:
    """Looks up the base classes of a method's class, as far as they come from outside the file."""

    def __init__(self, points_to: PointsTo, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._graph = points_to.graph
        self._points_to = points_to
        self._known: dict[Class, list[frameworks.Framework]] = {}
        self._names: dict[Class, frozenset[str]] = {}

    def guard(self, function: Function) -> bool:
        """Whether a framework runs this method with recording off."""
        return any(
            framework.guarded.fullmatch(function.name) for framework in self._running(function)
        ) or (frameworks.STEPS.fullmatch(function.name) is not None and self._is_open(function))

    def call_outside_forward(self, function: Function) -> bool:
        """Whether a framework calls this method outside of any forward pass."""
        return any(
            framework.outside.fullmatch(function.name) for framework in self._running(function)
        )

    def test(self, cls: Class) -> bool:
        """Whether a class is a collection of unit tests."""
        return any(map(frameworks.TEST_BASES.fullmatch, self._names_of_bases(cls)))

    def _running(self, function: Function) -> list[frameworks.Framework]:
        if function.owner is None:
            return []
        if function.owner not in self._known:
            names = self._names_of_bases(function.owner)
            self._known[function.owner] = [
                framework
                for framework in frameworks.FRAMEWORKS
                if any(map(framework.bases.fullmatch, names))
            ]
        return self._known[function.owner]

    def _is_open(self, function: Function) -> bool:
        """Whether the class of a method has a base of which nothing is known."""
        owner = function.owner
        return owner is not None and any(
            map(self._vocabulary.is_open_base, self._bases_outside(owner))
        )

    def _names_of_bases(self, cls: Class) -> set[str]:
        """The last parts of the names of all base classes from outside the file, and of theirs."""
        names = map(self._vocabulary.base_names, self._bases_outside(cls))
        return {name for known in names for name in known}

    def _bases_outside(self, cls: Class) -> frozenset[str]:
        """The names of all base classes from outside the file."""
        for current in self._points_to.bases_first(cls, self._names):
            names = frozenset(
                str(self._graph.payloads[thing])
                for thing in self._points_to.base_objects(current)
                if self._graph.kinds[thing] is Kind.EXTERNAL
            )
            for base in self._points_to.bases(current):
                above = self._names.get(base, frozenset())
                names = above if names <= above else names | above
            self._names[current] = names
        return self._names[cls]
