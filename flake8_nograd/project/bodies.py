"""Whether a body computes what it returns, keeps nothing and writes only into what it made."""

from __future__ import annotations

import ast
import builtins
from collections import defaultdict
from collections.abc import Set
from itertools import chain
from typing import Protocol

from flake8_nograd.project.function_text import FunctionNode
from flake8_nograd.project.symbols import Definition, Outside
from flake8_nograd.project.targets import bindings_of
from flake8_nograd.syntax.access_path import access_path
from flake8_nograd.syntax.expressions import nodes_of
from flake8_nograd.vocabulary import escapes, methods
from flake8_nograd.vocabulary.effect import Effect
from flake8_nograd.vocabulary.guard_calls import is_guard
from flake8_nograd.vocabulary.lookup import Vocabulary
from flake8_nograd.vocabulary.views import may_give_view

# Methods that compute something, if no class of the project has another of the name.
COMPUTING_METHODS = methods.CUTS | escapes.PLAIN_METHODS | escapes.PASSING_METHODS
_BUILTINS = (escapes.READING_BUILTINS | escapes.PASSING_BUILTINS) - {"open", "input"}
_ACTING = (
    *(ast.Global, ast.Nonlocal, ast.Yield, ast.YieldFrom, ast.Await, ast.AsyncFor, ast.AsyncWith),
    *(ast.ClassDef, ast.AsyncFunctionDef, ast.Lambda, ast.Try, ast.Import, ast.ImportFrom),
)


def is_computing_builtin(path: str) -> bool:
    """Whether a name stands for a builtin that does nothing but compute."""
    return path in _BUILTINS and hasattr(builtins, path)


def is_of_library(symbol: Outside, effects: Set[Effect], vocabulary: Vocabulary) -> bool:
    """Whether a known package has a function of one of some effects, which writes into nothing."""
    package, name = symbol.dotted.partition(".")[0], symbol.dotted.rpartition(".")[2]
    is_known = package in escapes.KNOWN_PACKAGES and not name.endswith("_")
    return is_known and vocabulary.effect(symbol.dotted) in effects


class Rules(Protocol):
    """What is known of the names that a body calls."""

    def runs_nothing_else(self, path: str, function: Definition, depth: int) -> bool:
        """Whether what a plain name in a function calls computes something and nothing else."""
        ...

    def reads(self, method: str) -> bool:
        """Whether methods of a name compute something, of whatever object, and nothing else."""
        ...


class Body:
    """The statements of one function."""

    def __init__(self, node: FunctionNode) -> None:
        self._node = node
        self._parts = [part for item in node.body for part in nodes_of(item)]
        self.bound: defaultdict[str, list[ast.expr | None]] = defaultdict(list)
        for target, value in chain.from_iterable(map(bindings_of, self._parts)):
            for name in nodes_of(target):
                if isinstance(name, ast.Name) and isinstance(name.ctx, ast.Store):
                    self.bound[name.id].append(value)

    def is_pure(self, rules: Rules, function: Definition, depth: int) -> bool:
        """Whether nothing in the function acts on anything that others know."""
        return all(
            self.is_pure_call(part, rules, function, depth)
            if isinstance(part, ast.Call)
            else self.is_quiet(part)
            for part in self._parts
        )

    def is_quiet(self, part: ast.AST) -> bool:
        """Whether something else than a call only computes."""
        match part:
            case ast.Attribute(ctx=ast.Load(), attr=name):
                return name not in escapes.SHOWING_ATTRIBUTES - {"grad"}
            case ast.Attribute():
                return False
            case ast.Subscript(ctx=ast.Store() | ast.Del(), value=owner):
                return self.is_own(owner, frozenset())
            case ast.AugAssign(target=ast.Name() as target):
                return self.is_own(ast.Name(target.id), frozenset())
            case ast.With(items=items):
                return all(is_guard(item.context_expr) for item in items)
        return not isinstance(part, (*_ACTING, ast.FunctionDef))

    def is_pure_call(self, call: ast.Call, rules: Rules, function: Definition, depth: int) -> bool:
        """Whether a call only computes."""
        if is_guard(call):
            return True
        if any(
            item.arg in (None, "out", "inplace", "requires_grad", "key") for item in call.keywords
        ):
            return False
        path = access_path(call.func)
        root = path.partition(".")[0]
        is_local = root in self.bound or any(
            item.arg == root for item in nodes_of(self._node.args) if isinstance(item, ast.arg)
        )
        if path and not is_local and rules.runs_nothing_else(path, function, depth):
            return True
        if not isinstance(call.func, ast.Attribute):
            return False
        name, owner = call.func.attr, call.func.value
        if name in escapes.RAISING_CALLS and not self.is_own(owner, frozenset()):
            return ".detach()" in ast.unparse(owner)
        if name.endswith("_") or name in methods.KEEPS or name in escapes.KEEPING_METHODS:
            return name != "requires_grad_" and self.is_own(owner, frozenset())
        return rules.reads(name)

    def is_own(self, node: ast.expr, seen: frozenset[str]) -> bool:
        """Whether a value was made in the function, and is no view of what it was given."""
        match node:
            case ast.Name(id=name):
                values = self.bound.get(name)
                return name in seen or (
                    values is not None
                    and all(
                        item is not None and self.is_own(item, seen | {name}) for item in values
                    )
                )
            case ast.Subscript(value=value) | ast.Attribute(value=value) | ast.Starred(value=value):
                return self.is_own(value, seen)
            case ast.Call(func=ast.Attribute(value=value, attr=name)):
                return not may_give_view(name) or (
                    self.is_own(value, seen) and all(self.is_own(item, seen) for item in node.args)
                )
            case ast.Call(func=ast.Name(id=name)):
                return name in ("list", "dict", "set", "float", "int", "len", "range", "str")
            case ast.IfExp(body=body, orelse=orelse):
                return self.is_own(body, seen) and self.is_own(orelse, seen)
            case ast.Tuple(elts=parts):
                return all(self.is_own(part, seen) for part in parts)
        return isinstance(
            node, (ast.Constant, ast.List, ast.Dict, ast.Set, ast.BinOp, ast.UnaryOp, ast.Compare)
        )
