"""What a file mentions, by one walk over its tree: what is imported, called, annotated, derived.

What stands in forward passes of modules can be left out; nothing is concluded here.
"""

from __future__ import annotations

import ast
import builtins
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from operator import attrgetter
from typing import Any, TypeGuard

from flake8_nograd.flow.imports import imported_names
from flake8_nograd.flow.scopes import Function
from flake8_nograd.torch_model.vocabulary import methods
from flake8_nograd.torch_model.vocabulary.words import runs_inference

# The names of an access such as `self.net.encode`. What is read from anything but a name begins
# with the last name in that and brackets: `nets[]`, `encode` for `nets[0].encode`.
Path = tuple[str, ...]

# Several patterns that begin with a letter or a dot are found about as fast as words.
# What a method has to hold for something in it to be more than a part of a module's forward pass.
_ACTS = (
    re.compile(r"self\b(?!\s*\.)"),
    re.compile(r"\.\s*(?:eval|train|forward)\b"),
    re.compile(r"import\b"),
)
_HANDS_BACK = (re.compile(r"return\b[ \t]*[^\s#]"), re.compile(r"yield\b"))
_GRADIENT_WORDS = ("autograd", "functorch", *sorted(methods.GRADIENT_WORDS))
_FUNC = re.compile(r"func\b(?<!\wfunc)")
_DEFINES = re.compile(r"\n[ \t]*(?:class|global)\b")

_BUILTINS = frozenset(dir(builtins))
_UNSURVEYED = frozenset(
    "ctx op ops id attr name names module level kind arg rest conversion simple is_async annotation"
    " returns type_comment type_ignores lineno tag".split()
)
_Function = ast.FunctionDef | ast.AsyncFunctionDef


class Survey:
    """The names in some nodes of a file; ``whole`` says that no method is left out of it."""

    def __init__(self, nodes: Iterable[ast.AST], lines: Sequence[str], *, whole: bool) -> None:
        self._lines = lines
        self._whole = whole
        self._may_differentiate = not whole and may_differentiate("".join(lines))
        self.left_out: list[_Function] = []  # methods that only serve a forward pass
        self.imported: defaultdict[str, set[str]] = defaultdict(set)
        self.defined: set[str] = set()
        self.bound: set[str | None] = set()  # to anything but imports and definitions
        self.given: set[str] = set()  # attributes that classes of the file give their instances
        self.own_methods: set[str] = set()  # methods of heirs that return anything
        self.calls: dict[Path, bool] = {}  # whether any of them has arguments
        self.reads: set[Path] = set()
        self.annotations: list[ast.expr] = []
        self.classes: list[ast.ClassDef] = []
        self._walk(nodes)

    def names_imported(self, name: str) -> bool:
        """Whether a name stands for something imported, and for nothing else."""
        return name in self.imported and name not in self.bound and name not in self.defined

    def names_known(self, name: str) -> bool:
        """Whether a name can stand for nothing but functions and classes."""
        known = name in self.defined or name in self.imported or name in _BUILTINS
        return known and name not in self.bound

    def _walk(self, nodes: Iterable[ast.AST]) -> None:
        noting: dict[type, Callable[[Any], Iterable[Any] | None]] = {
            ast.Name: self._note_name,
            ast.Attribute: self._note_attribute,
            ast.Call: self._note_call,
            ast.ClassDef: self._note_class,
            ast.Import: self._note_import,
            ast.ImportFrom: self._note_import,
            ast.FunctionDef: lambda node: self.defined.add(node.name),
            ast.AsyncFunctionDef: lambda node: self.defined.add(node.name),
            ast.arg: self._note_parameter,
            ast.MatchAs: lambda node: self.bound.add(node.name),
            ast.MatchStar: lambda node: self.bound.add(node.name),
        }
        todo: list[Any] = list(nodes)
        while todo:
            node = todo.pop()
            note = noting.get(node.__class__)
            parts = note(node) if note is not None else None
            if parts is not None:
                todo += parts
                continue
            one, several = _PARTS.get(node.__class__) or _parts_of(node)
            if one is not None:
                todo += one(node)
            for name in several:
                todo += getattr(node, name)

    def _note_name(self, node: ast.Name) -> None:
        if node.ctx.__class__ is ast.Load:
            self.reads.add((node.id,))
        else:
            self.bound.add(node.id)

    def _note_attribute(self, node: ast.Attribute) -> Iterable[ast.AST]:
        path, origin = path_of(node)
        self.reads.add(path)
        return origin

    def _note_call(self, node: ast.Call) -> Iterable[ast.AST]:
        path, origin = path_of(node.func)
        self.calls[path] = self.calls.get(path) or bool(node.args or node.keywords)
        return [*origin, *node.args, *[keyword.value for keyword in node.keywords]]

    def _note_import(self, node: ast.Import | ast.ImportFrom) -> None:
        for name, dotted in imported_names(node):
            self.imported[name].add(dotted)

    def _note_parameter(self, node: ast.arg) -> None:
        self.bound.add(node.arg)
        if node.annotation is not None:
            self.annotations.append(node.annotation)

    def _note_class(self, node: ast.ClassDef) -> Iterator[ast.AST]:
        """Take down the attributes behind which a module or a forward pass may be."""
        self.defined.add(node.name)
        self.classes.append(node)
        for part in _own_parts(node):
            if is_function(part):
                if Function(None, node=part).is_property:
                    self.given.add(part.name)
                elif node.bases and found(_HANDS_BACK, self._body(part)):
                    self.own_methods.add(part.name)
            elif isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store):
                self.given.add(part.id)
        yield from self._outside_forward(node)

    def _outside_forward(self, node: ast.ClassDef) -> Iterator[ast.AST]:
        """The parts of a class, without the bodies of methods that only serve a forward pass."""
        is_module = defines_forward(node)
        yield from (*node.decorator_list, *node.bases)
        yield from (keyword.value for keyword in node.keywords)
        for item in node.body:
            if is_function(item) and not self._whole and self._serves_forward(item, is_module):
                self.left_out.append(item)
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
        if not of_module or outside or found(_ACTS, body):
            return False
        return not (self._may_differentiate and may_differentiate(body))

    def _body(self, function: _Function) -> str:
        """The text of a body, with a line end before it."""
        return "\n" + "".join(self._lines[function.body[0].lineno - 1 : function.end_lineno])


# By the class of a node: a way to get the fields that hold one node or None, and the names of those
# that hold several.
_Parts = tuple[Callable[[Any], tuple[Any, ...]] | None, tuple[str, ...]]
_PARTS: dict[type, _Parts] = {type(None): (None, ()), ast.Constant: (None, ())}


def _parts_of(node: ast.AST) -> _Parts:
    """Look at the first node of a class; the fields of all others hold the like."""
    fields = [name for name in node._fields if name not in _UNSURVEYED]
    several = tuple(name for name in fields if isinstance(getattr(node, name), list))
    one = [name for name in fields if name not in several]
    get = attrgetter(*one) if len(one) > 1 else _getter_of_one(*one) if one else None
    parts = _PARTS[node.__class__] = get, several
    return parts


def _getter_of_one(name: str) -> Callable[[Any], tuple[Any, ...]]:
    get = attrgetter(name)
    return lambda node: (get(node),)


def path_of(node: ast.expr) -> tuple[Path, tuple[ast.expr, ...]]:
    """The names of an access, and what they are read from unless it is one of them."""
    names: list[str] = []
    while node.__class__ is ast.Attribute:
        names.append(node.attr)
        node = node.value
    if node.__class__ is ast.Name:
        return (node.id, *names[::-1]), ()
    return (f"{_last_name(node)}[]", *names[::-1]), (node,)


def bare(name: str) -> str:
    """A name of a path without brackets."""
    return name.removesuffix("[]")


def may_differentiate(text: str) -> bool:
    """Whether a text may compute a gradient, in a way that no name of a method betrays."""
    lower = text.lower()
    return any(word in lower for word in _GRADIENT_WORDS) or _FUNC.search(text) is not None


def found(patterns: Iterable[re.Pattern[str]], text: str) -> bool:
    """Whether a text holds one of several patterns."""
    return any(pattern.search(text) for pattern in patterns)


def defines_forward(node: ast.ClassDef) -> bool:
    """Whether a class is certainly a module, because it has a forward method."""
    names = {part.name for part in _own_parts(node) if is_function(part)}
    return bool(node.bases) and "forward" in names and "__call__" not in names


def is_function(node: ast.AST) -> TypeGuard[_Function]:
    """Whether a node is a `def`."""
    return isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)


def _last_name(node: ast.expr) -> str:
    """The last name in an access such as `self.nets[0]`; empty if there is none."""
    while isinstance(node, ast.Subscript):
        node = node.value
    return str(getattr(node, "attr", "") or getattr(node, "id", ""))


def _own_parts(node: ast.ClassDef) -> Iterator[ast.AST]:
    """What stands in the body of a class itself, its functions as a whole."""
    for item in node.body:
        yield from (item,) if is_function(item) else ast.walk(item)
