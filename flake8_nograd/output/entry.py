"""What every format is given, and what several of them say of a finding."""

from __future__ import annotations

import hashlib
import os
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import version
from typing import NamedTuple

from flake8_nograd.findings import Finding
from flake8_nograd.fixing import Outcome
from flake8_nograd.notebook_cells import Cells
from flake8_nograd.quick_fix import QuickFix

TOOL = "flake8-nograd"
# By the family of the code: what raises or misleads is worse than memory that is wasted.
_ERRORS = ("NGR2", "NGR302")

Segment = tuple[str, str]
Line = str | Sequence[Segment]


@dataclass(frozen=True)
class Entry:
    """One listed finding, the lines of its file, and its quick fix if the format wants one."""

    path: str
    lines: Sequence[str]
    outcome: Outcome
    quick_fix: QuickFix | None = None
    before: Sequence[str] | None = None  # the lines as they were, if a fix has changed them

    @property
    def finding(self) -> Finding:
        """The finding itself."""
        return self.outcome.finding

    @property
    def end(self) -> tuple[int, int]:
        """The 1-based line and column just past the call."""
        finding = self.finding
        return finding.end or (finding.line, finding.column + 1)

    @property
    def source_line(self) -> str:
        """The line on which the call begins."""
        return self.lines[self.finding.line - 1].rstrip("\r\n")

    @property
    def line(self) -> int:
        """The line to print: where the call begins, in a notebook as nbqa counts."""
        return self._place[0]

    @property
    def message(self) -> str:
        """What is said; in a notebook its lines are those of cells."""
        return self.in_words(self.finding.message) + self._place[1]

    def in_words(self, text: str) -> str:
        """A text about the finding; in a notebook its lines are those of cells."""
        return self._cells.in_words(text, self.finding.line)

    @property
    def _place(self) -> tuple[int, str]:
        return self._cells.as_before(self.finding.line, self._cells_before)

    @cached_property
    def _cells(self) -> Cells:
        return Cells(self.lines)

    @cached_property
    def _cells_before(self) -> Cells:
        return Cells(self.lines if self.before is None else self.before)

    @property
    def uri(self) -> str:
        """The path as other programs want it: with slashes, relative where it can be."""
        path = self.path
        if os.path.isabs(path) and _is_below(path, os.getcwd()):
            path = os.path.relpath(path)
        return path.replace(os.sep, "/")


@dataclass(frozen=True)
class Listing:
    """All that a run has to tell: findings in order, and files that could not be handled."""

    entries: Sequence[Entry]
    failures: Sequence[str] = ()

    @cached_property
    def fingerprints(self) -> list[str]:
        """A name for each finding that stays the same when lines above it come or go."""
        seen: Counter[str] = Counter()
        names = []
        for entry in self.entries:
            key = "\0".join((entry.uri, entry.finding.code, entry.source_line.strip()))
            names.append(hashlib.sha256(f"{key}\0{seen[key]}".encode("utf-8", "replace")))
            seen[key] += 1
        return [name.hexdigest()[:32] for name in names]


class Format(NamedTuple):
    """How findings are written; a document is one piece and stands alone on standard output."""

    render: Callable[[Listing], Iterator[Line]]
    with_fixes: bool = False
    is_document: bool = False


def is_error(code: str) -> bool:
    """Whether findings with a code break programs."""
    return code.startswith(_ERRORS)


def tool_version() -> str:
    """The version of this package."""
    return version(TOOL)


def _is_below(path: str, folder: str) -> bool:
    try:
        return os.path.commonpath((path, folder)) == folder
    except ValueError:  # another drive
        return False
