"""Which functions of a file are unit tests, in which no forward pass is judged?"""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence
from functools import cached_property

from flake8_nograd.flow.imports import imported_names
from flake8_nograd.patterns import lazy_pattern
from flake8_nograd.syntax import unit_tests
from flake8_nograd.triage.syntax_index import Function, body_of
from flake8_nograd.triage.text_prefilter import VOLATILE, TextPrefilter

# What makes more of the body of a test than calls that nobody judges.
_ACTS = lazy_pattern(r"import\b|\n[ \t]*(?:class|global)\b")


class UnitTests:
    """Tells of functions that a test runner finds and that nothing else in the file names."""

    def __init__(
        self, path: str, tree: ast.Module, lines: Sequence[str], text: TextPrefilter
    ) -> None:
        self._tree = tree
        self._lines = lines
        self._text = text
        self._is_test_file = unit_tests.is_test_file(path)
        # A volatile input has the last word on a forward pass.
        self._may_be_tests = VOLATILE not in text.text
        self.are_all = self._may_be_tests and unit_tests.is_in_tests(path)

    def has(self, function: Function) -> bool:
        """Whether a function is a unit test and does nothing that is judged elsewhere."""
        name = function.name
        return (
            self._may_be_tests
            and name.startswith(unit_tests.OF_TESTS)
            and self._is_test(function)
            and self._is_named_once(name)
            and not self._acts(body_of(function, self._lines))
        )

    def _acts(self, body: str) -> bool:
        return _ACTS.search(body) is not None or self._text.computes_gradients(body)

    def _is_test(self, function: Function) -> bool:
        in_place = self._is_test_file or not unit_tests.needs_arguments(function.args)
        if self._uses_framework:
            return in_place or unit_tests.asserts(function.body)
        collected = function.name.startswith(unit_tests.COLLECTED) and in_place
        return collected and unit_tests.asserts(function.body)

    @cached_property
    def _uses_framework(self) -> bool:
        """Whether the file certainly imports a framework for tests."""
        return any(
            dotted in unit_tests.FRAMEWORKS
            for statement in self._tree.body
            if isinstance(statement, ast.Import | ast.ImportFrom)
            for _, dotted in imported_names(statement)
        )

    def _is_named_once(self, name: str) -> bool:
        text = self._text.text
        return text.count(name) == 1 or len(re.findall(rf"\b{name}\b", text)) == 1
