"""What functions hand back: to calls that are followed anyway, or to others as well."""

from __future__ import annotations

import ast
from collections.abc import Collection

from flake8_nograd.syntax.bindings import Bindings, Variable
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
        self._outer: set[Variable] = set()
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

    def read_by_others(self, variable: Variable) -> list[ast.Return | ast.Lambda]:
        """What was taken to be followed, but hands out what a name of an outer scope stands for."""
        if variable in self._outer:
            return []
        self._outer.add(variable)
        loads = self._bindings.loads.get(variable, ())
        readers = {self._bindings.function_of(load) for load in loads} - {variable.scope}
        self._reads_outside |= readers
        return [self._passed_by.pop(item) for item in readers if item in self._passed_by]
