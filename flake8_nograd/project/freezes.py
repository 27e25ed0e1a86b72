"""Where a function sets `requires_grad`: of what, to what, and under which of its flags."""

from __future__ import annotations

import ast

from flake8_nograd.project.expressions import iterated_module
from flake8_nograd.project.summary import Freeze
from flake8_nograd.syntax.access_path import access_path
from flake8_nograd.syntax.expressions import nodes_of

_UNKNOWN = "?"


class Freezes:
    """Notes what is set while the statements of a function are walked."""

    def __init__(self) -> None:
        self.found: dict[Freeze, None] = {}
        self._iterated: dict[str, str] = {}  # loop variables, and what the loop goes over

    def loop(self, target: ast.expr, over: ast.expr) -> None:
        """A loop begins."""
        what = iterated_module(over)
        if what:
            for part in nodes_of(target):
                if isinstance(part, ast.Name):
                    self._iterated[part.id] = what

    def note(self, path: str, to: ast.expr, when: str) -> None:
        """`requires_grad` is set for what the loops say that a parameter is of."""
        what = self._iterated.get(path, path)
        seen: set[str] = set()
        while what in self._iterated and what not in seen:
            seen.add(what)
            what = self._iterated[what]
        if isinstance(to, ast.Constant):
            self.found[Freeze(what, bool(to.value), when)] = None
        elif isinstance(to, ast.Name):
            self.found[Freeze(what, to.id, when)] = None


def flag_asked(test: ast.expr, around: str) -> tuple[str, str]:
    """The flag that a condition asks for, such as `freeze` or `not self.trains`, and its opposite.

    Both are "?" if the condition is another one, or stands under one itself.
    """
    negated = isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not)
    name = access_path(test.operand if isinstance(test, ast.UnaryOp) and negated else test)
    if around or not name:
        return _UNKNOWN, _UNKNOWN
    return (f"not {name}", name) if negated else (name, f"not {name}")
