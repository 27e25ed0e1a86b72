"""Functions that files give away as values, and that keep what they are called with."""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Iterator
from functools import cached_property, lru_cache
from typing import TypeGuard

from flake8_nograd.elsewhere import Place
from flake8_nograd.patterns import lazy_pattern
from flake8_nograd.project.function_text import FunctionNode, parsed
from flake8_nograd.project.kept_values import computes, gives_kept, kept_by
from flake8_nograd.project.programs import Programs
from flake8_nograd.project.summary import CallSite
from flake8_nograd.project.symbols import Definition, Symbols
from flake8_nograd.syntax.expressions import nodes_of
from flake8_nograd.vocabulary.escapes import KEEPING_METHODS

_KEEPING = (
    b"(?:%s)" % "|".join(sorted(KEEPING_METHODS | {"put", "put_nowait", "__setitem__"})).encode()
)
# What a function holds that keeps something.
_KEEPS = lazy_pattern(rb"\.%s\b|\bglobal\b|\bnonlocal\b|[.\]][ \t]*\w*[ \t]*=(?!=)" % _KEEPING)
# What every place of the next pattern holds: rare, and found much faster.
_MAY_BE_GIVEN = lazy_pattern(rb"\.%s[ \t]*[,)\]}\n]|lambda\b" % _KEEPING)
# A method that keeps what it gets, or a lambda that runs one, as a value.
_GIVEN_AS_IT_IS = lazy_pattern(
    rb"[(,=\[{:][ \t]*[\w.]+\.%s[ \t]*[,)\]}\n]|\blambda\b[^\n:]+:[^\n]*\.%s\("
    % (_KEEPING, _KEEPING)
)
_VALUE = lazy_pattern(rb"(?:[(,=:\[{][ \t\n]*|\breturn[ \t])((?:\w+\.)*)(\w+)[ \t]*(?=[,)\]}\n])")
_MAY_BE_VALUE = lazy_pattern(rb"\b\w+\b(?=[ \t]*[,)\]}\n])")
_DEF = lazy_pattern(rb"(?m)^([ \t]*)def[ \t]+(\w+)\(\s*((?:self|cls)\b)?")
_BODY = lazy_pattern(
    rb"(?P<indent>[ \t]*)def[^\n]*(?:\n|\Z)(?:(?:(?P=indent)(?:[ \t]+|\))[^\n]*|[ \t]*)(?:\n|\Z))*"
)


class GivenFunctions:
    """Answers for the programs of the file at hand."""

    def __init__(self, symbols: Symbols, programs: Programs) -> None:
        self._symbols = symbols
        self._programs = programs

    @cached_property
    def keeper(self) -> Place | None:
        """Where one is that keeps something."""
        return next(self._keepers(), None)

    def _keepers(self) -> Iterator[Place]:
        files = self._symbols.files
        for path in (files.own.path, *files.occurring(_KEEPS)):
            lines = _keepers_in(files.text(path) or b"")
            if lines and self._programs.may_hold(path):
                yield Place(path, lines[0])

    def may_be_called(self, function: Definition) -> bool:
        """Whether a function calls something that it was given."""
        summary = function.function
        return summary is not None and any(
            not call.passed and self._is_given(call, function) for call in summary.calls
        )

    def _is_given(self, call: CallSite, function: Definition) -> bool:
        """Whether what is called is neither defined under its name nor made in sight."""
        if call.path == call.name:
            summary = function.function
            made = summary.locals.get(call.name, ()) if summary is not None else ()
            is_builtin = hasattr(builtins, call.name)
            is_defined = self._symbols.named(call.path, function.module) is not None
            return not is_builtin and not is_defined and all(map(_is_name, made))
        own, path = function._replace(function=None), call.path.removesuffix(".[]")
        name = path.removeprefix("self.")
        if own.cls is None or path != f"self.{name}" or "." in name:
            return False
        if self._symbols.method(own, name) is not None:
            return False
        return all(_is_name(maker) for maker, _ in self._symbols.makers(own, name))


def _is_name(maker: str) -> bool:
    """Whether a value is none that a call makes."""
    return not maker.endswith("()")


@lru_cache(maxsize=64)
def giving_back(text: bytes, names: frozenset[bytes]) -> list[tuple[int, FunctionNode]]:
    """The functions of some names that give back what they compute, each with its line."""
    found = []
    for hit in _DEF.finditer(text):
        body = _BODY.match(text, hit.start()) if hit[2] in names else None
        node = _parsed(body[0], is_indented=bool(hit[1])) if body is not None else None
        if node is not None and (computes(node) or gives_kept(node)):
            found.append((text.count(b"\n", 0, hit.start()) + 1, node))
    return found


def values_in(text: bytes) -> frozenset[bytes]:
    """The last names of what stands for a value somewhere in a file, and is not called there."""
    return frozenset(name for _, name in _values(text))


@lru_cache(maxsize=8192)
def _values(text: bytes) -> frozenset[tuple[bool, bytes]]:
    """The same names, each with whether it is read from something."""
    return frozenset((bool(owner), name) for owner, name in _VALUE.findall(text))


@lru_cache(maxsize=8192)  # more than the files of most projects, which are asked in turn
def _keepers_in(text: bytes) -> list[int]:
    """The lines of what a file gives away and what keeps something."""
    given = _GIVEN_AS_IT_IS.finditer(text) if _MAY_BE_GIVEN.search(text) else ()
    found = [hit.start() for hit in given]
    for hit in _given_away(text):
        body = _BODY.match(text, hit.start())
        if body is not None and _KEEPS.search(body[0]) is not None:
            node = _parsed(body[0], is_indented=bool(hit[1]))
            if node is not None and _keeps(node):
                found.append(hit.start())
    return [text.count(b"\n", 0, start) + 1 for start in sorted(found)]


def _given_away(text: bytes) -> list[re.Match[bytes]]:
    """The functions and methods whose names also stand for values."""
    names = set(_MAY_BE_VALUE.findall(text))
    defined = [hit for hit in _DEF.finditer(text) if hit[2] in names]
    if not defined:
        return []
    values = _values(text)
    return [hit for hit in defined if (bool(hit[3]), hit[2]) in values]


def _parsed(text: bytes, *, is_indented: bool) -> FunctionNode | None:
    """A function of which only the text is known; None if it means nothing alone."""
    try:
        body = parsed(b"if True:\n" + text if is_indented else text).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    node = body[0].body[0] if isinstance(body[0], ast.If) else body[0]
    return node if isinstance(node, FunctionNode) else None


def _keeps(node: FunctionNode) -> bool:
    """Whether a function that gets something keeps it elsewhere than in what it gets."""
    names = [item.arg for item in (*node.args.args, *filter(None, (node.args.vararg,)))]
    is_method = names[:1] in (["self"], ["cls"])
    given = set(names[is_method:])
    bound = {item.id for item in nodes_of(node) if _is_bound(item)} - _declared(node)
    return bool(given) and any(item.root not in given | bound for item in kept_by(node))


def _is_bound(node: ast.AST) -> TypeGuard[ast.Name]:
    return isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)


def _declared(node: FunctionNode) -> set[str]:
    """Names of a function that belong to another scope."""
    found = (item for item in nodes_of(node) if isinstance(item, ast.Global | ast.Nonlocal))
    return {name for item in found for name in item.names}
