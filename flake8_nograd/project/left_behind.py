"""What forward passes of a project's models leave behind, and functions that keep what they get."""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Iterator
from functools import cached_property, lru_cache

from flake8_nograd.elsewhere import Place
from flake8_nograd.project.deeds import Deeds
from flake8_nograd.project.function_text import parsed
from flake8_nograd.project.kept_values import Kept, kept_by
from flake8_nograd.project.summary import ClassSummary, ModuleSummary
from flake8_nograd.project.symbols import Definition, Symbol, Symbols
from flake8_nograd.syntax.expressions import nodes_of
from flake8_nograd.vocabulary import escapes, methods

_DEEPEST = 4
# What lets other code see forward passes, and the word without which none of it is in a text.
_SEEING = (
    (re.compile(rb"\bregister_(?:module_)?forward(?:_pre)?_hook\b"), "_hook"),
    (re.compile(rb"\.forward\s*=(?!=)"), ".forward"),
    (re.compile(rb"setattr\([^\n]*[\"']forward[\"']"), "setattr"),
)
_SHOWS = re.compile(rb"is_grad_enabled|is_inference_mode_enabled|requires_grad|grad_fn|is_leaf")
_FORWARD = re.compile(rb"(?m)^[ \t]+def[ \t]+forward\b")
_MAY_KEEP = re.compile(
    rb"(?m)\bself\.[\w.]+[^\n=(]*(?:[-+*/|]?=(?!=)|: )"
    rb"|\b\w+\.(?:append|add|update|extend|insert)\(|^[ \t]+(?!super\b|print\b)\w+\("
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
        for pattern, word in _SEEING:
            for path, lines in files.found(pattern, word):
                if files.concerns(path) and _keeps_in_a_hook(files.text(path) or b""):
                    yield Place(path, lines[0])

    def _states(self) -> Iterator[Place]:
        files = self._symbols.files
        for path, _ in files.found(_FORWARD, "forward"):
            text = files.text(path) or b""
            if not files.concerns(path) or not (_may_keep(text) or _SHOWS.search(text)):
                continue
            module = files.summary(path)
            for cls in module.classes.values() if module is not None else ():
                yield from self._of_forward(module, cls) if module is not None else ()

    def _of_forward(self, module: ModuleSummary, cls: ClassSummary) -> Iterator[Place]:
        """What the forward of a class, and what runs in it, keep for others or see of recording."""
        own = Definition(module, cls, None)
        if "forward" not in cls.methods or self._deeds.is_module(own) is False:
            return
        for item in self._run_by(own):
            assert item.function is not None
            functions = item.cls.methods if item.cls is not None else item.module.functions
            name = item.function.name
            for kept in functions.kept(name):
                if item.cls is None or self._is_read(kept):
                    yield Place(item.module.path, kept.line)
            line = functions.looks_at_recording(name)
            if line:
                yield Place(item.module.path, line)

    def _run_by(self, own: Definition) -> Iterator[Definition]:
        """The forward of a class, and the methods and functions that its body calls."""
        todo: list[Symbol] = [self._symbols.method(own, "forward")]
        seen = set()
        for item in todo:
            if not isinstance(item, Definition) or item.function is None or item.key in seen:
                continue
            seen.add(item.key)
            yield item
            todo += (
                self._symbols.method(own, call.name)
                if call.path == f"self.{call.name}"
                else self._symbols.named(call.path, item.module)
                for call in item.function.calls
            )

    def _is_read(self, kept: Kept) -> bool:
        """Whether any file reads an attribute of this name, or speaks of it in a text."""
        name = re.escape(kept.name.encode())
        pattern = re.compile(rb"\b%s\b(?!\s*=[^=])" % name)
        return self._symbols.files.is_held(pattern, kept.name)


def _may_keep(text: bytes) -> bool:
    """Whether a text sets attributes, adds to containers or calls functions, in no constructor."""
    functions = text.split(b"def ")[1:]
    return any(
        not item.lstrip().startswith(b"__init__") and _MAY_KEEP.search(item) for item in functions
    )


@lru_cache(maxsize=64)
def _keeps_in_a_hook(text: bytes) -> bool:
    """Whether any function of a file keeps something; hooks may be defined wherever they like."""
    try:
        tree = parsed(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return True
    functions = (
        node
        for node in nodes_of(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
    )
    return any(next(kept_by(node), None) for node in functions)
