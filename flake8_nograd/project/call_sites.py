"""Which calls of the project may run a function: by class where it is known, else by name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from flake8_nograd.elsewhere import Place
from flake8_nograd.project.deeds import Deeds
from flake8_nograd.project.files import lines_of
from flake8_nograd.project.origins import Origins, Spot
from flake8_nograd.project.summary import MODULE_BODY, CallSite, ModuleSummary
from flake8_nograd.project.symbols import Definition, Outside, Symbol, Symbols
from flake8_nograd.vocabulary.frameworks import is_module_base
from flake8_nograd.vocabulary.words import names_a_class, names_a_model, words

_MOST_FILES = 40  # in which a name is called
_MOST_FAMILIES = 3  # unrelated classes that have a method of this name
_MOST_SITES = 60  # of a name whose receiver nobody knows
_UNSPECIFIC = frozenset(
    "forward __call__ __init__ get set update add append step run call items keys values copy close"
    " reset read write load save to apply extend pop start stop next".split()
)
_SETTING_MODES = frozenset(("eval", "train"))
_CALLED = rb"(?<!def )\b%s\b\s*[(,]"
# A method is also kept in a variable: `run = self.fast if quick else self.slow`.
_CALLED_OR_KEPT = rb"\.\s*%s\b(?:\s*[(,]|[ \t]*(?:\)|#|if\b|else\b|\n|\Z))"
_WRAPPING = frozenset("DataParallel DistributedDataParallel FullyShardedDataParallel DDP".split())


class Site(NamedTuple):
    """A call of a function; ``certain`` tells that it is known which class it is a method of."""

    spot: Spot
    call: CallSite
    certain: bool

    @property
    def place(self) -> Place:
        """Where it stands."""
        return Place(self.spot.module.path, self.call.line)


class CallSites:
    """Searches the texts for a function's name and asks the summaries of the hits."""

    def __init__(self, symbols: Symbols, origins: Origins, deeds: Deeds) -> None:
        self._definitions = deeds.definitions
        self._is_module_class = deeds.is_module
        self._symbols = symbols
        self._origins = origins
        self._named: dict[tuple[str, str], list[tuple[Spot, CallSite]]] = {}
        self._sites: dict[tuple[str, str, str], list[Site]] = {}

    def of(self, function: Definition) -> list[Site]:
        """The calls that may run a function, tests left out."""
        if function.key not in self._sites:
            assert function.function is not None
            found = list(self._matching(function, function.function.name))
            certain = [site for site in found if site.certain]
            if len(found) - len(certain) > _MOST_SITES or (
                0 < len(certain) < len(found)
                and self._families(function.function.name) > _MOST_FAMILIES
            ):
                found = certain or self._on_namesakes(found, function)
            elif not found and function.cls is not None:  # nobody calls it, or too many files do
                found = self._on_namesakes(list(self._near_namesakes(function)), function)
            self._sites[function.key] = found
        return self._sites[function.key]

    def _on_namesakes(self, sites: list[Site], method: Definition) -> list[Site]:
        """The calls on a receiver that is called like the class of a method, or a base of it."""
        names = self._names_of_family(method)
        endings = {"".join(name[start:]) for name in names for start in range(len(name))}
        receivers = ("".join(words(site.call.path.split(".")[-2])) for site in sites)
        return [site for site, name in zip(sites, receivers, strict=True) if name in endings]

    def _names_of_family(self, method: Definition) -> list[tuple[str, ...]]:
        """The words of the names of a method's class and its bases in the project."""
        cls = method._replace(function=None)
        return [words(item.cls.name) for item in (cls, *self._symbols.ancestors(cls)) if item.cls]

    def _near_namesakes(self, method: Definition) -> Iterator[Site]:
        """The calls of a method where the text before its name ends like a class of its family."""
        assert method.function is not None
        name = method.function.name
        lasts = {family[-1] for family in self._names_of_family(method) if family}
        if name in _UNSPECIFIC or not lasts:
            return
        owner = b"|".join(re.escape(last.encode()) for last in sorted(lasts))
        called = _CALLED_OR_KEPT % re.escape(name.encode())
        pattern = re.compile(rb"(?i:%s)%s" % (owner, called))
        found = self._symbols.files.holding(pattern, name, _MOST_FILES)
        yield from self._among(_calls_in(found, name), method, name)

    def _families(self, name: str) -> int:
        """How many unrelated classes have a method of a name."""
        roots = set()
        definitions = list(self._definitions(name))
        for definition in definitions:
            ancestors = self._symbols.ancestors(definition._replace(function=None))
            roots.add((ancestors[-1] if ancestors else definition).key[:2])
        return len(roots) if definitions else _MOST_FAMILIES + 1

    def _matching(self, function: Definition, name: str) -> Iterator[Site]:
        if name == MODULE_BODY:
            return
        if name == "__call__":
            yield from self._calls_of_objects(function)
            return
        if name == "__init__":
            yield from self._constructions(function)
        calls = self._calls_of(name, "" if function.cls else function.module.path)
        yield from self._among(calls, function, name)

    def _among(
        self, calls: Iterable[tuple[Spot, CallSite]], function: Definition, name: str
    ) -> Iterator[Site]:
        for spot, call in calls:
            certain = (
                self._calls_what_is_defined(spot, call, function)
                if function.cls is None
                else self._calls_method(spot, call, function, name)
            )
            if certain is not None:
                site = Site(spot, call, certain)
                if not (_is_made_here(function) and spot.module is function.module):
                    yield site

    def _constructions(self, constructor: Definition) -> Iterator[Site]:
        """The calls of a class by its name, where they run this constructor."""
        if constructor.cls is None:
            return
        cls = constructor._replace(function=None)
        for spot, call in self._calls_of(constructor.cls.name, constructor.module.path):
            if self._calls_what_is_defined(spot, call, cls):
                yield Site(spot, call, certain=True)

    def _calls_of_objects(self, method: Definition) -> Iterator[Site]:
        """The calls of what is certainly an object of the class of a method."""
        cls = method._replace(function=None)
        assert cls.cls is not None
        files, name = self._symbols.files, cls.cls.name
        pattern = re.compile(rb"\b%s\b" % re.escape(name.encode()))
        among = files.may_know(method.module.path, name)
        for summary, _ in files.holding(pattern, name, _MOST_FILES, among=among):
            for owner, function in summary.all_functions():
                spot = Spot(summary, owner, function)
                yield from (
                    Site(spot, call, certain=True)
                    for call in function.calls
                    if not call.passed and self._is_object_of(cls, call.path, spot)
                )

    def _is_object_of(self, cls: Definition, path: str, spot: Spot) -> bool:
        """Whether an access yields an object that is called by the `__call__` of a class."""
        return any(
            isinstance(item, Definition) and self._may_run(item, cls, "__call__")
            for item in self._origins.of(path, spot)
        )

    def _calls_of(self, name: str, module: str) -> list[tuple[Spot, CallSite]]:
        """All calls of this name that may run a function of a module, or a method if it is ""."""
        key = (name, module)
        if key not in self._named:
            self._named[key] = list(self._find_calls(name, module))
        return self._named[key]

    def _find_calls(self, name: str, module: str) -> Iterator[tuple[Spot, CallSite]]:
        pattern = re.compile((_CALLED if module else _CALLED_OR_KEPT) % re.escape(name.encode()))
        found = self._symbols.files.holding(
            pattern,
            name,
            _MOST_FILES,
            # Where a file defines the name itself, only what follows a dot is another's.
            unless=_only_of_its_own(name.encode()) if module else None,
            among=self._symbols.files.may_know(module, name) if module else None,
        )
        found += self._in_its_own_file(pattern, module)
        yield from _calls_in(found, name)

    def _in_its_own_file(
        self, pattern: re.Pattern[bytes], module: str
    ) -> Iterator[tuple[ModuleSummary, list[int]]]:
        """Where the file that defines a function calls it, if that is not the one at hand."""
        files = self._symbols.files
        text = files.text(module) if module and module != files.own.path else None
        summary = files.summary(module) if text is not None else None
        if text is not None and summary is not None and (lines := lines_of(pattern, text)):
            yield summary, lines

    def _calls_what_is_defined(
        self, spot: Spot, call: CallSite, definition: Definition
    ) -> bool | None:
        """Whether a call is one of a function or class of a module: True, or None for no."""
        first = call.path.partition(".")[0]
        if first in spot.function.parameters or "?" in call.path:
            return None
        symbol = self._symbols.named(call.path, spot.module)
        return True if isinstance(symbol, Definition) and symbol.key == definition.key else None

    def _calls_method(
        self, spot: Spot, call: CallSite, method: Definition, name: str
    ) -> bool | None:
        """Whether a call runs a method: True by its class, False perhaps, None for no."""
        receiver = call.path.rpartition(".")[0]
        if not receiver:
            return None
        symbol = self._symbols.named(call.path, spot.module)
        if isinstance(symbol, Definition):
            return True if symbol.key == method.key else None
        cls = method._replace(function=None)
        if receiver == "super" and spot.cls is not None:
            here = self._symbols.ancestors(Definition(spot.module, spot.cls, None))
            return True if cls.key[:2] in {item.key[:2] for item in here} else None
        origins = self._origins.of(receiver, spot)
        known = [item for item in origins if item is not None and not _is_opaque(item)]
        if any(isinstance(item, Definition) and self._may_run(item, cls, name) for item in known):
            return True
        is_told = bool(known) and not any(
            _is_opaque(item) or self._is_base_of(item, cls) for item in origins
        )
        if is_told or name in _UNSPECIFIC or not _may_take(method, call):
            return None
        if name in _SETTING_MODES and names_a_model(receiver) and not self._is_module(cls):
            return None  # the model has a method of this name by itself
        if self._is_given_by_a_pass(receiver, spot):
            return None  # numbers, which have no method of the project
        return False  # a variable holds things alike

    def _is_base_of(self, symbol: Symbol, cls: Definition) -> bool:
        """Whether a class of a library is one from which a class of the project derives."""
        return isinstance(symbol, Outside) and symbol.dotted in self._symbols.outside_bases(cls)

    def _is_given_by_a_pass(self, variable: str, spot: Spot) -> bool:
        """Whether a variable holds nothing but results of forward passes."""
        made = spot.function.locals.get(variable, ())
        return bool(made) and all(
            item.endswith("()") and all(map(self._is_module, self._origins.of(item[:-2], spot)))
            for item in made
        )

    def _is_module(self, symbol: Symbol) -> bool:
        if isinstance(symbol, Outside):
            return symbol.dotted.startswith("torch.nn.") or is_module_base(symbol.dotted)
        if symbol is None or symbol.function is not None:
            return False
        return self._is_module_class(symbol) is True

    def _may_run(self, receiver: Definition, owner: Definition, name: str) -> bool:
        """Whether a method call on an object of one class may run the method of another."""
        receiver = receiver._replace(function=None)
        if receiver.cls is None or not self._symbols.are_related(receiver, owner):
            return False
        run = self._symbols.method(receiver, name)
        is_heir = owner.key[:2] in {item.key[:2] for item in self._symbols.ancestors(receiver)}
        return not is_heir or run is None or run.key[:2] == owner.key[:2]


def _is_opaque(symbol: Symbol) -> bool:
    """Whether something from outside the project may give anything: what it loads or wraps."""
    if not isinstance(symbol, Outside):
        return False
    *_, owner, last = ("", *symbol.dotted.split("."))
    return not (names_a_class(last) or names_a_class(owner)) or last in _WRAPPING


def _calls_in(
    found: Iterable[tuple[ModuleSummary, list[int]]], name: str
) -> Iterator[tuple[Spot, CallSite]]:
    """The calls of a name in the functions around some lines."""
    for summary, lines in found:
        for cls, function in summary.around(lines):
            yield from (
                (Spot(summary, cls, function), call) for call in function.calls if call.name == name
            )


def _may_take(method: Definition, call: CallSite) -> bool:
    """Whether a method has a parameter for each argument of a call, and needs no others."""
    signature = method.function.signature if method.function is not None else None
    return signature is None or signature.bound.may_take(call.given)


def _is_made_here(function: Definition) -> bool:
    """Whether a call only makes a generator, so that the file itself tells where it runs."""
    return function.function is not None and function.function.is_generator


def _only_of_its_own(name: bytes) -> re.Pattern[bytes]:
    """What a text is like that defines a name at its top level, and reads none from elsewhere."""
    name = re.escape(name)
    return re.compile(rb"(?ms)(?!.*\.\s*%s\b)(?=.*?^(?:async )?def %s\b)" % (name, name))
