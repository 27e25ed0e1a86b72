"""What functions, methods and classes of the project do, as far as a caller is concerned."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from flake8_nograd.elsewhere import Deed
from flake8_nograd.project.origins import Origins, Spot
from flake8_nograd.project.summary import CallSite, FunctionSummary
from flake8_nograd.project.symbols import Definition, Outside, Symbols
from flake8_nograd.vocabulary import methods
from flake8_nograd.vocabulary.effect import Effect
from flake8_nograd.vocabulary.frameworks import (
    FRAMEWORKS,
    is_function_base,
    is_module_base,
    is_plain_base,
)
from flake8_nograd.vocabulary.grad_modes import GUARDS, GradMode
from flake8_nograd.vocabulary.lookup import Vocabulary
from flake8_nograd.vocabulary.words import names_a_model, names_something_else

_DEEPEST = 5
_MOST_DEFINITIONS = 40
_GIVING_UP = frozenset(("NotImplementedError", "raise_not_implemented"))


class Deeds:
    """Judges by the calls in a body; what calls itself in a circle adds nothing."""

    def __init__(self, symbols: Symbols, origins: Origins, vocabulary: Vocabulary) -> None:
        self._symbols = symbols
        self._origins = origins
        self._vocabulary = vocabulary
        self._known: dict[tuple[tuple[str, str, str], int], Deed | None] = {}
        self._modules: dict[tuple[str, str, str], bool | None] = {}

    def is_module(self, cls: Definition) -> bool | None:
        """Whether a class is an nn.Module; None if a base outside the project leaves it open."""
        if cls.key not in self._modules:
            bases = self._symbols.outside_bases(cls)
            if any(map(is_function_base, bases)):
                self._modules[cls.key] = False
            elif any(map(is_module_base, bases)):
                self._modules[cls.key] = True
            elif all(map(is_plain_base, bases)) or self._is_called_its_own_way(cls):
                self._modules[cls.key] = False
            else:
                self._modules[cls.key] = None
        return self._modules[cls.key]

    def _is_called_its_own_way(self, cls: Definition) -> bool:
        """Whether a class says what calling an object does, which a module leaves to forward."""
        method = self._symbols.method
        return method(cls, "forward") is None and method(cls, "__call__") is not None

    def guard(self, definition: Definition) -> GradMode | None:
        """The mode in which a context manager or decorator of the project runs what it gets."""
        function = definition.function
        if function is None:
            entering = self._symbols.method(definition, "__enter__")
            if entering is None or entering.function is None:
                return None
            switching = any(map(_is_guarding, entering.function.calls))
            return GradMode.MAYBE if switching else None
        if function.yields is not None and function.yields is not GradMode.INHERITED:
            return function.yields
        spot = Spot(definition.module, definition.cls, function)
        for made in function.returns:
            symbol = self._symbols.named(made.removesuffix("()"), spot.module)
            if isinstance(symbol, Outside) and symbol.dotted in GUARDS:
                return GUARDS[symbol.dotted]
        if any(call.grad.is_off for call in function.calls):
            return GradMode.MAYBE
        for manager in (m for call in function.calls for m in call.managers):
            symbol = self._symbols.named(manager, definition.module)
            if isinstance(symbol, Definition) and symbol.key != definition.key:
                mode = self.guard(symbol) if symbol.function is not None else None
                if mode is not None:
                    return mode
        return GradMode.MAYBE if any(map(_is_guarding, function.calls)) else None

    def mode_of(self, spot: Spot, call: CallSite) -> GradMode:
        """The mode in which a call runs, as far as its own function tells."""
        if call.grad is not GradMode.INHERITED:
            return GradMode.ON if call.grad is GradMode.LIFTED else call.grad
        mode = self._managed(call.managers, spot)
        return mode if mode is not None else self.mode_in(spot)

    def mode_in(self, spot: Spot) -> GradMode:
        """The mode that decorators and frameworks give to all of a function."""
        if spot.function.grad is not GradMode.INHERITED:
            return spot.function.grad
        mode = self._managed(spot.function.managed_by, spot)
        if mode is not None:
            return mode
        return GradMode.OFF if self._is_run_guarded(spot) else GradMode.INHERITED

    def _managed(self, managers: Iterable[str], spot: Spot) -> GradMode | None:
        for path in managers:
            symbol = self._symbols.named(path, spot.module)
            if symbol is None and path.startswith("self.") and spot.cls is not None:
                own = Definition(spot.module, spot.cls, None)
                symbol = self._symbols.method(own, path.removeprefix("self."))
            mode = self.guard(symbol) if isinstance(symbol, Definition) else None
            if isinstance(symbol, Outside):
                mode = GUARDS.get(symbol.dotted)
            if mode is not None:
                return mode
        return None

    def _is_run_guarded(self, spot: Spot) -> bool:
        """Whether a framework runs a method under its guard, by the bases of its class."""
        if spot.cls is None:
            return False
        cls = Definition(spot.module, spot.cls, None)
        names = {item.rpartition(".")[2] for item in self._symbols.outside_bases(cls)}
        names |= {item.cls.name for item in self._symbols.ancestors(cls) if item.cls is not None}
        return any(
            framework.guarded.fullmatch(spot.function.name)
            and any(map(framework.bases.fullmatch, names))
            for framework in FRAMEWORKS
        )

    def of(self, definition: Definition, depth: int = _DEEPEST) -> Deed | None:
        """What running a function or method does; None if that cannot be told."""
        if definition.function is None or not depth:
            return None
        key = definition.key, depth
        if key not in self._known:
            self._known[key] = self._find(definition, definition.function, depth)
        return self._known[key]

    def _find(self, definition: Definition, function: FunctionSummary, depth: int) -> Deed | None:
        spot = Spot(definition.module, definition.cls, function)
        if function.grad.switches_off or self._managed(function.managed_by, spot) is not None:
            return Deed.GUARDED
        if function.differentiates:
            return Deed.TRAINS
        if _is_abstract(function.calls):
            return None
        guarded = unknown = False
        for call in function.calls:
            if call.passed:
                continue
            deed = self._of_call(spot, call, depth)
            if deed in (Deed.TRAINS, Deed.PASS):
                off = self.mode_of(spot, call).switches_off
                if not off:
                    return deed
                guarded = True
            guarded = guarded or deed is Deed.GUARDED
            unknown = unknown or (deed is None and self._may_be_a_pass(spot, call))
        if guarded:
            return Deed.GUARDED
        return None if unknown else Deed.PLAIN

    def _may_be_a_pass(self, spot: Spot, call: CallSite) -> bool:
        """Whether a call of which nothing is known may run a layer: one of a loop, or of self."""
        receiver, _, name = call.path.rpartition(".")
        if receiver == "self":
            return not names_something_else(name)
        if receiver or self._symbols.named(call.path, spot.module) is not None:
            return False
        return name in spot.function.parameters or name in spot.function.locals

    def _of_call(self, spot: Spot, call: CallSite, depth: int) -> Deed | None:
        """What one call does in a function."""
        receiver, _, name = call.path.rpartition(".")
        symbol = self._symbols.named(call.path, spot.module)
        if isinstance(symbol, Definition) and symbol.function is not None:
            return self.of(symbol, depth - 1)
        if symbol is not None:
            return None
        if receiver and receiver not in ("self", "cls"):
            if methods.is_hidden_forward(name) and names_a_model(receiver.rpartition(".")[2]):
                return self._of_method(receiver, name, spot, depth) or Deed.PASS
            if not names_a_model(name):
                return None
        if receiver and spot.cls is not None:
            own = self._symbols.method(Definition(spot.module, spot.cls, None), name)
            if own is not None and receiver == "self" and not _is_property(own):
                return self.of(own, depth - 1)
        return self._of_value(call.path, name, spot, depth)

    def _of_method(self, receiver: str, name: str, spot: Spot, depth: int) -> Deed | None:
        for origin in self._origins.of(receiver, spot):
            if isinstance(origin, Outside):
                return self._of_library_method(origin, name)
            found = self._symbols.method(origin, name) if origin is not None else None
            if found is not None:
                return self.of(found, depth - 1)
        return None

    def _of_library_method(self, maker: Outside, name: str) -> Deed | None:
        """What a method does of what a library makes."""
        effect = self._vocabulary.effect(maker.dotted)
        guards = self._vocabulary.guards_method(maker.dotted, name)
        if guards or effect is Effect.GUARDED:
            return Deed.GUARDED
        return Deed.PLAIN if effect in (Effect.OBJECT, Effect.FOREIGN) else None

    def _of_value(self, path: str, name: str, spot: Spot, depth: int) -> Deed | None:
        """What calling a value does: one that is a model runs a forward pass."""
        for origin in self._origins.of(path, spot):
            if isinstance(origin, Definition) and origin.cls is not None:
                forward = self._symbols.method(origin, "forward")
                if forward is not None and self.is_module(origin):
                    deed = self.of(forward, depth - 1)
                    return deed if deed in (Deed.GUARDED, Deed.TRAINS) else Deed.PASS
                return None
            if isinstance(origin, Outside):
                is_module = self._vocabulary.effect(origin.dotted) is Effect.MODULE
                return Deed.PASS if is_module else None
        return Deed.PASS if names_a_model(name) else None

    def trains(self, spot: Spot) -> bool:
        """Whether a function differentiates, or calls one that does."""
        return spot.function.differentiates or any(
            self._of_call(spot, call, _DEEPEST) is Deed.TRAINS for call in spot.function.calls
        )

    def of_access(self, path: str, spot: Spot) -> Deed | None:
        """What a call in a function does, where the class of another file is known that tells it.

        Calling what a property gives is calling a value.
        """
        receiver, _, name = path.rpartition(".")
        for origin in self._origins.of(receiver, spot):
            if isinstance(origin, Definition) and origin.module is not spot.module:
                method = self._symbols.method(origin, name)
                is_run = method is not None and not _is_property(method)
                if method is not None and is_run:
                    cls = origin._replace(function=None)
                    return self.of(method) or self.of_implementations(name, cls) or Deed.METHOD
                if self._is_frozen_part(name, origin):
                    return Deed.PLAIN
        for origin in self._origins.of(path, spot):
            if isinstance(origin, Definition) and origin.module is not spot.module:
                return self._of_value(path, name, spot, _DEEPEST)
        return None

    def classes_run(self, path: str, spot: Spot) -> list[Definition]:
        """The modules of the project that an access may yield; none if there may be others."""
        origins = self._origins.of(path, spot)
        known = [item for item in origins if isinstance(item, Definition) and self.is_module(item)]
        return known if len(known) == len(origins) else []

    def _is_frozen_part(self, name: str, cls: Definition) -> bool:
        """Whether a constructor freezes what its object keeps under a name."""
        made = self._symbols.method(cls._replace(function=None), "__init__")
        function = made.function if made is not None else None
        return function is not None and f"self.{name}" in function.frozen_by_default

    def runs_any_model(self, path: str, spot: Spot, depth: int = _DEEPEST) -> bool:
        """Whether what an access yields is a module that hands on to one of which nothing is known.

        Such a module may do whatever any model of the project does.
        """
        for origin in self._origins.of(path, spot) if depth > 0 else ():
            if not (isinstance(origin, Definition) and origin.cls is not None):
                continue
            forward = self._symbols.method(origin, "forward")
            if forward is not None and self.is_module(origin) and self._hands_on(forward, depth):
                return True
        return False

    def _hands_on(self, method: Definition, depth: int) -> bool:
        """Whether a method calls an attribute that may be any model, itself or further on."""
        assert method.function is not None
        spot = Spot(method.module, method.cls, method.function)
        own = method._replace(function=None)
        for call in method.function.calls:
            receiver, _, name = call.path.rpartition(".")
            if call.passed or not call.path.startswith("self."):
                continue
            inner = self._symbols.method(own, name) if receiver == "self" else None
            if inner is not None and depth > 0 and not _is_property(inner):
                if inner.key != method.key and self._hands_on(inner, depth - 1):
                    return True
            elif self._is_any_model(call.path, spot) or self.runs_any_model(
                call.path, spot, depth - 1
            ):
                return True
        return False

    def _is_any_model(self, path: str, spot: Spot) -> bool:
        """Whether an attribute that is named like a model may hold any."""
        name = path.replace(".[]", "").rpartition(".")[2]
        return names_a_model(name) and not any(
            isinstance(origin, Definition) for origin in self._origins.of(path, spot)
        )

    def of_implementations(self, name: str, of: Definition | None) -> Deed | None:
        """What the methods of a name do, in all classes or in those related to one."""
        deeds = set()
        for definition in self.definitions(name):
            cls = definition._replace(function=None)
            if of is None or self._symbols.are_related(cls, of):
                deeds.add(self.of(definition))
        for deed in (Deed.GUARDED, Deed.TRAINS):
            if deed in deeds:
                return deed
        deeds.discard(None)
        return deeds.pop() if len(deeds) == 1 else None

    def is_method(self, name: str) -> bool:
        """Whether a class of the project has a method of a name."""
        return next(self.definitions(name), None) is not None

    def definitions(self, name: str) -> Iterator[Definition]:
        """The methods of a name in all classes of the project, tests left out."""
        found = self._symbols.files.defining(name, _MOST_DEFINITIONS)
        for module, lines in found:
            for cls, function in module.around(lines):
                definition = Definition(module, cls, function)
                if cls is not None and function.name == name and not _is_property(definition):
                    yield definition


def _is_property(definition: Definition) -> bool:
    return definition.function is not None and definition.function.is_property


def _is_guarding(call: CallSite) -> bool:
    """Whether a call makes a guard of torch, or switches the mode."""
    return call.name in ("no_grad", "inference_mode", "set_grad_enabled", "_set_grad_enabled")


def _is_abstract(calls: Iterable[CallSite]) -> bool:
    """Whether a body has nothing to judge by."""
    return all(call.path in _GIVING_UP for call in calls)
