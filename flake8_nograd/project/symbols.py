"""What a name of one file stands for in another: imports followed to definitions."""

from __future__ import annotations

from typing import NamedTuple

from flake8_nograd.project.location import Parts
from flake8_nograd.project.neighbours import Neighbours
from flake8_nograd.project.summary import ClassSummary, FunctionSummary, ModuleSummary

_MOST_STEPS = 2_000
_DEEPEST = 40  # imports of imports
_LONGEST = 8  # parts of a name


class Definition(NamedTuple):
    """A class, a function or a method of the project."""

    module: ModuleSummary
    cls: ClassSummary | None
    function: FunctionSummary | None

    @property
    def key(self) -> tuple[str, str, str]:
        """What tells it from all others."""
        return (
            self.module.path,
            self.cls.name if self.cls is not None else "",
            self.function.name if self.function is not None else "",
        )


class Outside(NamedTuple):
    """Something that no file of the project defines, by its dotted name."""

    dotted: str


Symbol = Definition | Outside | None


class Symbols:
    """Resolves the names of a project's files."""

    def __init__(self, files: Neighbours) -> None:
        self.files = files
        self._depth = 0
        self._resolved: dict[tuple[str, str], Symbol] = {}
        self._ancestors: dict[tuple[str, str, str], tuple[list[Definition], set[str]]] = {}

    def named(self, path: str, module: ModuleSummary) -> Symbol:
        """What a plain access in a file stands for, as far as it starts with a global name."""
        if not path:
            return None
        parts = tuple(path.split("."))
        found = self._in_module(module, parts, set())
        return found if found is not None else None

    def imported(self, dotted: str, path: str) -> Symbol:
        """What an imported dotted name of a file stands for."""
        key = (dotted, path)
        if key not in self._resolved:
            self._resolved[key] = self._imported(dotted, path, set())
        return self._resolved[key]

    def _imported(self, dotted: str, path: str, seen: set[object]) -> Symbol:
        if len(seen) > _MOST_STEPS:
            return None
        folder = self.files.folder(path)
        name = dotted.lstrip(".")
        level = len(dotted) - len(name)
        parts = tuple(name.split(".")) if name else ()
        if level:
            start = folder[: len(folder) - level + 1]
            return self._below(start, parts, seen, exact=True, folder=folder)
        return self._below((), parts, seen, exact=False, folder=folder) or Outside(dotted)

    def _below(
        self, start: Parts, parts: Parts, seen: set[object], *, exact: bool, folder: Parts
    ) -> Symbol:
        """What follows the longest part of a name that is a file."""
        for end in range(len(parts) - 1, -1, -1):
            if end == 0 and not exact:
                break
            head = start + parts[:end]
            path = self.files.at(head) if exact else self.files.named(parts[:end], folder)
            module = self.files.summary(path) if path is not None else None
            if module is not None:
                return self._in_module(module, parts[end:], seen)
        return None

    def _in_module(self, module: ModuleSummary, parts: Parts, seen: set[object]) -> Symbol:
        key = (module.path, parts)
        if key in seen or len(parts) > _LONGEST or self._depth > _DEEPEST:
            return None
        seen.add(key)
        self._depth += 1
        try:
            return self._find(module, parts, seen)
        finally:
            self._depth -= 1

    def _find(self, module: ModuleSummary, parts: Parts, seen: set[object]) -> Symbol:
        first, rest = parts[0], parts[1:]
        if first in module.classes:
            return self._in_class(Definition(module, module.classes[first], None), rest)
        if first in module.functions:
            return None if rest else Definition(module, None, module.functions[first])
        if first in module.imports:
            return self._imported(".".join((module.imports[first], *rest)), module.path, seen)
        if first in module.aliases:
            return self._in_module(module, (*module.aliases[first].split("."), *rest), seen)
        for star in module.stars:
            if self._may_give(star, first, module):
                found = self._imported(_below_star(star, ".".join(parts)), module.path, seen)
                if isinstance(found, Definition):
                    return found
        path = self.files.at((*self.files.folder(module.path), first)) if rest else None
        inner = self.files.summary(path) if path is not None and path != module.path else None
        return self._in_module(inner, rest, seen) if inner is not None else None

    def behind_star(self, name: str, module: ModuleSummary) -> str | None:
        """The dotted name, for this file, of what one of its `import *` gives a name."""
        for star in module.stars:
            path = self._path_of(star, module)
            inner = self.files.summary(path) if path is not None else None
            if inner is None or inner is module:
                continue
            dotted = _below_star(star, name)
            if isinstance(self.imported(dotted, module.path), Definition):
                return dotted
            outside = self._outside(name, inner, {module.path})
            if outside is not None:
                return outside
        return None

    def _outside(self, name: str, module: ModuleSummary, seen: set[str]) -> str | None:
        """The dotted name of what a file imports from outside the project, under this name."""
        seen.add(module.path)
        dotted = module.imports.get(name)
        if dotted is not None:
            return None if dotted.startswith(".") else dotted
        for star in module.stars:
            path = self._path_of(star, module)
            if path is not None and path not in seen:
                inner = self.files.summary(path)
                found = self._outside(name, inner, seen) if inner is not None else None
                if found is not None:
                    return found
        return None

    def _may_give(self, star: str, name: str, module: ModuleSummary) -> bool:
        """Whether a file that is imported with a star speaks of a name, or hands on others."""
        path = self._path_of(star, module)
        text = self.files.text(path) if path is not None else None
        if path is None or text is None:
            return False
        return name.encode() in text or (path.endswith("__init__.py") and b"import *" in text)

    def _path_of(self, star: str, module: ModuleSummary) -> str | None:
        """The file of which a file imports everything."""
        folder = self.files.folder(module.path)
        parts = tuple(filter(None, star.split(".")))
        level = len(star) - len(star.lstrip("."))
        if level:
            return self.files.at(folder[: len(folder) - level + 1] + parts)
        return self.files.named(parts, folder)

    def _in_class(self, definition: Definition, rest: Parts) -> Symbol:
        if not rest:
            return definition
        return self.method(definition, rest[0]) if len(rest) == 1 else None

    def method(self, of: Definition, name: str) -> Definition | None:
        """A method of a class, or of its ancestors in the project."""
        for ancestor in (of, *self.ancestors(of)):
            if ancestor.cls is not None and name in ancestor.cls.methods:
                return ancestor._replace(function=ancestor.cls.methods[name])
        return None

    def makers(self, of: Definition, attribute: str) -> list[tuple[str, ModuleSummary]]:
        """What makes an attribute of the objects of a class, each with the file that says so."""
        return [
            (maker, item.module)
            for item in (of, *self.ancestors(of))
            if item.cls is not None
            for maker in item.cls.attributes.get(attribute, ())
        ]

    def ancestors(self, of: Definition) -> list[Definition]:
        """The ancestors of a class that are in the project, nearest first."""
        return self._lineage(of)[0]

    def outside_bases(self, of: Definition) -> set[str]:
        """The dotted names of the ancestors that are not; `?` for one that cannot be told."""
        return self._lineage(of)[1]

    def are_related(self, one: Definition, other: Definition) -> bool:
        """Whether an object of one class may be one of the other."""
        keys = {item.key[:2] for item in (one, *self.ancestors(one))}
        others = {item.key[:2] for item in (other, *self.ancestors(other))}
        return other.key[:2] in keys or one.key[:2] in others

    def _lineage(self, of: Definition) -> tuple[list[Definition], set[str]]:
        key = of.key
        if key in self._ancestors:
            return self._ancestors[key]
        found: list[Definition] = []
        outside: set[str] = set()
        self._ancestors[key] = found, outside
        seen = {key[:2]}
        todo = [of]
        for item in todo:
            assert item.cls is not None
            for base in item.cls.bases:
                symbol = self.named(base, item.module)
                if isinstance(symbol, Definition) and symbol.function is None:
                    if symbol.key[:2] not in seen and len(todo) < _MOST_STEPS:
                        seen.add(symbol.key[:2])
                        todo.append(symbol)
                        found.append(symbol)
                elif isinstance(symbol, Outside):
                    outside.add(symbol.dotted)
                else:
                    outside.add(base if base.isidentifier() and base in _BUILTIN else "?")
        return found, outside


def _below_star(star: str, name: str) -> str:
    return f"{star}{name}" if star.endswith(".") else f"{star}.{name}"


_BUILTIN = frozenset(
    "object dict list tuple set frozenset str int float bool bytes type Exception BaseException"
    " ValueError RuntimeError TypeError KeyError Warning UserWarning".split()
)
