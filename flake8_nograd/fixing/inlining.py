"""Hoisted calls put back where they were taken from, to compare a program with the one before."""

from __future__ import annotations

import ast
from collections.abc import Collection
from typing import Any


def put_back(tree: ast.Module, names: Collection[str]) -> ast.Module:
    """The tree without the statements that give hoisted calls their names; it is changed."""
    if names:
        _PutBack(names).visit(tree)
    return tree


class _PutBack(ast.NodeTransformer):
    """Puts what a statement gives to a name where the name is read."""

    def __init__(self, names: Collection[str]) -> None:
        self._names = names
        self._values: dict[str, ast.expr] = {}

    def visit_Assign(self, node: ast.Assign) -> Any:
        """Remember the value of a statement that only names it, and drop the statement."""
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=value) if name in self._names:
                self._values[name] = self.visit(value)
                return None
        return self.generic_visit(node)

    def visit_With(self, node: ast.With) -> Any:
        """Drop a guard in which nothing is left."""
        self.generic_visit(node)
        return node if node.body else None

    def visit_Name(self, node: ast.Name) -> Any:
        """The value in place of the name, once."""
        return self._values.pop(node.id, node) if isinstance(node.ctx, ast.Load) else node
