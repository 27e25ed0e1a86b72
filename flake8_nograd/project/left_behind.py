"""What forward passes of a project's models leave behind, and functions that keep what they get."""

from __future__ import annotations

import builtins
import re
from collections.abc import Iterable, Iterator
from functools import cached_property

from flake8_nograd.elsewhere import Place
from flake8_nograd.patterns import lazy_pattern
from flake8_nograd.project.deeds import Deeds
from flake8_nograd.project.given_functions import GivenFunctions
from flake8_nograd.project.kept_values import Kept, filled_by
from flake8_nograd.project.origins import Origins, Spot
from flake8_nograd.project.programs import Programs
from flake8_nograd.project.summary import CallSite
from flake8_nograd.project.symbols import Definition, Outside, Symbol, Symbols
from flake8_nograd.vocabulary import escapes, methods

_DEEPEST = 4
_MOST_NAMESAKES = 3
# What lets other code see forward passes, and the word without which none of it is in a text.
_SEEING = (
    (lazy_pattern(rb"\bregister_(?:module_)?forward(?:_pre)?_hook\b"), "_hook"),
    (lazy_pattern(rb"\.forward\s*=(?!=)"), ".forward"),
    (lazy_pattern(rb"\bTensor\.\w+\s*=(?!=)"), "Tensor."),
    (lazy_pattern(rb"\b_forward(?:_pre)?_hooks\b"), "_hooks"),
    (lazy_pattern(rb"(?m)^[ \t]*torch(?:\.(?!backends|_)\w+)+[ \t]*=(?!=)"), "torch."),
    (lazy_pattern(rb"(?m)^[ \t]*[\w.]*\b(?:F|functional|nn\.\w+)\.\w+[ \t]*=(?!=)"), "torch"),
    (lazy_pattern(rb"setattr\([^\n]*[\"']forward[\"']"), "setattr"),
    (lazy_pattern(rb"\.__call__[ \t]*=(?!=)"), "__call__"),
    (lazy_pattern(rb"(?m)^[ \t]+forward[ \t]*=(?!=)"), "forward"),
    (lazy_pattern(rb"\bparametrize\.\w+|\bparametrizations\b"), "parametriz"),
    (lazy_pattern(rb"\b(?:weight|spectral)_norm\("), "_norm("),
    (lazy_pattern(rb"\bsaved_tensors_hooks\b"), "saved_tensors_hooks"),
    # These compute other values, or make their weights, when nothing is recorded.
    (lazy_pattern(rb"\bTransformerEncoder(?:Layer)?\("), "TransformerEncoder"),
    (lazy_pattern(rb"\bnn\.Lazy[A-Z]\w*\("), "nn.Lazy"),
)
# An attribute or a key of something else than `self` is set.
_FILLS = lazy_pattern(rb"(?m)^[ \t]+(?!self\b)\w+(?:\.\w+|\[[\"']\w+[\"']\])[ \t]*=(?!=)")
_KNOWN_METHODS = (
    escapes.PASSING_METHODS
    | escapes.PLAIN_METHODS
    | escapes.READING_METHODS
    | methods.CUTS
    | methods.KEEPS
)


class LeftBehind:
    """Answers are found once for a file, and only if a fix would be safe."""

    def __init__(
        self, symbols: Symbols, deeds: Deeds, origins: Origins, programs: Programs
    ) -> None:
        self._origins = origins
        self._programs = programs
        self._given = GivenFunctions(symbols, programs)
        self._symbols = symbols
        self._deeds = deeds

    @cached_property
    def place(self) -> Place | None:
        """Where other code sees forward passes, or stands in their place."""
        if self._symbols.files.is_alone():
            return None
        return next(self._hooks(), None)

    @cached_property
    def filled(self) -> frozenset[str]:
        """The attributes that forward passes of other files set of what they are given."""
        files = self._symbols.files
        found: set[str] = set()
        for path in [] if files.is_alone() else files.occurring(_FILLS):
            module = files.summary(path) if self._programs.may_hold(path) else None
            for cls in module.classes.values() if module is not None else ():
                node = cls.methods.node("forward")
                found.update(filled_by(node) if node is not None else ())
        return frozenset(found)

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

    def left_by(self, function: Definition) -> bool:
        """Whether a function, or what it calls, keeps something, sees recording or trains."""
        trains = any(
            item.function and item.function.differentiates for item in self._run_by([function])
        )
        return trains or next(self._left_by([function]), None) is not None

    def of_methods(self, name: str, *, of_models: bool = False) -> bool:
        """Whether a method of this name of any class, or of what may be a model, does so."""
        files = self._symbols.files
        if not files.has_method(name) or files.is_alone():
            return False
        return any(
            self._is_elsewhere(item)
            and self._programs.may_hold(item.module.path)
            and not (of_models and self._deeds.is_module(item._replace(function=None)) is False)
            and self.left_by(item)
            for item in self._deeds.definitions(name)
        )

    def _is_elsewhere(self, item: Definition) -> bool:
        return item.module.path != self._symbols.files.own.path

    def _hooks(self) -> Iterator[Place]:
        files = self._symbols.files
        for pattern, word in _SEEING:
            for path, lines in files.found(pattern, word):
                if self._programs.may_hold(path):
                    yield Place(path, lines[0])

    def _left_by(self, entered: Iterable[Symbol]) -> Iterator[Place]:
        """What functions, and all that they call, keep for others or see of recording."""
        for item in self._run_by(entered):
            assert item.function is not None
            functions = item.cls.methods if item.cls is not None else item.module.functions
            name = item.function.name
            for kept in functions.kept(name):
                if kept.is_filling and name == "forward":
                    continue  # whoever gives the argument is asked about it
                if item.cls is None or self._is_read(kept):
                    yield Place(item.module.path, kept.line)
            line = functions.looks_at_recording(name)
            if line:
                yield Place(item.module.path, line)
            if self._given.may_be_called(item) and self._given.keeper is not None:
                yield self._given.keeper

    def _run_by(self, entered: Iterable[Symbol]) -> Iterator[Definition]:
        """Functions, and the methods and functions that their bodies call."""
        todo = list(entered)
        seen = set()
        for item in todo:
            if not isinstance(item, Definition) or item.function is None or item.key in seen:
                continue
            seen.add(item.key)
            yield item
            managers = (self._symbols.named(path, item.module) for path in item.function.managed_by)
            todo += (found for found in managers if isinstance(found, Definition))
            for call in item.function.calls:
                todo += self._called_by(item, call)

    def _called_by(self, item: Definition, call: CallSite) -> Iterator[Symbol]:
        """What a call in a function runs, as far as its name or what it is called on tells."""
        found: Symbol
        if item.cls is not None and call.path == f"self.{call.name}":
            found = self._symbols.method(item._replace(function=None), call.name)
        else:
            found = self._symbols.named(call.path, item.module)
        if found is None and call.name == "apply":
            cls = self._symbols.named(call.path.removesuffix(".apply"), item.module)
            if isinstance(cls, Definition) and cls.function is None:
                found = self._symbols.method(cls, "forward")
        if isinstance(found, Outside):
            path = next(self._symbols.files.behind(found.dotted, item.module.path), None)
            found = None if path is not None else found
        if found is None and "." in call.path:
            yield from self._methods_of_object(item, call)
        yield found

    def _methods_of_object(self, item: Definition, call: CallSite) -> Iterator[Symbol]:
        """The methods that a call runs on something of which the class, or the name, is known."""
        receiver = call.path.rpartition(".")[0]
        if receiver in ("self", "super") or item.function is None:
            return
        for owner in self._origins.of(receiver, Spot(item.module, item.cls, item.function)):
            if isinstance(owner, Definition):
                yield self._symbols.method(owner._replace(function=None), call.name)
            elif owner is None and call.name not in _KNOWN_METHODS and call.name != "forward":
                yield from self._named_so(call.name)

    def _named_so(self, name: str) -> list[Definition]:
        """The methods of a name, if they are few."""
        if not self._symbols.files.has_method(name):
            return []
        found = list(self._deeds.definitions(name))
        return found if len(found) <= _MOST_NAMESAKES else []

    def _is_read(self, kept: Kept) -> bool:
        """Whether any file reads an attribute of this name, or speaks of it in a text."""
        name = re.escape(kept.name.encode())
        pattern = re.compile(rb"\b%s\b(?!\s*=[^=])" % name)
        return self._symbols.files.is_held(pattern, kept.name)
