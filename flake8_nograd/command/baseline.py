"""Findings that were there before anybody looked: how many of each code in each file."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from flake8_nograd.findings import Finding
from flake8_nograd.source import Source, SourceError

_VERSION = 1

Counts = Mapping[str, Mapping[str, int]]


@dataclass(frozen=True, slots=True)
class Baseline:
    """Lets a code pass in a file as long as it is not found more often than it was.

    Lines may move, so nobody can say which of more findings are the new ones: all are shown.
    """

    folder: str
    counts: Counts = field(default_factory=dict)

    @classmethod
    def read(cls, path: str) -> Baseline:
        """Read a file that `write` wrote; raises `SourceError`."""
        try:
            content = json.loads(Path(path).read_text("utf-8"))
            counts = content["counts"]
            if content["version"] != _VERSION or not _is_well_formed(counts):
                raise SourceError(path, None, "not a baseline of this version")
        except OSError as error:
            raise SourceError(path, None, error.strerror or str(error)) from error
        except json.JSONDecodeError as error:
            raise SourceError(path, error.lineno, f"not a baseline: {error.msg}") from error
        except (ValueError, KeyError, TypeError) as error:
            raise SourceError(path, None, "not a baseline") from error
        return cls(_folder(path), counts)

    def keep(self, source: Source, findings: Sequence[Finding]) -> Sequence[Finding]:
        """The findings of a file that are more than there were."""
        known = self.counts.get(_name(source.path, self.folder), {})
        now = Counter(finding.code for finding in findings)
        return [item for item in findings if now[item.code] > known.get(item.code, 0)]


def write(path: str, found: Iterable[tuple[str, str]]) -> int:
    """Write how often each code is found in each file; returns the sum. Raises `SourceError`."""
    counts: dict[str, Counter[str]] = {}
    for file, code in found:
        counts.setdefault(_name(file, _folder(path)), Counter())[code] += 1
    content = {"version": _VERSION, "counts": counts}
    try:
        Path(path).write_text(json.dumps(content, indent=2, sort_keys=True) + "\n", "utf-8")
    except OSError as error:
        raise SourceError(path, None, f"not written: {error.strerror or error}") from error
    return sum(number for codes in counts.values() for number in codes.values())


def _is_well_formed(counts: object) -> bool:
    return isinstance(counts, dict) and all(
        isinstance(codes, dict) and all(isinstance(number, int) for number in codes.values())
        for codes in counts.values()
    )


def _folder(path: str) -> str:
    return os.path.dirname(os.path.abspath(path))


def _name(path: str, folder: str) -> str:
    """The path as it stands in the file: from the folder of the baseline, with slashes."""
    try:
        path = os.path.relpath(path, folder)
    except ValueError:  # another drive
        path = os.path.abspath(path)
    return path.replace(os.sep, "/")
