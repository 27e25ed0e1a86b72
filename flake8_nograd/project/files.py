"""The files of a project: which one a module's name means, what they hold, what they say."""

from __future__ import annotations

import os
import re
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property

from flake8_nograd.patterns import lazy_pattern
from flake8_nograd.project.function_text import parsed
from flake8_nograd.project.location import Parts, python_files
from flake8_nograd.project.module_reader import summarize
from flake8_nograd.project.summary import ModuleSummary
from flake8_nograd.project.texts import Texts
from flake8_nograd.vocabulary.lookup import Vocabulary

_MOST_BYTES = 64_000_000  # that are searched
_TESTS = lazy_pattern(r"(^|/)(tests?|testing|conftest\.py|test_[^/]*\.py|[^/]*_tests?\.py)(/|$)")
Hits = list[tuple[str, list[int]]]
Summaries = dict[str, tuple[bytes | None, ModuleSummary | None]]


class Files:
    """Files are listed once, their texts read when a name is searched, parsed when they hold it.

    What a file says depends on its text alone: it is remembered until the text is another one.
    """

    def __init__(
        self,
        root: str,
        vocabulary: Vocabulary,
        excluded: Sequence[str],
        texts: Texts,
        summaries: Summaries,
    ) -> None:
        self.root = root
        self.texts = texts
        self.summaries = summaries
        self._vocabulary = vocabulary
        self._parts = python_files(root, excluded)
        self._by_parts = {parts: path for path, parts in self._parts.items()}
        self._tests: dict[str, bool] = {}
        self._mentioning: dict[bytes, list[str]] = {}
        self._found: dict[tuple[object, ...], Hits] = {}
        self._occurring: dict[re.Pattern[bytes], list[str]] = {}
        self._capturing: dict[tuple[re.Pattern[bytes], bytes], Mapping[bytes, Sequence[str]]] = {}

    def with_file(self, path: str) -> Files:
        """The same with one file more, unless it is one of them."""
        if path in self._parts:
            return self
        files: Files = object.__new__(Files)
        files.root, files.texts, files.summaries = self.root, self.texts, self.summaries
        files._vocabulary = self._vocabulary
        files._parts = {**self._parts, path: self.parts(path)}
        files._tests, files._mentioning, files._found, files._capturing = {}, {}, {}, {}
        files._occurring = {}
        files._by_parts = {**self._by_parts, self.parts(path): path}
        return files

    @cached_property
    def _by_last(self) -> dict[str, list[tuple[Parts, str]]]:
        """The files by the last part of their names."""
        found: defaultdict[str, list[tuple[Parts, str]]] = defaultdict(list)
        for path, parts in self._parts.items():
            if parts:
                found[parts[-1]].append((parts, path))
        return found

    def called(self, name: str) -> list[str]:
        """The files whose names end in a part, wherever they are."""
        return [path for _, path in self._by_last.get(name, ())] if name else []

    def parts(self, path: str) -> Parts:
        """The name that a file has as a module, seen from the root."""
        known = self._parts.get(path)
        if known is not None:
            return known
        parts = tuple(self._relative(path).removesuffix(".py").split("/"))
        return parts[:-1] if parts[-1] == "__init__" else parts

    def folder(self, path: str) -> Parts:
        """The package that relative imports of a file start from."""
        parts = self.parts(path)
        return parts if os.path.basename(path) == "__init__.py" else parts[:-1]

    def mentioning(self, word: bytes, among: Iterable[str] | None = None) -> list[str]:
        """The files, of all or among some, in which a word occurs."""
        if among is not None:
            return list(self._with_word(word, among))
        if word not in self._mentioning:
            self._mentioning[word] = list(self._with_word(word, self._searched))
        return self._mentioning[word]

    def _with_word(self, word: bytes, paths: Iterable[str]) -> Iterator[str]:
        pattern = re.compile(rb"\b%s\b" % re.escape(word))
        for path in paths:
            text = self._searched[path]
            if word in text and pattern.search(text) is not None:
                yield path

    def is_test(self, path: str) -> bool:
        """Whether a file is there to test others."""
        if path not in self._tests:
            self._tests[path] = _TESTS.search(self._relative(path)) is not None
        return self._tests[path]

    def _relative(self, path: str) -> str:
        return os.path.relpath(path, self.root).replace(os.sep, "/")

    def at(self, parts: Parts) -> str | None:
        """The file of exactly this name."""
        return self._by_parts.get(parts)

    def named(self, parts: Parts, folder: Parts) -> str | None:
        """The file that an absolute import of a file in a folder means."""
        for end in range(len(folder), -1, -1):
            found = self._by_parts.get(folder[:end] + parts)
            if found is not None:
                return found
        found = self._by_parts.get(("src", *parts))
        if found is not None or parts[0] in sys.stdlib_module_names:
            return found
        size = len(parts)
        fitting = [
            (_shared(known, folder), path)
            for known, path in self._by_last.get(parts[-1], ())
            if known[-size:] == parts
        ]
        if not fitting:
            return None
        nearest = max(shared for shared, _ in fitting)
        best = [path for shared, path in fitting if shared == nearest]
        return best[0] if len(best) == 1 else None

    def summary(self, path: str, lines: Sequence[int] = ()) -> ModuleSummary | None:
        """What a file says; None if it cannot be read or parsed.

        What stands in some lines is read as long as there is a tree, which is not kept.
        """
        text = self.texts.of(path)
        if path not in self.summaries or self.summaries[path][0] != text:
            self.summaries[path] = text, self._summarize(path, text, lines)
        return self.summaries[path][1]

    def holding(
        self,
        pattern: re.Pattern[bytes],
        word: bytes,
        unless: re.Pattern[bytes] | None = None,
        among: frozenset[str] | None = None,
        *,
        by_line: bool = True,
    ) -> Hits:
        """The files with a word in which a pattern occurs, and the lines.

        If the pattern holds the word, only hits count that begin on a line with the word and end on
        it or the next, unless they need not be `by_line`.
        """
        key = pattern, word, unless, among, by_line
        if key not in self._found:
            self._found[key] = list(self._search(*key))
        return self._found[key]

    def occurring(self, pattern: re.Pattern[bytes]) -> list[str]:
        """The files in which a pattern occurs anywhere."""
        if pattern not in self._occurring:
            texts = self._searched.items()
            self._occurring[pattern] = [path for path, text in texts if pattern.search(text)]
        return self._occurring[pattern]

    def _search(
        self,
        pattern: re.Pattern[bytes],
        word: bytes,
        unless: re.Pattern[bytes] | None,
        among: frozenset[str] | None,
        by_line: bool,
    ) -> Iterator[tuple[str, list[int]]]:
        is_near = by_line and word.replace(b"_", b"").isalnum() and word in pattern.pattern
        near = word if is_near else b""
        for path, text in self._searched.items():
            if word in text and (among is None or path in among):
                lines = lines_of(pattern, text, near)
                if lines and (unless is None or unless.match(text) is None):
                    yield path, lines

    def capturing(
        self, pattern: re.Pattern[bytes], word: bytes = b""
    ) -> Mapping[bytes, Sequence[str]]:
        """The files in which the group of a pattern is a name, by the names.

        Only texts that hold a word are searched if one is given.
        """
        key = pattern, word
        if key not in self._capturing:
            found: defaultdict[bytes, list[str]] = defaultdict(list)
            for path, text in self._searched.items():
                for name in set(pattern.findall(text)) if word in text else ():
                    found[name].append(path)
            self._capturing[key] = found
        return self._capturing[key]

    @cached_property
    def _searched(self) -> dict[str, bytes]:
        found: dict[str, bytes] = {}
        size = 0
        for path in self._parts:
            text = self.texts.of(path)
            if text is not None:
                found[path] = text
                size += len(text)
            if size > _MOST_BYTES:
                break
        return found

    def _summarize(
        self, path: str, text: bytes | None, lines: Sequence[int]
    ) -> ModuleSummary | None:
        if text is None:
            return None
        try:
            summary = summarize(parsed(text), path, self._vocabulary)
            summary.around(lines)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return None
        summary.let_go(text)
        return summary


def lines_of(pattern: re.Pattern[bytes], text: bytes, near: bytes = b"") -> list[int]:
    """The lines in which a pattern is found; only where a word stands near if one is given."""
    return [line for _, line in _hits(pattern, text, near)]


def lines_capturing(pattern: re.Pattern[bytes], name: str, text: bytes) -> list[int]:
    """The lines in which a pattern is found with a name as its group."""
    return [line for hit, line in _hits(pattern, text) if hit[1] == name.encode()]


def _hits(
    pattern: re.Pattern[bytes], text: bytes, near: bytes = b""
) -> Iterator[tuple[re.Match[bytes], int]]:
    line, counted = 1, 0
    for hit in _near(pattern, text, near) if near else pattern.finditer(text):
        line += text.count(b"\n", counted, hit.start())
        counted = hit.start()
        yield hit, line


def _near(pattern: re.Pattern[bytes], text: bytes, word: bytes) -> Iterator[re.Match[bytes]]:
    """The hits that begin on lines with a word: a search of them alone is many times faster."""
    found = text.find(word)
    while found >= 0:
        first = text.rfind(b"\n", 0, found) + 1
        end = text.find(b"\n", found) + 1 or len(text)
        last = text.find(b"\n", end) + 1 or len(text)
        yield from (hit for hit in pattern.finditer(text, first, last) if hit.start() < end)
        found = text.find(word, end)


def _shared(one: Parts, other: Parts) -> int:
    count = 0
    for left, right in zip(one, other, strict=False):
        if left != right:
            break
        count += 1
    return count
