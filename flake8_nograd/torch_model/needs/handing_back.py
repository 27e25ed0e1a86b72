"""What functions hand back: to calls that are followed anyway, or to others as well."""

from __future__ import annotations

import ast
from collections.abc import Collection

from flake8_nograd.syntax.bindings import Bindings
from flake8_nograd.syntax.expressions import yields


class HandingBack:
    """Knows the functions that are entered through a call, with what this call gives them.

    What they hand back comes out of this call. What they read from elsewhere, such as a global
    table, comes out of any other call too.
    """

    def __init__(self, bindings: Bindings, entered: Collection[ast.AST]) -> None:
        self._bindings = bindings
        self._entered = set(entered)
        self._reads_outside: set[ast.AST] = set()
        self._passed_by: dict[ast.AST, ast.Return | ast.Lambda] = {}

    def enter(self, function: ast.AST) -> None:
        """A call of a function is followed."""
        self._entered.add(function)

    def is_followed(self, outer: ast.Return | ast.Lambda) -> bool:
        """Whether a value comes out of calls that are followed, and of no others."""
        function = self._bindings.function_of(outer) if isinstance(outer, ast.Return) else outer
        if function not in self._entered or function in self._reads_outside or yields(function):
            return False
        self._passed_by[function] = outer
        return True

    def reads_outside(self, function: ast.AST) -> ast.Return | ast.Lambda | None:
        """A function reads a value from elsewhere: what was taken to be followed, but is not."""
        self._reads_outside.add(function)
        return self._passed_by.pop(function, None)
