"""Guards that a file makes for itself: context managers, decorators and classes."""

from __future__ import annotations

import ast

from flake8_nograd.flow.graph import FlowGraph, Kind, Node
from flake8_nograd.flow.scopes import Class, Function
from flake8_nograd.syntax.expressions import nodes_of
from flake8_nograd.vocabulary.grad_modes import NAMED_LIKE_TORCHS
from flake8_nograd.vocabulary.lookup import Vocabulary


class HomemadeGuards:
    """Tells whether entering or applying a function or class of the file switches recording."""

    def __init__(self, graph: FlowGraph, vocabulary: Vocabulary) -> None:
        self._graph = graph
        self._vocabulary = vocabulary
        self._known: dict[Node, bool] = {}

    def is_guard(self, node: Node) -> bool:
        """Whether this function or class, used as a guard, is one."""
        known = self._known.get(node)
        if known is None:
            self._known[node] = False  # a function that mentions itself settles nothing
            known = self._known[node] = self._examine(self._graph.payloads[node])
        return known

    def _examine(self, thing: object) -> bool:
        if isinstance(thing, Function) and thing.node is not None:
            return self._vocabulary.is_guard_name(thing.name) or self._function(thing.node)
        if isinstance(thing, Class) and thing.node is not None:
            bases = (node for base in thing.bases for node in base.aliases)
            return (
                self._vocabulary.is_guard_name(thing.name)
                or any(self._mentions(base) for base in thing.node.bases)
                or any(
                    self._graph.kinds[base] is Kind.CLASS and self.is_guard(base) for base in bases
                )
                or any(
                    method.node is not None and self._mentions(method.node)
                    for name, method in thing.methods.items()
                    if name in ("__enter__", "__call__", "__init__")
                )
            )
        return False

    def _function(self, node: ast.AST) -> bool:
        """A context manager yields under a guard; a decorator or factory hands one on."""
        hands_on = any(
            isinstance(part, ast.Yield | ast.Return | ast.FunctionDef) and part is not node
            for part in nodes_of(node)
        )
        return hands_on and any(map(self._mentions, getattr(node, "body", ())))

    def _mentions(self, node: ast.AST) -> bool:
        for part in nodes_of(node):
            name = part.attr if isinstance(part, ast.Attribute) else getattr(part, "id", "")
            if name and (NAMED_LIKE_TORCHS.fullmatch(name) or self._vocabulary.is_guard_name(name)):
                return True
        return False
