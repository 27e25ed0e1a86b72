"""The files of a project as one of them sees them, within bounds that are its own."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence

from flake8_nograd.patterns import lazy_pattern
from flake8_nograd.project.files import Files, Hits, lines_capturing, lines_of
from flake8_nograd.project.importers import Importers
from flake8_nograd.project.location import Parts
from flake8_nograd.project.summary import ModuleSummary

# Patterns that begin with plain characters are found ten times faster than lines that begin so.
_INNER_DEF = lazy_pattern(rb"def[ \t](?<=[ \t]def[ \t])[ \t]*(\w+)")
_MOST_PARSED = 8_000_000  # bytes, for the questions of one file


class Neighbours:
    """The text at hand stands for its file, whatever the disk says.

    What is asked of others counts whether it is remembered or not, so that the answers for a file
    do not depend on those that were asked about before.
    """

    def __init__(self, files: Files, own: ModuleSummary, own_text: bytes) -> None:
        self.own = own
        self._files = files.with_file(own.path)
        self._own_text = own_text
        self._importers = Importers(self._files)
        self._asked: dict[str, ModuleSummary | None] = {own.path: own}
        self._parsed = 0

    def folder(self, path: str) -> Parts:
        """See `Files`."""
        return self._files.folder(path)

    def parts(self, path: str) -> Parts:
        """See `Files`."""
        return self._files.parts(path)

    def at(self, parts: Parts) -> str | None:
        """See `Files`."""
        return self._files.at(parts)

    def named(self, parts: Parts, folder: Parts) -> str | None:
        """See `Files`."""
        return self._files.named(parts, folder)

    def text(self, path: str) -> bytes | None:
        """The bytes of a file; None if it cannot be read."""
        return self._own_text if path == self.own.path else self._files.texts.of(path)

    def summary(self, path: str, lines: Sequence[int] = ()) -> ModuleSummary | None:
        """What a file says, some lines first; None if it cannot be parsed or was one too many."""
        if path not in self._asked:
            self._asked[path] = self._summary(path, lines)
        return self._asked[path]

    def _summary(self, path: str, lines: Sequence[int]) -> ModuleSummary | None:
        text = self._files.texts.of(path)
        if text is None or self._parsed > _MOST_PARSED:
            return None
        self._parsed += len(text)
        return self._files.summary(path, lines)

    def may_know(self, module: str, name: str) -> frozenset[str] | None:
        """The files that may get a name from a module; None if they may be any."""
        return self._importers.may_know(module, name)

    def is_mentioned(self, name: str, *, is_method: bool) -> bool:
        """Whether another file, a test too, holds a name that it may have from the file at hand."""
        among = None if is_method else self.may_know(self.own.path, name)
        found = self._files.mentioning(name.encode(), among)
        return any(path != self.own.path for path in found)

    def has_method(self, name: str) -> bool:
        """Whether a class or function of another file may define a function of a name."""
        return name.encode() in self._files.capturing(_INNER_DEF)

    def defining(self, name: str, most: int) -> list[tuple[ModuleSummary, list[int]]]:
        """The files that may define a method of a name, and the lines; see `holding`."""
        own = lines_capturing(_INNER_DEF, name, self._own_text)
        return self._read(self.capturing(_INNER_DEF, name), most, own)

    def capturing(self, pattern: re.Pattern[bytes], name: str, word: bytes = b"") -> Hits:
        """The other files in which the group of a pattern is a name, tests left out."""
        paths = self._files.capturing(pattern, word).get(name.encode(), ())
        return [
            (path, lines_capturing(pattern, name, self.text(path) or b""))
            for path in filter(self._counts, paths)
        ]

    def is_held(self, pattern: re.Pattern[bytes], word: str) -> bool:
        """Whether a pattern occurs in any file."""
        if pattern.search(self._own_text) is not None:
            return True
        found = self._files.holding(pattern, os.fsencode(word))
        return any(path != self.own.path for path, _ in found)

    def found(
        self,
        pattern: re.Pattern[bytes],
        word: str,
        unless: re.Pattern[bytes] | None = None,
        among: frozenset[str] | None = None,
    ) -> Hits:
        """The other files in which a pattern occurs, tests left out, and the lines."""
        found = self._files.holding(pattern, os.fsencode(word), unless, among)
        return [(path, lines) for path, lines in found if self._counts(path)]

    def occurring(self, pattern: re.Pattern[bytes]) -> list[str]:
        """The other files in which a pattern occurs anywhere, tests left out."""
        return [path for path in self._files.occurring(pattern) if self._counts(path)]

    def _counts(self, path: str) -> bool:
        """Whether a file is another one, and no test."""
        return path != self.own.path and not self._files.is_test(path)

    def is_alone(self) -> bool:
        """Whether the file at hand imports no other file, and none may import it."""
        folder, name = self.folder(self.own.path), self.parts(self.own.path)[-1:]
        imported = [
            tuple(item.split(".")) for item in (*self.own.imports.values(), *self.own.stars)
        ]
        imports_others = any(
            not parts[0] or self.named(parts[:size], folder) is not None
            for parts in imported
            for size in range(1, len(parts) + 1)
        )
        # All texts are searched last.
        return bool(name) and not imports_others and not self._is_imported(name[0])

    def _is_imported(self, name: str) -> bool:
        """Whether another file speaks of a module of this name where it imports."""
        word = os.fsencode(name)
        pattern = re.compile(
            rb"(?m)(?:^[ \t]*(?:from|import)\b[^\n]*|\bimport\s*\([^)]*|import_\w*\(?[^\n]*)\b%s\b"
            % re.escape(word)
        )
        found = self._files.holding(pattern, word, by_line=False)
        return any(path != self.own.path for path, _ in found)

    def concerns(self, path: str) -> bool:
        """Whether a file may speak of the models of the file at hand.

        One that can be imported there does: of a folder of programs none speaks of the others.
        """
        name = self.parts(path)[-1:]
        if not self.is_beside(path) or not name:
            return False
        if self.at(self.folder(path)) is not None and self.folder(path):
            return True
        pattern = re.compile(rb"\b(?:import|from)\b[^\n]*\b%s\b" % re.escape(os.fsencode(name[0])))
        return self.is_held(pattern, name[0])

    def is_beside(self, path: str) -> bool:
        """Whether a file, or the package that it is part of, lies where the file at hand looks."""
        here, there = self.folder(self.own.path), self.folder(path)
        while there and (self.at(there) is not None or there[-1] == "src"):
            there = there[:-1]
        is_above = here[: len(there)] == there
        is_below = there[: len(here)] == here and len(there) == len(here) + 1
        return is_above or is_below

    def behind(self, dotted: str, path: str) -> Iterator[str]:
        """The files that an import of a file runs: the parts of its name that are files."""
        folder, name = self.folder(path), dotted.lstrip(".")
        level, parts = len(dotted) - len(name), tuple(filter(None, name.split(".")))
        start = folder[: len(folder) - level + 1]
        for end in range(len(parts) + 1 if level else len(parts), -1, -1):
            head = (*start, *parts[:end])
            found = self.at(head) if level else self.named(parts[:end], folder) if end else None
            if found is not None:
                yield found

    def called(self, name: str) -> list[str]:
        """The files whose names end in a part, wherever they are."""
        return self._files.called(name)

    def holding(
        self,
        pattern: re.Pattern[bytes],
        word: str,
        most: int,
        unless: re.Pattern[bytes] | None = None,
        among: frozenset[str] | None = None,
    ) -> list[tuple[ModuleSummary, list[int]]]:
        """The files in which a pattern occurs, tests left out; none if they are too many.

        Others than the one at hand do not count if the pattern `unless` fits to their texts, or if
        they are not `among` some.
        """
        found = self.found(pattern, word, unless, among)
        return self._read(found, most, lines_of(pattern, self._own_text))

    def _read(
        self, found: Hits, most: int, own_lines: list[int]
    ) -> list[tuple[ModuleSummary, list[int]]]:
        if len(found) > most:
            return []
        modules = [(self.summary(path, lines), lines) for path, lines in found]
        known = [(module, lines) for module, lines in modules if module is not None]
        return [*known, (self.own, own_lines)] if own_lines else known
