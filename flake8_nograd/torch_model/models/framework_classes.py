"""Classes of the file that a framework runs: under its own guard, in its own loops, as tests."""

from __future__ import annotations

from flake8_nograd.flow.graph import Kind
from flake8_nograd.flow.scopes import Class, Function
from flake8_nograd.torch_model.points_to.solver import PointsTo
from flake8_nograd.vocabulary import frameworks


class Frameworks:
    """Looks up the base classes of a method's class, as far as they come from outside the file."""

    def __init__(self, points_to: PointsTo) -> None:
        self._graph = points_to.graph
        self._points_to = points_to
        self._known: dict[Class, list[frameworks.Framework]] = {}
        self._names: dict[Class, frozenset[str]] = {}

    def guard(self, function: Function) -> bool:
        """Whether a framework runs this method with recording off."""
        return any(
            framework.guarded.fullmatch(function.name) for framework in self._running(function)
        )

    def call_outside_forward(self, function: Function) -> bool:
        """Whether a framework calls this method outside of any forward pass."""
        return any(
            framework.outside.fullmatch(function.name) for framework in self._running(function)
        )

    def test(self, cls: Class) -> bool:
        """Whether a class is a collection of unit tests."""
        return any(map(frameworks.TEST_BASES.fullmatch, self._bases_outside(cls)))

    def _running(self, function: Function) -> list[frameworks.Framework]:
        if function.owner is None:
            return []
        if function.owner not in self._known:
            names = self._bases_outside(function.owner)
            self._known[function.owner] = [
                framework
                for framework in frameworks.FRAMEWORKS
                if any(map(framework.bases.fullmatch, names))
            ]
        return self._known[function.owner]

    def _bases_outside(self, cls: Class) -> frozenset[str]:
        """The last parts of the names of all base classes from outside the file."""
        for current in self._points_to.bases_first(cls, self._names):
            names = frozenset(
                str(self._graph.payloads[thing]).rpartition(".")[2]
                for thing in self._points_to.base_objects(current)
                if self._graph.kinds[thing] is Kind.EXTERNAL
            )
            for base in self._points_to.bases(current):
                above = self._names.get(base, frozenset())
                names = above if names <= above else names | above
            self._names[current] = names
        return self._names[cls]
