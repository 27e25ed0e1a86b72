"""Unit tests, and what helps them: a graph that one of them leaves behind costs nothing."""

from __future__ import annotations

import ast
from pathlib import PurePath

from flake8_nograd.flow.graph import FlowGraph, Kind
from flake8_nograd.flow.program import Program
from flake8_nograd.flow.scopes import Function
from flake8_nograd.torch_model.models.framework_classes import Frameworks
from flake8_nograd.torch_model.semantics.context import Context

_TEST_FOLDER = "tests"


class UnitTests:
    """Tells which functions of one file are unit tests."""

    def __init__(self, path: str, program: Program[Context], frameworks: Frameworks) -> None:
        pure = PurePath(path)
        folders = () if pure.is_absolute() else pure.parts[:-1]
        self._is_in_tests = _TEST_FOLDER in folders
        self._is_test_file = pure.stem.startswith("test_") or pure.stem.endswith("_test")
        self._uses_framework = _uses_test_framework(program.graph)
        self._frameworks = frameworks

    def has(self, function: Function) -> bool:
        """Whether a function is one or helps one."""
        if self._is_in_tests:
            return True
        for around in function.enclosing():
            if around.owner is not None and self._frameworks.test(around.owner):
                return True
            if around.name.startswith("test_") and self._is_collected(around):
                return True
        return self._uses_framework and _is_pytest_like(function)

    def _is_collected(self, function: Function) -> bool:
        """Whether a test runner finds a function that asserts: in its files, or without inputs."""
        in_place = self._is_test_file or self._uses_framework or not _needs_arguments(function)
        return in_place and _asserts(function)


def _needs_arguments(function: Function) -> bool:
    """Whether a function cannot be called without arguments, as test runners do."""
    if function.node is None:
        return False
    given = function.node.args
    named = len(given.posonlyargs) + len(given.args) + len(given.kwonlyargs)
    return named > len(given.defaults) + sum(item is not None for item in given.kw_defaults)


def _uses_test_framework(graph: FlowGraph) -> bool:
    names = ("pytest", "unittest", "unittest.TestCase")
    return any(graph.find(Kind.EXTERNAL, name) is not None for name in names)


def _asserts(function: Function) -> bool:
    return any(isinstance(part, ast.Assert) for node in function.body for part in ast.walk(node))


def _is_pytest_like(function: Function) -> bool:
    return any(
        around.name.startswith(("test", "_test", "check")) for around in function.enclosing()
    )
