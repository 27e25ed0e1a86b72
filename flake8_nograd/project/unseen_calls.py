"""Functions of other files that run although nothing calls them by name.

Operators, subscripts, loops and attributes run methods of classes, whoever takes the next value
runs a generator, and reading an attribute may run a property.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property

from flake8_nograd.elsewhere import Place, Reading
from flake8_nograd.patterns import lazy_pattern
from flake8_nograd.project.files import Hits
from flake8_nograd.project.left_behind import LeftBehind
from flake8_nograd.project.programs import Programs
from flake8_nograd.project.summary import Functions
from flake8_nograd.project.symbols import Definition, Symbols

_SPECIAL = lazy_pattern(rb"def[ \t](?<=[ \t]def[ \t])[ \t]*__\w+__")
_STREAM = lazy_pattern(rb"\bsys\.std(?:out|err)[ \t]*=(?!=)|\bredirect_std(?:out|err)\b")
_WRITES = lazy_pattern(rb"def[ \t]+(?:write|writelines|flush)\b")
_YIELDS = lazy_pattern(rb"(?m)\byield\b")
_PROPERTY = lazy_pattern(
    rb"@(?:[\w.]*property|\w+\.(?:setter|deleter))\b[^\n]*\n(?:[ \t]*[@#][^\n]*\n)*"
    rb"[ \t]+(?:async[ \t]+)?def[ \t]+(\w+)"
)
_MADE_PROPERTY = lazy_pattern(rb"(?m)^[ \t]+(\w+)[ \t]*=[ \t]*[\w.]*property\(")
# What calls of the file, or `with` items, run: they are asked about where they stand.
_CALLED = frozenset(
    "__init__ __post_init__ __new__ __call__ __enter__ __exit__ __aenter__ __aexit__ __getstate__"
    " __setstate__ __reduce__ __init_subclass__ __set_name__ __prepare__".split()
)
_WITHOUT_OPERATORS = frozenset(
    "__len__ __iter__ __next__ __repr__ __str__ __hash__ __del__ __format__".split()
)
# A result may be compared after a guard has ended; what reads an attribute is followed nowhere.
_GIVING = frozenset("__eq__ __ne__ __lt__ __le__ __gt__ __ge__ __getattr__ __get__".split())


class UnseenCalls:
    """Answers are found once for a file, and only if a fix would be safe."""

    def __init__(self, symbols: Symbols, left_behind: LeftBehind, programs: Programs) -> None:
        self._programs = programs
        self._symbols = symbols
        self._files = symbols.files
        self._left_behind = left_behind
        self._readings: dict[str, Reading] = {}
        self._varying: dict[str, bool] = {}

    @cached_property
    def place(self) -> Place | None:
        """Where what runs unseen keeps something, sees recording or trains."""
        return next(self._places(), None)

    def reading(self, name: str) -> Reading:
        """See `Elsewhere`."""
        if name not in self._readings:
            found = set(map(self._of_property, self._properties(name)))
            if self._is_made_property(name):
                found.add(Reading.MORE)
            worst = (Reading.MORE, Reading.COMPUTED, Reading.STORED)
            self._readings[name] = next((item for item in worst if item in found), worst[-1])
        return self._readings[name]

    def varies(self, name: str) -> bool:
        """See `Elsewhere`."""
        if name not in self._varying:
            acting = self._is_made_property(name) or any(map(_acts, self._properties(name)))
            self._varying[name] = acting or any(self._setting(name))
        return self._varying[name]

    @cached_property
    def is_overloaded(self) -> bool:
        """See `Elsewhere`."""
        return any(
            item.function is not None
            and item.function.name not in _WITHOUT_OPERATORS
            and not self._is_of_dataset(item)
            and _acts(item)
            for item in self._special()
        )

    def _is_of_dataset(self, item: Definition) -> bool:
        """Whether a class is a data set, which loaders take apart and hardly anybody else."""
        bases = self._symbols.outside_bases(item._replace(function=None))
        return any(base.endswith(("Dataset", "Sampler", "DataModule")) for base in bases)

    def _places(self) -> Iterator[Place]:
        for item in (*self._special(), *self._streams(), *self._generators()):
            function = item.function
            assert function is not None
            is_giving = function.name in _GIVING and _own(item).computes(function.name)
            if is_giving or self._left_behind.left_by(item):
                yield Place(item.module.path, function.line)

    def _special(self) -> Iterator[Definition]:
        """The methods of classes of other files that no call runs."""
        for path, lines in self._concerning(_SPECIAL, "__"):
            for item in self._around(path, lines):
                name = item.function.name if item.function is not None else ""
                is_special = name.startswith("__") and name.endswith("__")
                if item.cls is not None and is_special and name not in _CALLED:
                    yield item

    def _streams(self) -> Iterator[Definition]:
        """What `print()` runs where a file takes the place of a standard stream."""
        if not self._concerning(_STREAM, "std"):
            return
        for path, lines in self._concerning(_WRITES, "def"):
            yield from (item for item in self._around(path, lines) if item.cls is not None)

    def _generators(self) -> Iterator[Definition]:
        for path, lines in self._concerning(_YIELDS, "yield"):
            for item in self._around(path, lines):
                function = item.function
                if function is not None and function.is_generator and not function.managed_by:
                    yield item

    def _of_property(self, item: Definition) -> Reading:
        assert item.function is not None
        if self._left_behind.left_by(item):
            return Reading.MORE
        computes = _own(item).computes(item.function.name)
        return Reading.COMPUTED if computes else Reading.STORED

    def _properties(self, name: str) -> Iterator[Definition]:
        """The properties of a name in other files."""
        for path, lines in self._concerned(self._files.capturing(_PROPERTY, name)):
            for item in self._around(path, lines):
                if item.cls is not None:
                    yield item

    def _is_made_property(self, name: str) -> bool:
        """Whether a call of `property` makes an attribute of a class of another file."""
        return bool(self._concerned(self._files.capturing(_MADE_PROPERTY, name, b"property")))

    def _setting(self, name: str) -> Iterator[bool]:
        """For functions that set an attribute, or parts of it, whether they are no constructors."""
        pattern = re.compile(
            rb"\.%s\b(?:\[[^\n]*\])?[ \t]*(?:[-+*/@|&]|//|\*\*)?=(?!=)|\.%s\.\w+\("
            % ((re.escape(name.encode()),) * 2)
        )
        for path, lines in self._concerning(pattern, name):
            for item in self._around(path, lines):
                yield item.function is not None and item.function.name != "__init__"

    def _concerning(self, pattern: re.Pattern[bytes], word: str) -> Hits:
        """The other files that may speak of objects of the file at hand and hold a pattern."""
        return self._concerned(self._files.found(pattern, word))

    def _concerned(self, found: Hits) -> Hits:
        if not found or self._files.is_alone():
            return []
        return [(path, lines) for path, lines in found if self._programs.may_hold(path)]

    def _around(self, path: str, lines: list[int]) -> Iterator[Definition]:
        module = self._files.summary(path, lines)
        if module is not None:
            for cls, function in module.around(lines):
                yield Definition(module, cls, function)


def _acts(item: Definition) -> bool:
    """Whether running a function does more than look things up."""
    return item.function is None or not _own(item).is_quiet(item.function.name)


def _own(item: Definition) -> Functions:
    return item.cls.methods if item.cls is not None else item.module.functions
