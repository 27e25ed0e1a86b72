"""The effect of calling a name of the project, in the words of the vocabulary."""

from __future__ import annotations

from flake8_nograd.elsewhere import Deed
from flake8_nograd.project.deeds import Deeds
from flake8_nograd.project.origins import MAKERS, Origins, Spot
from flake8_nograd.project.summary import FunctionSummary
from flake8_nograd.project.symbols import Definition, Outside, Symbol, Symbols
from flake8_nograd.vocabulary.effect import Effect
from flake8_nograd.vocabulary.frameworks import is_bare_module, is_plain_base
from flake8_nograd.vocabulary.layers import LEAF_MAKERS, PARAMETERLESS
from flake8_nograd.vocabulary.lookup import Vocabulary
from flake8_nograd.vocabulary.other_frameworks import OTHER_FRAMEWORKS
from flake8_nograd.vocabulary.words import names_a_model, names_another_class, words

_HARMLESS = frozenset(
    (Effect.OBJECT, Effect.OPTIMIZER, Effect.NUMBERS, Effect.FOREIGN, Effect.TENSOR, Effect.LAYER)
)
_MODULE_WORDS = frozenset("layer layers block blocks module modules norm proj embed fn act".split())
_MODEL_LIKE = frozenset((Effect.MODULE, Effect.LIKELY_MODULE, Effect.GUARDED, Effect.LAYER))


class Effects:
    """Tells effects of classes and functions; None where nothing is known."""

    def __init__(
        self, symbols: Symbols, origins: Origins, deeds: Deeds, vocabulary: Vocabulary
    ) -> None:
        self._symbols = symbols
        self._origins = origins
        self._deeds = deeds
        self._vocabulary = vocabulary
        self._parameters: dict[tuple[str, str, str], bool] = {}

    def of(self, definition: Definition) -> Effect | None:
        """What calling a definition does."""
        if definition.function is None:
            return self.of_class(definition)
        function = definition.function
        if definition.cls is not None and function.name in MAKERS:
            return self.of_class(definition._replace(function=None))
        effect = self._of_results(definition)
        if effect is not None:
            return effect
        if function.differentiated and function.differentiates:
            return Effect.TRAINS
        return Effect.NUMBERS if function.grad.is_off and definition.cls is None else None

    def of_class(self, cls: Definition) -> Effect | None:
        """What making an object of a class gives."""
        is_module = self._deeds.is_module(cls)
        if not is_module:
            if any(map(_is_of_another_framework, self._symbols.outside_bases(cls))):
                return Effect.FOREIGN
            return Effect.OBJECT if is_module is False else None
        assert cls.cls is not None
        for name in ("forward", "__call__"):
            method = self._symbols.method(cls, name)
            if method is None or method.function is None:
                continue
            deed = self._deeds.of(method)
            if deed in (Deed.GUARDED, Deed.TRAINS) or _guards_a_branch(method.function):
                return Effect.GUARDED
        if names_another_class(cls.cls.name):
            return Effect.OBJECT
        return Effect.MODULE if self.may_have_parameters(cls) else Effect.LAYER

    def _of_results(self, definition: Definition) -> Effect | None:
        """The effect of a factory: that of what it returns."""
        assert definition.function is not None
        symbols = self._origins.made_by(definition)
        effects = {self._of_made(symbol) for symbol in symbols if symbol is not None}
        models = effects & _MODEL_LIKE
        if not models:
            objects = effects == {Effect.OBJECT} and None not in symbols
            return Effect.OBJECT if objects else None
        if Effect.GUARDED in models or _freezes_what_it_returns(definition.function):
            return Effect.GUARDED
        if None in symbols and Effect.MODULE in models:
            return Effect.LIKELY_MODULE
        return max(models, key=(Effect.LAYER, Effect.LIKELY_MODULE, Effect.MODULE).index)

    def _of_made(self, symbol: Symbol) -> Effect | None:
        if isinstance(symbol, Outside):
            return self._vocabulary.effect(symbol.dotted)
        return self.of_class(symbol._replace(function=None)) if symbol and symbol.cls else None

    def may_have_parameters(self, cls: Definition) -> bool:
        """Whether a module may have something to train; unknown counts as yes."""
        if cls.key not in self._parameters:
            self._parameters[cls.key] = False  # what is made of itself adds nothing
            self._parameters[cls.key] = self._find_parameters(cls)
        return self._parameters[cls.key]

    def _find_parameters(self, cls: Definition) -> bool:
        if self._freezes_itself(cls):
            return False
        outside = self._symbols.outside_bases(cls)
        if not all(is_plain_base(base) or is_bare_module(base) for base in outside):
            return True
        if self._symbols.method(cls, "forward") is None:
            return True
        for item in (cls, *self._symbols.ancestors(cls)):
            assert item.cls is not None
            if item.cls.registers:
                return True
            for method in item.cls.methods.values():
                spot = Spot(item.module, item.cls, method)
                frozen = set(method.frozen_by_default)
                for path, made in method.locals.items():
                    is_own = path.startswith("self.") and path not in frozen
                    if is_own and any(self._may_hold(m, spot) for m in made):
                        return True
        return False

    def _freezes_itself(self, cls: Definition) -> bool:
        """Whether the constructor freezes all of the object, itself or through a method."""
        constructor = self._symbols.method(cls, "__init__")
        made = constructor.function if constructor is not None else None
        if made is None:
            return False
        run = (
            self._symbols.method(cls, call.name)
            for call in made.calls
            if call.path == f"self.{call.name}" and made.holds_by_default(call.when)
        )
        methods = [method.function for method in run if method is not None]
        functions = [made, *(item for item in methods if item is not None)]
        thaws = any(each.thaws_by_default(item) for each in functions for item in each.freezes)
        return not thaws and any("self" in each.frozen_by_default for each in functions)

    def _may_hold(self, made: str, spot: Spot) -> bool:
        """Whether what an attribute is made by may be or have a parameter."""
        if not made:
            return True
        if not made.endswith("()"):
            if made in spot.function.parameters:
                parts = words(made)
                return names_a_model(made) or not _MODULE_WORDS.isdisjoint(parts)
            if made in spot.function.locals:
                made_by = spot.function.locals[made]
                return any(self._may_hold(item, spot) for item in made_by if item != made)
            return False
        symbol = self._symbols.named(made[:-2], spot.module)
        if isinstance(symbol, Definition):
            if symbol.function is not None:
                if _freezes_what_it_returns(symbol.function):
                    return False
                return self._of_results(symbol) in (None, *_MODEL_LIKE)
            return self._deeds.is_module(symbol) is not False and self.may_have_parameters(symbol)
        if isinstance(symbol, Outside):
            if symbol.dotted in LEAF_MAKERS:
                return True
            if PARAMETERLESS.fullmatch(symbol.dotted):
                return False
            effect = self._vocabulary.effect(symbol.dotted)
            package = symbol.dotted.partition(".")[0]
            return effect not in _HARMLESS and package not in _NUMERIC
        return spot.function.name != "forward" and names_a_model(made[:-2].rpartition(".")[2])


def _is_of_another_framework(base: str) -> bool:
    return base.partition(".")[0] in OTHER_FRAMEWORKS


def _guards_a_branch(forward: FunctionSummary) -> bool:
    """Whether a forward pass that does one thing or another hands back one of them guarded."""
    branches = [call for call in forward.calls if call.returned and call.when == "?"]
    return len({call.grad.is_off for call in branches}) > 1


def _freezes_what_it_returns(function: FunctionSummary) -> bool:
    frozen = {item.what for item in function.freezes if item.to is False}
    return not frozen.isdisjoint(function.returns)


_NUMERIC = frozenset(("math", "numpy", "einops", "functools", "os", "time", "logging", "copy"))
