"""Guards as they are written in `with` items, decorators and statements."""

from __future__ import annotations

import ast
from collections.abc import Mapping

from flake8_nograd.syntax.access_path import access_path
from flake8_nograd.vocabulary.grad_modes import GUARDS, SWITCHES, GradMode
from flake8_nograd.vocabulary.lookup import Vocabulary


class GuardSpelling:
    """Reads guards of torch under the names that a file has for them."""

    def __init__(self, imports: Mapping[str, str], vocabulary: Vocabulary) -> None:
        self._imports = imports
        self._vocabulary = vocabulary

    def dotted(self, path: str) -> str:
        """A plain access as a dotted name, if its first part is imported; else as it is."""
        first, dot, rest = path.partition(".")
        return f"{self._imports.get(first, first)}{dot}{rest}"

    def of(self, node: ast.expr) -> GradMode | None:
        """The mode of a guard that is made, or named without being called; None if it is none."""
        called = node.func if isinstance(node, ast.Call) else node
        path = access_path(called)
        if not path:
            return None
        dotted = self.dotted(path)
        mode = GUARDS.get(dotted)
        literal = _first_literal(node)
        if mode is GradMode.INFERENCE:
            if literal is False:
                return GradMode.ON
            return mode if literal in (None, True) else GradMode.MAYBE
        if mode is not None:
            return mode
        if dotted in SWITCHES or dotted.endswith(".set_grad_enabled"):
            return _switched(literal)
        last = dotted.rpartition(".")[2]
        return GradMode.MAYBE if self._vocabulary.is_guard_name(last) else None

    def switched_by(self, node: ast.expr) -> GradMode | None:
        """The mode after a statement that is nothing but this expression."""
        if isinstance(node, ast.Call) and access_path(node.func).endswith("set_grad_enabled"):
            return self.of(node)
        return None


def _switched(literal: object) -> GradMode:
    if literal is False:
        return GradMode.OFF
    return GradMode.ON if literal is True else GradMode.MAYBE


def _first_literal(node: ast.expr) -> object:
    """The first argument of a call: a literal's value, the expression if it is none, or None."""
    if not isinstance(node, ast.Call):
        return None
    given = [*node.args, *(keyword.value for keyword in node.keywords)]
    if not given:
        return None
    return given[0].value if isinstance(given[0], ast.Constant) else given[0]
