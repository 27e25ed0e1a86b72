"""Unit tests, and what helps them: a graph that one of them leaves behind costs nothing."""

from __future__ import annotations

from flake8_nograd.flow.graph import FlowGraph, Kind
from flake8_nograd.flow.program import Program
from flake8_nograd.flow.scopes import Function
from flake8_nograd.syntax import unit_tests
from flake8_nograd.torch_model.models.framework_classes import Frameworks
from flake8_nograd.torch_model.semantics.context import Context


class UnitTests:
    """Tells which functions of one file are unit tests."""

    def __init__(self, path: str, program: Program[Context], frameworks: Frameworks) -> None:
        self._is_in_tests = unit_tests.is_in_tests(path)
        self._is_test_file = unit_tests.is_test_file(path)
        self._uses_framework = _uses_test_framework(program.graph)
        self._asserting: dict[Function, bool] = {}
        self._frameworks = frameworks

    def has(self, function: Function) -> bool:
        """Whether a function is one or helps one."""
        if self._is_in_tests:
            return True
        for around in function.enclosing():
            if around.owner is not None and self._frameworks.test(around.owner):
                return True
            if unit_tests.is_called_a_test(around.name) and self._is_collected(around):
                return True
        return self._uses_framework and any(map(self._is_pytest_like, function.enclosing()))

    def _is_pytest_like(self, function: Function) -> bool:
        """Whether a function is a test or helps one: what runs tests gives no other arguments."""
        named = function.name.startswith(unit_tests.OF_TESTS)
        in_place = self._is_test_file or not _needs_arguments(function)
        return named and (in_place or self._asserts(function))

    def _is_collected(self, function: Function) -> bool:
        """Whether a test runner finds a function that asserts: in its files, or without inputs."""
        in_place = self._is_test_file or self._uses_framework or not _needs_arguments(function)
        return in_place and self._asserts(function)

    def _asserts(self, function: Function) -> bool:
        known = self._asserting.get(function)
        if known is None:
            known = self._asserting[function] = unit_tests.asserts(function.body)
        return known


def _needs_arguments(function: Function) -> bool:
    if function.node is None:
        return False
    return unit_tests.needs_arguments(function.node.args, is_method=function.owner is not None)


def _uses_test_framework(graph: FlowGraph) -> bool:
    return any(graph.find(Kind.EXTERNAL, name) is not None for name in unit_tests.FRAMEWORKS)
