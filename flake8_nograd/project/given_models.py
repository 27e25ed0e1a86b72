"""Functions that run a model which they are given, and hand back what it records."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Sequence
from itertools import chain
from typing import TypeGuard

from flake8_nograd.project.function_text import FunctionNode
from flake8_nograd.project.summary import CallSite, FunctionSummary
from flake8_nograd.project.symbols import Definition, Outside, Symbols
from flake8_nograd.project.targets import bindings_of
from flake8_nograd.syntax.access_path import access_path
from flake8_nograd.syntax.expressions import nodes_of, returned_values
from flake8_nograd.vocabulary import escapes, methods
from flake8_nograd.vocabulary.effect import Effect
from flake8_nograd.vocabulary.grad_modes import GradMode
from flake8_nograd.vocabulary.lookup import Vocabulary
from flake8_nograd.vocabulary.words import names_a_model

_PASSING = escapes.PASSING_METHODS - methods.CUTS
_DEEPEST = 3  # functions that hand on to each other


class GivenModels:
    """Answers for functions of the project whose callers decide what becomes of the graph."""

    def __init__(self, symbols: Symbols, vocabulary: Vocabulary) -> None:
        self._symbols = symbols
        self._vocabulary = vocabulary

    def run_by(self, function: Definition, depth: int = _DEEPEST) -> tuple[int, str] | None:
        """The parameter that a function calls or hands on, by position and name."""
        summary = function.function
        if summary is None or function.cls is not None or not depth:
            return None
        if summary.signature is None or summary.is_generator or summary.differentiates:
            return None
        if summary.grad is not GradMode.INHERITED or summary.managed_by:
            return None
        for position, name in enumerate(summary.parameters):
            if self._runs(name, summary, function, depth):
                return position, name
        return None

    def _runs(self, name: str, summary: FunctionSummary, function: Definition, depth: int) -> bool:
        if name in summary.locals or not names_a_model(name):
            return False  # any function may be given to be run, with whatever arguments
        runs = [call for call in summary.calls if self._is_run(name, call, function, depth)]
        if not runs or not all(map(_records_for_the_caller, runs)):
            return False
        node = function.module.functions.node(summary.name)
        paths = {call.path for call in runs}
        return node is not None and _Results(self, node, function, paths).are_handed_back()

    def _is_run(self, name: str, call: CallSite, function: Definition, depth: int) -> bool:
        if call.passed:
            return False
        if call.path in (name, f"{name}.forward"):
            return True
        if call.argument != name:
            return False
        symbol = self._symbols.named(call.path, function.module)
        return isinstance(symbol, Definition) and self.run_by(symbol, depth - 1) is not None

    def computes(self, path: str, function: Definition) -> bool:
        """Whether what a function calls by this path computes a tensor from its arguments."""
        symbol = self._symbols.named(path, function.module)
        if not isinstance(symbol, Outside):
            return False
        return self._vocabulary.effect(symbol.dotted) in (Effect.TENSOR, Effect.WRAP)


def _records_for_the_caller(call: CallSite) -> bool:
    """Whether a result is handed back, and recorded unless the caller has switched that off."""
    return call.returned and call.grad is GradMode.INHERITED and not call.managers


class _Results:
    """Follows what some calls of a function give, as far as it certainly keeps its graph."""

    def __init__(
        self, rules: GivenModels, node: FunctionNode, function: Definition, runs: set[str]
    ) -> None:
        self._rules = rules
        self._function = function
        self._runs = runs
        self._todo = returned_values(node)
        self._bound: defaultdict[str, list[ast.expr]] = defaultdict(list)
        for target, value in chain.from_iterable(map(bindings_of, nodes_of(node))):
            for name in filter(_is_name, nodes_of(target)):
                self._bound[name.id] += [] if value is None else [value]

    def are_handed_back(self) -> bool:
        """Whether something with a graph is among what is returned."""
        while self._todo:
            node = self._todo.pop()
            if isinstance(node, ast.Call) and access_path(node.func) in self._runs:
                return True
            self._todo += self._parts(node)
        return False

    def _parts(self, node: ast.expr) -> Sequence[ast.expr]:
        """What certainly gives its graph to a value."""
        match node:
            case ast.Name(id=name):
                return self._bound.pop(name, ())  # to look once is enough
            case ast.Call():
                return self._arguments(node)
            case ast.Attribute(value=value, attr=name):
                return () if name in methods.CUT_ATTRIBUTES else (value,)
            case (
                ast.Subscript(value=value)
                | ast.Starred(value=value)
                | ast.NamedExpr(value=value)
                | ast.UnaryOp(operand=value)
            ):
                return (value,)
            case ast.BinOp(left=one, right=other) | ast.IfExp(body=one, orelse=other):
                return (one, other)
            case ast.Tuple(elts=parts) | ast.List(elts=parts) | ast.Dict(values=parts):
                return parts
        return ()

    def _arguments(self, call: ast.Call) -> Sequence[ast.expr]:
        if self._rules.computes(access_path(call.func), self._function):
            return [*call.args, *(keyword.value for keyword in call.keywords)]
        function = call.func
        if isinstance(function, ast.Attribute) and function.attr in _PASSING:
            return (function.value,)
        return ()


def _is_name(node: ast.AST) -> TypeGuard[ast.Name]:
    return isinstance(node, ast.Name)
