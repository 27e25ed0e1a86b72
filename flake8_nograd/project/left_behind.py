"""What forward passes of a project's models leave behind, and functions that keep what they get."""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Iterator
from functools import cached_property, lru_cache

from flake8_nograd.elsewhere import Place
from flake8_nograd.project.deeds import Deeds
from flake8_nograd.project.kept_values import Kept, kept_by
from flake8_nograd.project.summary import ClassSummary, ModuleSummary
from flake8_nograd.project.symbols import Definition, Symbols
from flake8_nograd.vocabulary import escapes, methods

_DEEPEST = 4
_HOOKED = re.compile(rb"\bregister_(?:module_)?forward(?:_pre)?_hook\b")
_FORWARD = re.compile(rb"(?m)^[ \t]+def[ \t]+forward\b")
_MAY_KEEP = re.compile(
    rb"\bself\.[\w.]+[^\n=(]*(?:[-+*/|]?=(?!=)|: )|\b\w+\.(?:append|add|update|extend|insert)\("
)
_KNOWN_METHODS = escapes.PASSING_METHODS | escapes.PLAIN_METHODS | methods.CUTS | methods.KEEPS


class LeftBehind:
    """Answers are found once for a file, and only if a fix would be safe."""

    def __init__(self, symbols: Symbols, deeds: Deeds) -> None:
        self._symbols = symbols
        self._deeds = deeds

    @cached_property
    def place(self) -> Place | None:
        """Where a model of the project, or a hook on it, keeps what may have a graph."""
        if self._symbols.files.is_alone():
            return None
        return next(self._hooks(), None) or next(self._states(), None)

    def keeps(self, function: Definition, depth: int = _DEEPEST) -> bool:
        """Whether a function may keep what it is given; what cannot be told counts as yes."""
        summary = function.function
        if summary is None or not depth:
            return True
        owner = function.cls.methods if function.cls is not None else function.module.functions
        if owner.kept(summary.name):
            return True
        for call in summary.calls:
            symbol = self._symbols.named(call.path, function.module)
            if isinstance(symbol, Definition):
                if symbol.key != function.key and self.keeps(symbol, depth - 1):
                    return True
            elif symbol is None and not (
                call.name in _KNOWN_METHODS
                or ("." not in call.path and hasattr(builtins, call.name))
            ):
                return True
        return False

    def _hooks(self) -> Iterator[Place]:
        files = self._symbols.files
        for path, lines in files.found(_HOOKED, "forward"):
            if files.concerns(path) and _keeps_in_a_hook(files.text(path) or b""):
                yield Place(path, lines[0])

    def _states(self) -> Iterator[Place]:
        files = self._symbols.files
        for path, _ in files.found(_FORWARD, "forward"):
            if not _may_keep(files.text(path) or b"") or not files.concerns(path):
                continue
            module = files.summary(path)
            for cls in module.classes.values() if module is not None else ():
                yield from self._kept_by_forward(module, cls) if module is not None else ()

    def _kept_by_forward(self, module: ModuleSummary, cls: ClassSummary) -> Iterator[Place]:
        """What the forward of a class, and its own methods that run in it, keep for others."""
        own = Definition(module, cls, None)
        if "forward" not in cls.methods or self._deeds.is_module(own) is False:
            return
        todo = [self._symbols.method(own, "forward")]
        seen = set()
        for method in todo:
            if method is None or method.function is None or method.key in seen or not method.cls:
                continue
            seen.add(method.key)
            for kept in method.cls.methods.kept(method.function.name):
                if self._is_read(kept):
                    yield Place(method.module.path, kept.line)
            todo += (
                self._symbols.method(own, call.name)
                for call in method.function.calls
                if call.path == f"self.{call.name}"
            )

    def _is_read(self, kept: Kept) -> bool:
        """Whether any file reads an attribute of this name, or speaks of it in a text."""
        name = re.escape(kept.name.encode())
        pattern = re.compile(rb"\b%s\b(?!\s*=[^=])" % name)
        return self._symbols.files.is_held(pattern, kept.name)


def _may_keep(text: bytes) -> bool:
    """Whether a text sets attributes, or adds to containers, outside of constructors."""
    functions = text.split(b"def ")[1:]
    return any(
        not item.lstrip().startswith(b"__init__") and _MAY_KEEP.search(item) for item in functions
    )


@lru_cache(maxsize=64)
def _keeps_in_a_hook(text: bytes) -> bool:
    """Whether any function of a file keeps something; hooks may be defined wherever they like."""
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return True
    functions = (
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
    )
    return any(next(kept_by(node), None) for node in functions)
