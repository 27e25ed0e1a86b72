"""What may hold for a model of the project of which nobody knows the class."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property

from flake8_nograd.patterns import lazy_pattern
from flake8_nograd.project.callers import CallerSearch
from flake8_nograd.project.deeds import Deeds
from flake8_nograd.project.origins import Spot
from flake8_nograd.project.summary import CallSite, FunctionSummary
from flake8_nograd.project.symbols import Definition, Outside, Symbols
from flake8_nograd.vocabulary.grad_modes import GradMode
from flake8_nograd.vocabulary.words import names_another_class, serves_training

_MOST_FILES = 40
_GRADIENT = "torch.autograd.grad"
_FREEZING = lazy_pattern(rb"requires_grad_?\b\s*(?:=|\()\s*False")
_TAKING_GRADIENTS = lazy_pattern(rb"\bgrad\s*\(")
_WRITES_ALL = frozenset(("pickle.dump", "dill.dump", "cloudpickle.dump", "joblib.dump"))


class Habits:
    """Answers are found once for a file, and only if somebody asks."""

    def __init__(self, symbols: Symbols, deeds: Deeds, callers: CallerSearch) -> None:
        self._symbols = symbols
        self._deeds = deeds
        self._callers = callers

    @cached_property
    def differentiates_inside(self) -> bool:
        """Whether the forward pass of some module asks for gradients, as those of forces do.

        One that switches recording on for them works under every guard.
        """
        return next(self._differentiating(), None) is not None

    def may_differentiate(self, classes: Iterable[Definition]) -> bool:
        """Whether a model that is of one of these classes, or of an heir of it, may do so."""
        return any(
            self._symbols.are_related(cls, forward._replace(function=None))
            for forward in self._all_differentiating
            for cls in classes
        )

    @cached_property
    def _all_differentiating(self) -> list[Definition]:
        return list(self._differentiating())

    def _differentiating(self) -> Iterator[Definition]:
        """The forwards that ask for gradients, themselves or in what they run."""
        for function in self._functions(_TAKING_GRADIENTS, "autograd", self._takes_gradients):
            yield from filter(self._is_forward, self._runners_of(function))

    @cached_property
    def saves_frozen(self) -> bool:
        """Whether a function writes whole models that it has frozen before."""
        return any(self._functions(_FREEZING, "requires_grad", self._writes_frozen))

    @cached_property
    def thaws_to_train(self) -> bool:
        """Whether the file at hand enters objects that freeze what they hold when they are left."""
        if not self._may_freeze_on_exit():
            return False
        found = self._functions(_FREEZING, "requires_grad", _freezes_on_exit)
        managers = {item.cls.name for item in found if item.cls is not None}
        return any(map(self._is_entered, managers))

    def _may_freeze_on_exit(self) -> bool:
        """Whether a text that freezes something defines a manager; no file is parsed."""
        files = self._symbols.files
        paths = [files.own.path, *(path for path, _ in files.found(_FREEZING, "requires_grad"))]
        return any(b"__exit__" in (files.text(path) or b"") for path in paths)

    def _is_entered(self, manager: str) -> bool:
        files = self._symbols.files
        entering = re.compile(rb"(?m)^[ \t]*with\b[^\n]*\b%s\(" % re.escape(manager.encode()))
        return entering.search(files.text(files.own.path) or b"") is not None

    def _functions(
        self,
        pattern: re.Pattern[bytes],
        word: str,
        does: Callable[[Spot], bool],
    ) -> Iterator[Definition]:
        """The functions near the hits of a search that do something."""
        found = self._symbols.files.holding(pattern, word, _MOST_FILES)
        for module, lines in found:
            if not self._symbols.files.concerns(module.path):
                continue
            for cls, function in module.around(lines):
                spot = Spot(module, cls, function)
                if does(spot):
                    yield spot.definition

    def _takes_gradients(self, spot: Spot) -> bool:
        if any(call.grad in (GradMode.ON, GradMode.LIFTED) for call in spot.function.calls):
            return False
        return any(
            call.name == "grad"
            and self._symbols.named(call.path, spot.module) == Outside(_GRADIENT)
            for call in spot.function.calls
        )

    def _runners_of(self, function: Definition) -> Iterable[Definition]:
        return self._callers.up_from(function, lambda site: site.call.grad is GradMode.INHERITED)

    def _is_forward(self, item: Definition) -> bool:
        """Whether something is the forward of a model; that of a loss serves training."""
        if item.cls is None or item.function is None or item.function.name != "forward":
            return False
        is_module = self._deeds.is_module(item._replace(function=None))
        if is_module is None:
            return not names_another_class(item.cls.name)
        return is_module and not serves_training(item.cls.name)

    def _writes_frozen(self, spot: Spot) -> bool:
        frozen = {freeze.what for freeze in spot.function.freezes if freeze.to is False}
        return any(self._writes(call, spot, frozen) for call in spot.function.calls)

    def _writes(self, call: CallSite, spot: Spot, frozen: set[str]) -> bool:
        if call.name not in ("dump", "save"):
            return False
        symbol = self._symbols.named(call.path, spot.module)
        if not isinstance(symbol, Outside):
            return False
        if symbol.dotted == "torch.save":
            return call.argument in frozen
        return symbol.dotted in _WRITES_ALL and _freezes(spot.function)


def _freezes_on_exit(spot: Spot) -> bool:
    return spot.function.name == "__exit__" and _freezes(spot.function)


def _freezes(function: FunctionSummary) -> bool:
    """Whether a function freezes anything, named or not."""
    return any(freeze.to is False for freeze in function.freezes) or any(
        call.name == "requires_grad_" for call in function.calls
    )
