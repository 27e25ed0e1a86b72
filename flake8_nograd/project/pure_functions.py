"""Functions that compute what they return, keep nothing and write only into what they made."""

from __future__ import annotations

import ast
import builtins
import re
from collections import defaultdict

from flake8_nograd.elsewhere import Reading
from flake8_nograd.project.function_text import FunctionNode
from flake8_nograd.project.kept_values import gives_plain
from flake8_nograd.project.left_behind import LeftBehind
from flake8_nograd.project.summary import MODULE_BODY
from flake8_nograd.project.symbols import Definition, Outside, Symbols
from flake8_nograd.project.targets import bindings_of
from flake8_nograd.project.unseen_calls import UnseenCalls
from flake8_nograd.syntax.access_path import access_path
from flake8_nograd.syntax.expressions import nodes_of
from flake8_nograd.vocabulary import escapes, methods
from flake8_nograd.vocabulary.effect import Effect
from flake8_nograd.vocabulary.guard_calls import is_guard
from flake8_nograd.vocabulary.lookup import Vocabulary
from flake8_nograd.vocabulary.views import may_give_view

_DEEPEST = 3
_ACTING = (
    *(ast.Global, ast.Nonlocal, ast.Yield, ast.YieldFrom, ast.Await, ast.AsyncFor, ast.AsyncWith),
    *(ast.ClassDef, ast.AsyncFunctionDef, ast.Lambda, ast.Try, ast.Import, ast.ImportFrom),
)
_COMPUTING = frozenset((Effect.TENSOR, Effect.NUMBERS))
_BUILTINS = (escapes.READING_BUILTINS | escapes.PASSING_BUILTINS) - {"open", "input", "super"}
_READING = methods.CUTS | escapes.PLAIN_METHODS | escapes.PASSING_METHODS


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
        if not _Body(node).is_pure(self, function, depth) or self._left_behind.left_by(function):
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
            package, name = symbol.dotted.partition(".")[0], symbol.dotted.rpartition(".")[2]
            is_known = package in escapes.KNOWN_PACKAGES and not name.endswith("_")
            return is_known and self._vocabulary.effect(symbol.dotted) in _COMPUTING
        return path in _BUILTINS and hasattr(builtins, path)

    def reads(self, method: str) -> bool:
        """Whether methods of a name compute something, of whatever object, and nothing else."""
        own = self._symbols.files.own.classes.values()
        is_own = any(method in cls.methods for cls in own)
        return method in _READING and not is_own and not self._left_behind.of_methods(method)


class _Body:
    """The statements of one function."""

    def __init__(self, node: FunctionNode) -> None:
        self._node = node
        self._parts = [part for item in node.body for part in nodes_of(item)]
        self._bound: defaultdict[str, list[ast.expr | None]] = defaultdict(list)
        for part in self._parts:
            for target, value in bindings_of(part):
                for name in nodes_of(target):
                    if isinstance(name, ast.Name):
                        self._bound[name.id].append(value)

    def is_pure(self, rules: PureFunctions, function: Definition, depth: int) -> bool:
        """Whether nothing in the function acts on anything that others know."""
        return all(
            self._is_pure_call(part, rules, function, depth)
            if isinstance(part, ast.Call)
            else self._is_quiet(part)
            for part in self._parts
        )

    def _is_quiet(self, part: ast.AST) -> bool:
        match part:
            case ast.Attribute(ctx=ast.Load(), attr=name):
                return name not in escapes.SHOWING_ATTRIBUTES - {"grad"}
            case ast.Attribute():
                return False
            case ast.Subscript(ctx=ast.Store() | ast.Del(), value=owner):
                return self._is_own(owner, frozenset())
            case ast.AugAssign(target=ast.Name() as target):
                return self._is_own(ast.Name(target.id), frozenset())
            case ast.With(items=items):
                return all(is_guard(item.context_expr) for item in items)
        return not isinstance(part, (*_ACTING, ast.FunctionDef))

    def _is_pure_call(
        self, call: ast.Call, rules: PureFunctions, function: Definition, depth: int
    ) -> bool:
        if is_guard(call):
            return True
        if any(
            item.arg in (None, "out", "inplace", "requires_grad", "key") for item in call.keywords
        ):
            return False
        path = access_path(call.func)
        root = path.partition(".")[0]
        is_local = root in self._bound or any(
            item.arg == root for item in nodes_of(self._node.args) if isinstance(item, ast.arg)
        )
        if path and not is_local and rules.runs_nothing_else(path, function, depth):
            return True
        if not isinstance(call.func, ast.Attribute):
            return False
        name, owner = call.func.attr, call.func.value
        if name in escapes.RAISING_CALLS and not self._is_own(owner, frozenset()):
            return ".detach()" in ast.unparse(owner)
        if name.endswith("_") or name in methods.KEEPS or name in escapes.KEEPING_METHODS:
            return name != "requires_grad_" and self._is_own(owner, frozenset())
        return rules.reads(name)

    def _is_own(self, node: ast.expr, seen: frozenset[str]) -> bool:
        """Whether a value was made in the function, and is no view of what it was given."""
        match node:
            case ast.Name(id=name):
                values = self._bound.get(name)
                return name in seen or (
                    values is not None
                    and all(
                        item is not None and self._is_own(item, seen | {name}) for item in values
                    )
                )
            case ast.Subscript(value=value) | ast.Attribute(value=value) | ast.Starred(value=value):
                return self._is_own(value, seen)
            case ast.Call(func=ast.Attribute(value=value, attr=name)):
                return not may_give_view(name) or (
                    self._is_own(value, seen)
                    and all(self._is_own(item, seen) for item in node.args)
                )
            case ast.Call(func=ast.Name(id=name)):
                return name in ("list", "dict", "set", "float", "int", "len", "range", "str")
            case ast.IfExp(body=body, orelse=orelse):
                return self._is_own(body, seen) and self._is_own(orelse, seen)
            case ast.Tuple(elts=parts):
                return all(self._is_own(part, seen) for part in parts)
        return isinstance(
            node, (ast.Constant, ast.List, ast.Dict, ast.Set, ast.BinOp, ast.UnaryOp, ast.Compare)
        )
