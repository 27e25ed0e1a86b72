"""flake8's patterns of files that are left out."""

from __future__ import annotations

import fnmatch
import os
import re
from collections.abc import Iterable, Sequence

from flake8_nograd.patterns import lazy_pattern

_WILD = lazy_pattern(r"[*?\[]")


class Exclusion:
    """A pattern speaks of a name alone, or of a whole path; projects are known by real paths."""

    def __init__(self, patterns: Sequence[str]) -> None:
        names = [item for item in patterns if os.sep not in item]
        paths = [_real(item) for item in patterns if os.sep in item]
        self._names = _any_of(names)
        self._paths = _any_of([*paths, *filter(_starts_wild, names)])

    def kept(self, folder: str, names: Iterable[str]) -> Iterable[str]:
        """What is not left out of the files or folders in a folder."""
        if self._names is not None:
            names = [item for item in names if not self._names.match(os.path.normcase(item))]
        if self._paths is not None:
            head = os.path.normcase(folder + os.sep)
            names = [item for item in names if not self._paths.match(head + os.path.normcase(item))]
        return names


def _any_of(patterns: Sequence[str]) -> re.Pattern[str] | None:
    translated = (fnmatch.translate(os.path.normcase(item)) for item in patterns)
    return re.compile("|".join(translated)) if patterns else None


def _starts_wild(pattern: str) -> bool:
    """Whether a pattern without a folder could match a whole path as well."""
    return pattern[:1] in "*?["


def _real(pattern: str) -> str:
    """The pattern with its folders as they are on the disk, up to the first that is open."""
    wild = _WILD.search(pattern)
    end = len(pattern) if wild is None else pattern.rfind(os.sep, 0, wild.start())
    return os.path.realpath(pattern[:end]) + pattern[end:] if end > 0 else pattern
