"""Which files a report speaks of."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

from flake8_nograd.trace.sites import Place


@dataclass(frozen=True, slots=True)
class Selection:
    """Files below the directories `only`, if there are any, but for those that match `omit`."""

    only: tuple[str, ...] = ()
    omit: tuple[str, ...] = ()

    @classmethod
    def of(cls, only: Iterable[str], omit: Iterable[str]) -> Selection:
        """From paths and patterns as they are written on the command line."""
        return cls(tuple(map(_directory, only)), tuple(omit))

    def keeps(self, place: Place) -> bool:
        """Whether a place is one of those asked for."""
        return self.keeps_file(place.path)

    def keeps_file(self, path: str) -> bool:
        """Whether a file is one of those asked for; a pattern fits its path or its name."""
        if self.only and not path.startswith(self.only):
            return False
        names = (path, os.path.relpath(path), Path(path).name) if self.omit else ()
        return not any(fnmatch(name, pattern) for name in names for pattern in self.omit)


def _directory(path: str) -> str:
    """A directory with a separator behind it; a file as it is."""
    absolute = os.path.abspath(path)
    return absolute if os.path.isfile(absolute) else os.path.join(absolute, "")
