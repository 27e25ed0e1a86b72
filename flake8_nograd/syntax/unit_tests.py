"""What makes a function a unit test: the names that test runners go by, and its assertions."""

from __future__ import annotations

import ast
import os
from collections.abc import Iterable

from flake8_nograd.patterns import lazy_pattern
from flake8_nograd.syntax.expressions import own_name
from flake8_nograd.syntax.suites import statements_in

FRAMEWORKS = ("pytest", "unittest", "unittest.TestCase")
COLLECTED = "test_"  # how the names of tests begin that a runner finds by themselves
# How the names of tests and of their helpers begin in files that use a framework for tests.
OF_TESTS = ("test", "_test", "check")
_FOLDER = lazy_pattern(r"(?:\w+_)?(?:unit)?test(?P<several>s?)")


def is_in_tests(path: str) -> bool:
    """Whether a file is in a folder of tests, as seen from its project's root.

    A folder `test` may hold the evaluation of a model: there the file is called a test as well.
    """
    if os.path.isabs(path):
        return False
    folders = map(_FOLDER.fullmatch, path.replace(os.sep, "/").split("/")[:-1])
    return any(found and (found["several"] or is_test_file(path)) for found in folders)


def is_test_file(path: str) -> bool:
    """Whether a test runner looks for tests in a file of this name."""
    stem = os.path.splitext(os.path.basename(path))[0]
    return stem.startswith("test_") or stem.endswith("_test")


def is_called_a_test(name: str) -> bool:
    """Whether a function has the name of a test, if it can be run as one."""
    return name.startswith(COLLECTED) or name.strip("_") == "test"


def needs_arguments(given: ast.arguments, *, is_method: bool = False) -> bool:
    """Whether a function cannot be called without arguments, as test runners do.

    The object of a method does not count: a runner makes it.
    """
    named = len(given.posonlyargs) + len(given.args) + len(given.kwonlyargs) - is_method
    return named > len(given.defaults) + sum(item is not None for item in given.kw_defaults)


def asserts(body: Iterable[ast.stmt]) -> bool:
    """Whether anything in a body is asserted."""
    return any(
        isinstance(node, ast.Assert) or _is_call_that_asserts(node) for node in statements_in(*body)
    )


def asserts_by_call(body: Iterable[ast.stmt]) -> bool:
    """Whether a body calls what compares two results, such as `assert_allclose(...)`."""
    return any(map(_is_call_that_asserts, statements_in(*body)))


def _is_call_that_asserts(node: ast.AST) -> bool:
    """Whether a statement is `self.assertTrue(...)` or the like."""
    call = node.value if isinstance(node, ast.Expr) else None
    return isinstance(call, ast.Call) and own_name(call.func).startswith("assert")
