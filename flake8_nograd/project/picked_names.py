"""Whether another file takes a function or a method by a name that is put together as it runs."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from flake8_nograd.patterns import lazy_pattern
from flake8_nograd.project.function_text import parsed
from flake8_nograd.project.summary import ClassSummary, ModuleSummary
from flake8_nograd.project.symbols import Definition, Symbols
from flake8_nograd.syntax.access_path import access_path
from flake8_nograd.syntax.expressions import nodes_of, own_name

_PICKING = lazy_pattern(
    rb"\bgetattr\(\s*[^\n,]+,\s*(?![\"'][^\"'\n]*[\"']\s*[,)])"
    rb"|\b(?:attrgetter|methodcaller)\(\s*(?![\"'][^\"'\n]*[\"']\s*[,)])"
    rb"|\bvars\(\w|\b__dict__\b|\bgetmembers\(|(?<![\w.])(?:eval|exec|globals)\("
)
_LISTING = frozenset(("vars", "dir", "getmembers"))
_ANY = ".*"


class _Pick(NamedTuple):
    """What is picked from, as a plain access ("" if unsure), the names that fit, and the class."""

    owner: str
    names: str
    cls: str


class PickedNames:
    """Answers for functions and methods of the file at hand."""

    def __init__(self, symbols: Symbols) -> None:
        self._symbols = symbols
        self._files = symbols.files
        self._own = symbols.files.own

    def may_pick(self, cls: str, function: str) -> bool:
        """Whether another file may get a function, or a method of a class, without naming it."""
        if self._files.is_alone():
            return False
        for path in self._files.occurring(_PICKING):
            if not self._may_know(path):
                continue
            module = self._files.summary(path)
            for pick in _picks(self._files.text(path) or b""):
                if re.fullmatch(pick.names, function) is None:
                    continue
                if module is None or self._is_owner(pick, module, cls):
                    return True
        return False

    def _may_know(self, path: str) -> bool:
        word = self._files.parts(self._own.path)[-1:]
        is_named = bool(word) and re.search(
            rb"\b%s\b|\bimport_module\(|\b__import__\(" % re.escape(word[0].encode()),
            self._files.text(path) or b"",
        )
        return bool(is_named) or self._files.concerns(path)

    def _is_owner(self, pick: _Pick, module: ModuleSummary, cls: str) -> bool:
        """Whether what is picked from may be the file at hand, or an object of a class."""
        root = pick.owner.partition(".")[0]
        own_class = self._own.classes.get(cls)
        if root in module.imports:
            return not cls and self._is_own_module(pick.owner, module)
        if root == "self":
            return own_class is not None and self._is_related(pick.cls, module, own_class)
        return bool(cls) or self._is_value(module)

    def _is_related(self, name: str, module: ModuleSummary, own: ClassSummary) -> bool:
        cls = module.classes.get(name)
        return cls is None or self._symbols.are_related(
            Definition(module, cls, None), Definition(self._own, own, None)
        )

    def _is_own_module(self, owner: str, module: ModuleSummary) -> bool:
        """Whether an access in another file stands for the file at hand."""
        root, _, rest = owner.partition(".")
        dotted = ".".join(filter(None, (module.imports[root], rest)))
        name = dotted.lstrip(".")
        level, folder = len(dotted) - len(name), self._files.folder(module.path)
        parts = tuple(filter(None, name.split(".")))
        if level:
            return self._files.at(folder[: len(folder) - level + 1] + parts) == self._own.path
        return bool(parts) and self._files.named(parts, folder) == self._own.path

    def _is_value(self, module: ModuleSummary) -> bool:
        """Whether modules are handed around: what is imported by a text, or given to a call."""
        name = self._files.parts(self._own.path)[-1:]
        text = self._files.text(module.path) or b""
        if re.search(rb"\b(?:import_module|__import__)\(|\bsys\.modules\b", text) is not None:
            return True
        word = name[0] if name else ""
        pattern = re.compile(rb"[(=\[,:][ \t]*(?:\w+\.)*%s[ \t]*[,)\]}]" % re.escape(word.encode()))
        return bool(word) and self._files.is_held(pattern, word)


@lru_cache(maxsize=64)
def _picks(text: bytes) -> tuple[_Pick, ...]:
    try:
        tree = parsed(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return (_Pick("", _ANY, ""),)
    classes = {
        node: cls.name
        for cls in nodes_of(tree)
        if isinstance(cls, ast.ClassDef)
        for node in nodes_of(cls)
    }
    return tuple(
        pick._replace(cls=classes.get(node, "")) for node in nodes_of(tree) for pick in _in(node)
    )


def _in(node: ast.AST) -> Iterator[_Pick]:
    """What a node picks by a name that is not written there."""
    if isinstance(node, ast.Attribute) and node.attr == "__dict__":
        yield _Pick(access_path(node.value), _ANY, "")
    if not isinstance(node, ast.Call):
        return
    name, given = own_name(node.func), node.args
    if name == "getattr" and len(given) > 1 and not isinstance(given[1], ast.Constant):
        yield _Pick(access_path(given[0]), _fitting(given[1]), "")
    elif name in ("attrgetter", "methodcaller") and given:
        if not isinstance(given[0], ast.Constant):
            yield _Pick("", _fitting(given[0]), "")
    elif name in _LISTING and given:
        yield _Pick(access_path(given[0]), _ANY, "")
    elif isinstance(node.func, ast.Name) and name in ("eval", "exec", "globals"):
        yield _Pick("", _ANY, "")


def _fitting(node: ast.expr) -> str:
    """A pattern for the texts that an expression may give."""
    match node:
        case ast.Constant(value=str() as text):
            return re.escape(text)
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return _fitting(left) + _fitting(right)
        case ast.JoinedStr(values=parts):
            return "".join(map(_fitting, parts))
    return _ANY
