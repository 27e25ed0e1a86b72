"""The proof that a fix changed nothing but guards: the same tree once they are taken out."""

from __future__ import annotations

import ast
from collections.abc import Collection
from typing import Any

from flake8_nograd.vocabulary.guard_calls import is_guard


def same_program(before: ast.Module, after: ast.Module, guards: Collection[str] = ()) -> bool:
    """Whether two trees are equal without guards and imports of torch's guards.

    `guards` are further spellings of a guard. Both trees are used up.
    """
    stripper = _Stripper(guards)
    return ast.dump(stripper.visit(before)) == ast.dump(stripper.visit(after))


class _Stripper(ast.NodeTransformer):
    """Takes guards, guard decorators and imports of torch out of a tree."""

    def __init__(self, guards: Collection[str]) -> None:
        self._guards = guards

    def _is_guard(self, node: ast.expr) -> bool:
        return is_guard(node) or ast.unparse(node) in self._guards

    def visit_With(self, node: ast.With) -> Any:
        """A `with` without its guards; its body alone if it has no other items."""
        self.generic_visit(node)
        node.items = [item for item in node.items if not self._is_guard(item.context_expr)]
        return node if node.items else node.body

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        """A function without guards above its `def`."""
        self.generic_visit(node)
        node.decorator_list = [item for item in node.decorator_list if not self._is_guard(item)]
        return node

    def visit_Import(self, node: ast.Import) -> ast.AST | None:
        """An import without `import torch`."""
        node.names = [alias for alias in node.names if alias.name != "torch" or alias.asname]
        return node if node.names else None

    def visit_ImportFrom(self, node: ast.ImportFrom) -> ast.AST | None:
        """An import without guards of torch."""
        if node.module == "torch":
            node.names = [
                alias for alias in node.names if alias.name not in ("no_grad", "inference_mode")
            ]
        return node if node.names else None
