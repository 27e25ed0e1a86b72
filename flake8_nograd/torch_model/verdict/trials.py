"""Passes that only try a model out: unit tests, and demos on numbers that are made up."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import PurePath

from flake8_nograd.flow.graph import FlowGraph, Kind
from flake8_nograd.flow.program import Call, Program, suites_of
from flake8_nograd.flow.scopes import Function
from flake8_nograd.syntax.expressions import own_name
from flake8_nograd.torch_model.facts import ForwardPass
from flake8_nograd.torch_model.models.framework_classes import Frameworks
from flake8_nograd.torch_model.semantics.context import Context
from flake8_nograd.vocabulary.layers import MAKERS_OF_NUMBERS
from flake8_nograd.vocabulary.words import TRIAL_WORDS, words

_TEST_FOLDER = "tests"


class Trials:
    """Tells of the forward passes of one file which are there to see whether the code runs."""

    def __init__(self, path: str, program: Program[Context], frameworks: Frameworks) -> None:
        pure = PurePath(path)
        folders = () if pure.is_absolute() else pure.parts[:-1]
        self._is_in_tests = _TEST_FOLDER in folders
        self._is_test_file = pure.stem.startswith("test_") or pure.stem.endswith("_test")
        self._uses_framework = _uses_test_framework(program.graph)
        self._graph = program.graph
        self._frameworks = frameworks

    def is_unit_test(self, function: Function) -> bool:
        """Whether a function is a unit test or helps one."""
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

    def is_smoke_test(self, item: ForwardPass) -> bool:
        """Whether a pass runs once on made up numbers, or one of which nobody reads a number."""
        if item.use.plain_use is None and item.mode is None and _is_in_main_block(item):
            return True
        if item.use.escapes or item.call.loops or not _is_only_shown(item):
            return False
        return (self._is_demo(item) or _is_in_main_block(item)) and _is_made_up(item.call)

    def _is_demo(self, item: ForwardPass) -> bool:
        """Whether a function without inputs tries the model, by its name or as it makes it."""
        function = item.function
        if function.node is None or function.parameters():
            return False
        if not TRIAL_WORDS.isdisjoint(words(function.name)):
            return True
        callees = self._graph.resolve_phis(item.call.callee.aliases)
        makers = [self._graph.payloads[node] for node in callees]
        return any(isinstance(made, Call) and made.function is function for made in makers)


def _needs_arguments(function: Function) -> bool:
    """Whether a function cannot be called without arguments, as test runners do."""
    if function.node is None:
        return False
    given = function.node.args
    named = len(given.posonlyargs) + len(given.args) + len(given.kwonlyargs)
    return named > len(given.defaults) + sum(item is not None for item in given.kw_defaults)


def _is_only_shown(item: ForwardPass) -> bool:
    """Whether a result is printed, compared or asked for its shape; no method takes numbers."""
    return item.use.plain_use is None or not item.use.plain_use.how.startswith(".")


def _is_made_up(call: Call[Context]) -> bool:
    """Whether all that a call is given are numbers that the code around it makes itself."""
    given = [*call.node.args, *(keyword.value for keyword in call.node.keywords)]
    assigned = dict(_assigned_around(call))
    return bool(given) and all(
        _makes_numbers(assigned.get(value.id, value) if isinstance(value, ast.Name) else value)
        for value in given
    )


def _assigned_around(call: Call[Context]) -> Iterator[tuple[str, ast.expr]]:
    for place in suites_of(call.place):
        for statement in place.suite[: place.index]:
            if isinstance(statement, ast.Assign):
                names = (target for target in statement.targets if isinstance(target, ast.Name))
                yield from ((target.id, statement.value) for target in names)


def _makes_numbers(value: ast.expr) -> bool:
    callees = (part.func for part in ast.walk(value) if isinstance(part, ast.Call))
    names = {own_name(callee) for callee in callees}
    return not MAKERS_OF_NUMBERS.isdisjoint(names)


def _uses_test_framework(graph: FlowGraph) -> bool:
    names = ("pytest", "unittest", "unittest.TestCase")
    return any(graph.find(Kind.EXTERNAL, name) is not None for name in names)


def _is_in_main_block(item: ForwardPass) -> bool:
    return any(_is_main_block(place.statement) for place in suites_of(item.call.place))


def _is_main_block(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.If) and "__main__" in ast.unparse(statement.test)


def _asserts(function: Function) -> bool:
    return any(isinstance(part, ast.Assert) for node in function.body for part in ast.walk(node))


def _is_pytest_like(function: Function) -> bool:
    return any(
        around.name.startswith(("test", "_test", "check")) for around in function.enclosing()
    )
