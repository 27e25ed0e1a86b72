"""Of which class a value is, as far as names and what makes them tell."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from flake8_nograd.project.summary import (
    MODULE_BODY,
    ClassSummary,
    FunctionSummary,
    ModuleSummary,
)
from flake8_nograd.project.symbols import Definition, Outside, Symbol, Symbols

_DEEPEST = 6
# Class methods that make an object of their class, also where only a base outside defines them.
MAKERS = frozenset(("from_pretrained", "from_config", "load_from_checkpoint", "from_hparams"))


class Spot(NamedTuple):
    """A function in its class and file, in which names are looked up."""

    module: ModuleSummary
    cls: ClassSummary | None
    function: FunctionSummary

    @property
    def definition(self) -> Definition:
        """The function as a definition."""
        return Definition(self.module, self.cls, self.function)


class Origins:
    """Follows what names are made by to classes; an empty answer means that nothing is known."""

    def __init__(self, symbols: Symbols) -> None:
        self._symbols = symbols

    def of(self, path: str, spot: Spot, depth: int = _DEEPEST) -> set[Symbol]:
        """The classes of what an access yields; None among them for what cannot be told."""
        if not depth or not path or "[" in path:
            return {None}
        if path.endswith("()"):
            return self._called(path[:-2], spot, depth)
        if path in ("self", "cls") and spot.cls is not None:
            return {Definition(spot.module, spot.cls, None)}
        first = path.partition(".")[0]
        if path in spot.function.locals:
            return self._all(spot.function.locals[path], spot, depth)
        if path in spot.function.annotations:
            return self._annotated(spot.function.annotations[path], spot)
        if path.startswith("self.") and spot.cls is not None:
            return self._attribute(Definition(spot.module, spot.cls, None), path[5:], depth)
        if first in spot.function.parameters or first in spot.function.locals:
            return self._part_of(path, spot, depth)
        body = spot.module.functions[MODULE_BODY]
        around = spot._replace(cls=None, function=body)
        if path in body.locals:
            return self._all(body.locals[path], around, depth)
        return self._part_of(path, around, depth) if first in body.locals else {None}

    def _part_of(self, path: str, spot: Spot, depth: int) -> set[Symbol]:
        """What an attribute of a variable is, by the class of the variable."""
        first, _, rest = path.partition(".")
        return self._parts(self.of(first, spot, depth - 1), rest, depth) if rest else {None}

    def _parts(self, owners: Iterable[Symbol], path: str, depth: int) -> set[Symbol]:
        found: set[Symbol] = set()
        for owner in owners:
            if isinstance(owner, Definition) and owner.cls is not None and depth > 1:
                found |= self._attribute(owner._replace(function=None), path, depth - 1)
            else:
                found.add(None)
        return found or {None}

    def _all(self, made: tuple[str, ...], spot: Spot, depth: int) -> set[Symbol]:
        found: set[Symbol] = set()
        for item in made:
            if item not in ("None", "True", "False"):
                found |= self.of(item, spot, depth - 1)
        return found or {None}

    def _annotated(self, name: str, spot: Spot) -> set[Symbol]:
        symbol = self._symbols.named(name, spot.module) if name else None
        is_class = isinstance(symbol, Definition) and symbol.function is None
        found: Symbol = symbol if is_class or isinstance(symbol, Outside) else None
        return {found}

    def _called(self, path: str, spot: Spot, depth: int) -> set[Symbol]:
        head, _, method = path.rpartition(".")
        symbol = self._symbols.named(path, spot.module)
        if not isinstance(symbol, Definition) and method in MAKERS:
            maker = self._symbols.named(head, spot.module)
            if isinstance(maker, Definition) and maker.function is None:
                return {maker}
        if symbol is None and head:
            owners = self.of(head, spot, depth - 1)
            return {item for owner in owners for item in self._of_method(owner, method, depth)}
        return self.made_by(symbol, depth)

    def made_by(self, symbol: Symbol, depth: int = _DEEPEST) -> set[Symbol]:
        """The classes of what calling a definition gives."""
        if not isinstance(symbol, Definition):
            return {symbol}
        if symbol.function is None:
            return {symbol}
        if symbol.cls is not None and symbol.function.name in MAKERS:
            return {symbol._replace(function=None)}
        spot = Spot(symbol.module, symbol.cls, symbol.function)
        found: set[Symbol] = {None}
        if depth:
            found = self._all(symbol.function.returns, spot, depth)
        is_maker = symbol.cls is not None and symbol.function.parameters[:1] == ("cls",)
        if found == {None} and is_maker:
            return {symbol._replace(function=None)}
        return self._promised(spot) if found == {None} else found

    def _promised(self, spot: Spot) -> set[Symbol]:
        """The class of the project that a function is annotated to give."""
        promised = self._annotated(spot.function.annotations.get("return", ""), spot)
        return {item if isinstance(item, Definition) else None for item in promised}

    def _of_method(self, owner: Symbol, method: str, depth: int) -> Iterator[Symbol]:
        found = None
        if isinstance(owner, Definition):
            found = self._symbols.method(owner, method)
        if found is None:
            yield None
        else:
            yield from self.made_by(found, depth - 1)

    def _attribute(self, owner: Definition, path: str, depth: int) -> set[Symbol]:
        name, _, rest = path.partition(".")
        found: set[Symbol] = set()
        for cls in (owner, *self._symbols.ancestors(owner)):
            assert cls.cls is not None
            for made in cls.cls.attributes.get(name, ()):
                if made in ("None", "True", "False"):
                    continue
                spot = self._spot_of(cls, name, made)
                found |= self.of(made, spot, depth - 1) if spot is not None else {None}
            found |= self._declared(cls, name, depth)
        return self._parts(found, rest, depth) if rest else found or {None}

    def _declared(self, cls: Definition, name: str, depth: int) -> set[Symbol]:
        """What a class says of an attribute: by a property, or by an annotation in its body."""
        assert cls.cls is not None
        if name in cls.cls.methods and (method := cls.cls.methods[name]).is_property:
            return self.made_by(cls._replace(function=method), depth - 1)
        symbol = self._symbols.named(cls.cls.annotations.get(name, ""), cls.module)
        return {symbol} if isinstance(symbol, Definition) and symbol.function is None else set()

    def _spot_of(self, cls: Definition, attribute: str, made: str) -> Spot | None:
        """The method that makes an attribute."""
        assert cls.cls is not None
        for method in cls.cls.methods.values():
            if made in method.locals.get(f"self.{attribute}", ()):
                return Spot(cls.module, cls.cls, method)
        return None
