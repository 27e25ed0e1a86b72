"""The texts and summaries of a project's files, and which file a module's name means."""

from __future__ import annotations

import ast
import os
import re
import sys
import warnings
from collections import defaultdict
from collections.abc import Iterator
from functools import cached_property

from flake8_nograd.project.location import Parts, python_files, read
from flake8_nograd.project.module_reader import summarize
from flake8_nograd.project.summary import ModuleSummary
from flake8_nograd.vocabulary.lookup import Vocabulary

_MOST_BYTES = 64_000_000
_MOST_PARSED = 25_000_000  # bytes
_TESTS = re.compile(r"(^|/)(tests?|testing|conftest\.py|test_[^/]*\.py|[^/]*_tests?\.py)(/|$)")


class Files:
    """Files are listed once, their texts read when a name is searched, parsed when they hold it."""

    def __init__(self, root: str, vocabulary: Vocabulary) -> None:
        self.root = root
        self._vocabulary = vocabulary
        self._parts = python_files(root)
        self._by_parts = {parts: path for path, parts in self._parts.items()}
        self._texts: dict[str, bytes] | None = None
        self._summaries: dict[str, ModuleSummary | None] = {}
        self._read: dict[str, bytes | None] = {}
        self._parsed = 0

    @cached_property
    def _by_last(self) -> dict[str, list[tuple[Parts, str]]]:
        """The files by the last part of their names."""
        found: defaultdict[str, list[tuple[Parts, str]]] = defaultdict(list)
        for path, parts in self._parts.items():
            if parts:
                found[parts[-1]].append((parts, path))
        return found

    def parts(self, path: str) -> Parts:
        """The name that a file has as a module, seen from the root."""
        known = self._parts.get(path)
        if known is not None:
            return known
        relative = os.path.relpath(path, self.root).replace(os.sep, "/").removesuffix(".py")
        parts = tuple(relative.split("/"))
        return parts[:-1] if parts[-1] == "__init__" else parts

    def folder(self, path: str) -> Parts:
        """The package that relative imports of a file start from."""
        parts = self.parts(path)
        return parts if os.path.basename(path) == "__init__.py" else parts[:-1]

    def is_test(self, path: str) -> bool:
        """Whether a file is there to test others."""
        relative = os.path.relpath(path, self.root).replace(os.sep, "/")
        return _TESTS.search(relative) is not None

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

    def summary(self, path: str) -> ModuleSummary | None:
        """What a file says; None if it cannot be read or parsed, or too much has been already."""
        if path not in self._summaries:
            self._summaries[path] = self._summarize(path)
        return self._summaries[path]

    def holding(self, pattern: re.Pattern[bytes], word: bytes) -> Iterator[tuple[str, list[int]]]:
        """The files in which a pattern with this word in it occurs, and the lines."""
        for path, text in self._read_all().items():
            if word in text:
                lines = [text.count(b"\n", 0, hit.start()) + 1 for hit in pattern.finditer(text)]
                if lines:
                    yield path, lines

    def _read_all(self) -> dict[str, bytes]:
        if self._texts is None:
            self._texts = {}
            self._read.clear()
            size = 0
            for path in self._parts:
                text = read(path)
                if text is not None:
                    self._texts[path] = text
                    size += len(text)
                if size > _MOST_BYTES:
                    break
        return self._texts

    def text(self, path: str) -> bytes | None:
        """The bytes of a file; None if it cannot be read."""
        if self._texts is not None:
            return self._texts.get(path)
        if path not in self._read:
            self._read[path] = read(path)
        return self._read[path]

    def _summarize(self, path: str) -> ModuleSummary | None:
        text = self.text(path)
        if text is None or self._parsed > _MOST_PARSED:
            return None
        self._parsed += len(text)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                return summarize(ast.parse(text), path, self._vocabulary)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return None


def _shared(one: Parts, other: Parts) -> int:
    count = 0
    for left, right in zip(one, other, strict=False):
        if left != right:
            break
        count += 1
    return count
