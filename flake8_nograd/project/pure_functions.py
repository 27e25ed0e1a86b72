"""Functions that compute what they return, keep nothing and write only into what they made."""

from __future__ import annotations

import ast
import re

from flake8_nograd.elsewhere import Reading
from flake8_nograd.project.bodies import (
    COMPUTING_METHODS,
    Body,
    is_computing_builtin,
    is_of_library,
)
from flake8_nograd.project.kept_values import gives_plain
from flake8_nograd.project.left_behind import LeftBehind
from flake8_nograd.project.summary import MODULE_BODY
from flake8_nograd.project.symbols import Definition, Outside, Symbols
from flake8_nograd.project.unseen_calls import UnseenCalls
from flake8_nograd.syntax.expressions import nodes_of
from flake8_nograd.vocabulary.effect import Effect
from flake8_nograd.vocabulary.guard_calls import is_guard
from flake8_nograd.vocabulary.lookup import Vocabulary

_DEEPEST = 3
_COMPUTING = frozenset((Effect.TENSOR, Effect.NUMBERS))


class PureFunctions:
    """Answers for functions of the project; what is not seen to be pure is not."""

    def __init__(
        self, symbols: Symbols, left_behind: LeftBehind, unseen: UnseenCalls, vocabulary: Vocabulary
    ) -> None:
        self._symbols = symbols
        self._left_behind = left_behind
        self._unseen = unseen
        self._vocabulary = vocabulary

    def outcome(self, function: Definition, depth: int = _DEEPEST) -> Reading:
        """What calling a function does, in the terms of what reading a property does."""
        summary = function.function
        if summary is None or function.cls is not None or not depth:
            return Reading.MORE
        node = function.module.functions.node(summary.name)
        if self._is_replaced(summary.name, function):
            return Reading.MORE
        if node is None or not all(map(is_guard, node.decorator_list)):
            return Reading.MORE
        if any(map(self._runs_property, nodes_of(node))):
            return Reading.MORE
        if not Body(node).is_pure(self, function, depth) or self._left_behind.left_by(function):
            return Reading.MORE
        return Reading.STORED if gives_plain(node) else Reading.COMPUTED

    def _runs_property(self, node: ast.AST) -> bool:
        """Whether a node reads an attribute that is a property of a class of the project."""
        if not isinstance(node, ast.Attribute):
            return False
        own = self._symbols.files.own.classes.values()
        return self._unseen.reading(node.attr) is not Reading.STORED or any(
            node.attr in cls.methods and cls.methods[node.attr].is_property for cls in own
        )

    def _is_replaced(self, name: str, function: Definition) -> bool:
        """Whether a name of a module may stand for something else than the function."""
        if name in function.module.functions[MODULE_BODY].locals:
            return True
        text = re.escape(name.encode())
        pattern = re.compile(rb"\.%s[ \t]*=(?!=)|\b(?:setattr|patch)\b[^\n]*\b%s\b" % (text, text))
        return self._symbols.files.is_held(pattern, name)

    def runs_nothing_else(self, path: str, function: Definition, depth: int) -> bool:
        """Whether what a plain name in a function calls computes something and nothing else."""
        symbol = self._symbols.named(path, function.module)
        if isinstance(symbol, Definition):
            is_known = symbol.function is not None and symbol.key != function.key
            return is_known and self.outcome(symbol, depth - 1) is not Reading.MORE
        if isinstance(symbol, Outside):
            return is_of_library(symbol, _COMPUTING, self._vocabulary)
        return path != "super" and is_computing_builtin(path)

    def reads(self, method: str) -> bool:
        """Whether methods of a name compute something, of whatever object, and nothing else."""
        own = self._symbols.files.own.classes.values()
        is_own = any(method in cls.methods for cls in own)
        return (
            method in COMPUTING_METHODS and not is_own and not self._left_behind.of_methods(method)
        )
