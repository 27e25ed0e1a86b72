"""Which files may be part of one program with the file at hand, whichever imports the other."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from functools import cached_property

from flake8_nograd.patterns import lazy_pattern
from flake8_nograd.project.neighbours import Neighbours
from flake8_nograd.project.summary import ModuleSummary

_MOST_IMPORTERS = 24
_MOST_IMPORTED = 40
_OF_TOOLS = ("setup.py", "conf.py")  # they import a project to build it or to describe it
_BY_TEXT = lazy_pattern(
    rb"\b(?:import_module|__import__|spec_from_file_location|run_path|run_module|locate"
    rb"|load_module|find_spec|iter_modules)\("
    rb"|\bhydra\b"
)


class Programs:
    """A program is a file with all that it imports; what nothing imports is one of its own."""

    def __init__(self, files: Neighbours) -> None:
        self._files = files
        self._known: dict[str, bool] = {}

    def may_hold(self, path: str) -> bool:
        """Whether a file may be part of a program that runs the file at hand."""
        if path not in self._known:
            self._known[path] = (
                self._files.concerns(path)
                or path in self._importers
                or self._imported is None
                or path in self._imported
                or (self._may_be_loaded and self._files.is_beside(path))
            )
        return self._known[path]

    @cached_property
    def _importers(self) -> dict[str, ModuleSummary]:
        """The file at hand, and those that import it, also by way of others."""
        own = self._files.own
        found = {own.path: own}
        todo = [own.path]
        for path in todo:
            for other, module in self._importing(path):
                if len(found) > _MOST_IMPORTERS:
                    return found
                if other not in found:
                    found[other] = module
                    todo.append(other)
        return found

    def _importing(self, path: str) -> Iterator[tuple[str, ModuleSummary]]:
        """The files that import a file."""
        name = self._files.parts(path)[-1:]
        word = os.fsencode(name[0]) if name else b""
        pattern = re.compile(
            rb"(?m)\b(?:import|from)\b[^\n]*\b%s\b|^[ \t]*%s,?$" % ((re.escape(word),) * 2)
        )
        for other, _ in self._files.found(pattern, name[0]) if name else ():
            module = self._files.summary(other)
            is_program = os.path.basename(other) not in _OF_TOOLS
            if module is not None and is_program and path in self._imported_by(module):
                yield other, module

    def _imported_by(self, module: ModuleSummary) -> Iterator[str]:
        """The files that a file imports."""
        for dotted in (*module.imports.values(), *module.stars):
            found = list(self._files.behind(dotted, module.path))
            # A path that is set while the program runs may lead to any folder.
            yield from found or self._files.called(dotted.partition(".")[0])

    @cached_property
    def _imported(self) -> frozenset[str] | None:
        """What they import themselves, also by way of others; None if that is too much."""
        todo = list(self._importers.values())
        found: set[str] = set()
        for module in todo:
            for path in self._imported_by(module):
                if len(found) > _MOST_IMPORTED:
                    return None
                if path not in found:
                    found.add(path)
                    inner = self._files.summary(path)
                    todo += [] if inner is None else [inner]
        return frozenset(found)

    @cached_property
    def _may_be_loaded(self) -> bool:
        """Whether any of them loads modules by a text."""
        texts = map(self._files.text, (*self._importers, *(self._imported or ())))
        return any(_BY_TEXT.search(text or b"") is not None for text in texts)
