"""Is there anything to look at? A cheap answer before the analysis, and never a wrong "no".

Does a file differentiate anything? Beside the forward passes of its modules, is there a call that
could be one?
"""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from typing import Any, TypeGuard

from flake8_nograd.flow.scopes import Function
from flake8_nograd.options import DEFAULT_OPTIONS, Options
from flake8_nograd.torch_model.vocabulary import methods
from flake8_nograd.torch_model.vocabulary.effects import Effect
from flake8_nograd.torch_model.vocabulary.lookup import Vocabulary
from flake8_nograd.torch_model.vocabulary.words import names_a_model, runs_inference

# Where a pattern begins with a letter or a dot, a text is searched about as fast as for a word.
_DIFFERENTIATES = (
    re.compile(rf"\.\s*(?:{'|'.join(sorted(methods.TRAINING_METHODS))})\b"),
    re.compile(rf"getattr\b.*[\"'](?:{'|'.join(sorted(methods.TRAINING_METHODS))})[\"']"),
    re.compile(r"backward(?<!def backward)\s*\("),
    re.compile(r"grad(?<!\wgrad)\s*\("),
)
_UNSEEN = rf"autograd|functorch|\bfunc\b|(?i:{'|'.join(sorted(methods.GRADIENT_WORDS))})"
# What a method has to hold for something in it to be more than a part of a module's forward pass.
_ACTS = re.compile(rf"\bself\b(?!\s*\.)|\.\s*(?:eval|train|forward)\b|\bimport\b|{_UNSEEN}")
_HANDS_BACK = re.compile(r"\breturn\b[ \t]*[^\s#]|\byield\b")
_DEFINES = re.compile(r"\n[ \t]*(?:class|global)\b")
_TELLS_OF_A_GRAPH = re.compile(
    rf"\.\s*(?:detach|data|eval|train)\b(?![\w.]*\s+import)|opt(?!ion)|scaler|{_UNSEEN}"
)
_USED_AS_VALUE = re.compile(r"\.\s*(\w+)\b(?!\s*\()")
_QUOTED = re.compile(r"[\"'](\w+)[\"']")

_KNOWN_RESULT = (
    methods.CUTS
    | methods.IN_PLACE
    | methods.RETURNS_SELF
    | methods.ONLY_OF_MODULES
    | methods.ALMOST_ONLY_OF_MODULES
)
_BUILTINS = frozenset(dir(builtins))
_LEAVES = frozenset(
    "ctx op ops id attr name names module level kind arg rest conversion simple is_async".split()
)
_CHILDREN: dict[type, tuple[str, ...]] = {
    kind: tuple(name for name in kind._fields if name not in _LEAVES)
    for kind in vars(ast).values()
    if isinstance(kind, type) and issubclass(kind, ast.AST)
}
_CHILDREN |= {ast.Constant: (), type(None): ()}

_Function = ast.FunctionDef | ast.AsyncFunctionDef


def may_have_facts(
    tree: ast.Module, lines: Sequence[str], options: Options = DEFAULT_OPTIONS
) -> bool:
    """Whether the analysis could have anything to report in a file that speaks of torch."""
    text = "".join(lines)
    if options.training_calls or any(sign.search(text) for sign in _DIFFERENTIATES):
        return True
    survey = _Survey(tree, lines, text)
    effects = map(Vocabulary(options).effect, survey.imported.values())
    return Effect.TRAINS in effects or survey.has_candidate()


class _Survey:
    """What is called beside the forward passes of modules, and what names may stand for."""

    def __init__(self, tree: ast.Module, lines: Sequence[str], text: str) -> None:
        self._lines = lines
        self._text = text
        self.imported: dict[str, str] = {}
        self._defined: set[str] = set()
        self._bound: set[str | None] = set()  # to anything else
        self._given: set[str] = set()  # to instances of classes
        self._functions_called: set[str] = set()
        self._methods_called: set[tuple[str, str, bool]] = set()  # root, name, has arguments
        self._calls_what_is_computed = False
        self._walk(tree)

    def has_candidate(self) -> bool:
        """Whether a call could be a forward pass."""
        if self._calls_what_is_computed or not all(map(self._is_known, self._functions_called)):
            return True
        return any(
            self._may_run_forward(method, has_arguments)
            for root, method, has_arguments in self._methods_called
            if root not in self.imported or root in self._bound or root in self._defined
        )

    def _is_known(self, name: str) -> bool:
        """Whether a name can stand for nothing but functions and classes."""
        known = name in self._defined or name in self.imported or name in _BUILTINS
        return known and name not in self._bound

    def _may_run_forward(self, method: str, has_arguments: bool) -> bool:
        if method in self._given:
            return True
        if method in _KNOWN_RESULT:
            return False
        if methods.is_hidden_forward(method) or names_a_model(method):
            return True
        if method in self._values or method in methods.WRAPPED_MODULE:
            return True
        unlisted = has_arguments and methods.may_be_unlisted_forward(method)
        return unlisted and _TELLS_OF_A_GRAPH.search(self._text) is not None

    @cached_property
    def _values(self) -> frozenset[str]:
        """Attributes that are not only called: one that holds a module has to be among them."""
        values = frozenset(_USED_AS_VALUE.findall(self._text))
        return values.union(_QUOTED.findall(self._text)) if "setattr" in self._text else values

    def _walk(self, tree: ast.Module) -> None:
        noting: dict[type, Callable[[Any], None]] = {
            ast.Name: self._note_name,
            ast.Call: self._note_call,
            ast.ClassDef: self._note_class,
            ast.Import: self._note_import,
            ast.ImportFrom: self._note_import,
            ast.FunctionDef: lambda node: self._defined.add(node.name),
            ast.AsyncFunctionDef: lambda node: self._defined.add(node.name),
            ast.arg: lambda node: self._bound.add(node.arg),
            ast.MatchAs: lambda node: self._bound.add(node.name),
            ast.MatchStar: lambda node: self._bound.add(node.name),
        }
        todo: list[Any] = [tree]
        while todo:
            node = todo.pop()
            kind = node.__class__
            note = noting.get(kind)
            if note is not None:
                note(node)
            if kind is ast.ClassDef:
                todo.extend(self._judged(node))
                continue
            for name in _CHILDREN[kind]:
                child = getattr(node, name, None)
                if child.__class__ is list:
                    todo.extend(child)
                else:
                    todo.append(child)

    def _note_name(self, node: ast.Name) -> None:
        if isinstance(node.ctx, ast.Store):
            self._bound.add(node.id)

    def _note_import(self, node: ast.Import | ast.ImportFrom) -> None:
        module = f"{node.module}." if isinstance(node, ast.ImportFrom) else ""
        for alias in node.names:
            name = alias.asname or alias.name.partition(".")[0]
            if name in self.imported:
                self._bound.add(name)  # to either
            self.imported[name] = module + alias.name

    def _note_call(self, node: ast.Call) -> None:
        callee = node.func
        if isinstance(callee, ast.Name):
            self._functions_called.add(callee.id)
        elif isinstance(callee, ast.Attribute):
            root = callee.value
            while isinstance(root, ast.Attribute):
                root = root.value
            has_arguments = bool(node.args or node.keywords)
            self._methods_called.add((getattr(root, "id", ""), callee.attr, has_arguments))
        elif not isinstance(callee, ast.Constant | ast.JoinedStr):
            self._calls_what_is_computed = True

    def _note_class(self, node: ast.ClassDef) -> None:
        """Take down the attributes behind which a module or a forward pass may be."""
        self._defined.add(node.name)
        for part in _own_parts(node):
            if _is_function(part):
                hands_back = node.bases and _HANDS_BACK.search(self._body(part))
                if hands_back or Function(None, node=part).is_property:
                    self._given.add(part.name)
            elif isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store):
                self._given.add(part.id)

    def _judged(self, node: ast.ClassDef) -> Iterator[ast.AST]:
        """The parts of a class, without the bodies of methods that only serve a forward pass."""
        is_module = _is_module(node)
        yield from (*node.decorator_list, *node.bases, *node.keywords)
        for item in node.body:
            if _is_function(item) and self._serves_forward(item, is_module):
                yield from item.decorator_list
                yield from (*item.args.defaults, *filter(None, item.args.kw_defaults))
            else:
                yield item

    def _serves_forward(self, method: _Function, of_module: bool) -> bool:
        """Whether no call in a method is judged by itself."""
        body = self._body(method)
        if _DEFINES.search(body):
            return False
        if method.name.strip("_").startswith(("forward", "init")):
            return True
        outside = runs_inference(method.name) or method.name.startswith("on_")
        return of_module and not outside and not _ACTS.search(body)

    def _body(self, function: _Function) -> str:
        """The text of a body, with a line end before it."""
        return "\n" + "".join(self._lines[function.body[0].lineno - 1 : function.end_lineno])


def _is_module(node: ast.ClassDef) -> bool:
    """Whether a class is certainly a module, because it has a forward method."""
    names = {part.name for part in _own_parts(node) if _is_function(part)}
    return bool(node.bases) and "forward" in names and "__call__" not in names


def _own_parts(node: ast.ClassDef) -> Iterator[ast.AST]:
    """What stands in the body of a class itself, its functions as a whole."""
    for item in node.body:
        yield from (item,) if _is_function(item) else ast.walk(item)


def _is_function(node: ast.AST) -> TypeGuard[_Function]:
    return isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
