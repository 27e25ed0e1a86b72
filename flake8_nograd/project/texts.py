"""What files hold: each is read once, and again only if it has changed since."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import NamedTuple

_BIGGEST = 1_000_000  # bytes of one file
_FLAGS = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0)
Stamp = tuple[int, int]  # time of the last change, and size


class _Kept(NamedTuple):
    text: bytes | None
    stamp: Stamp | None


class Texts:
    """Remembers what was read; texts that an editor has not saved yet stand for the disk's."""

    def __init__(self, unsaved: Mapping[str, bytes], before: Texts | None = None) -> None:
        self._unsaved = unsaved
        self._kept: dict[str, _Kept] = {}
        self._before: dict[str, _Kept] = {}
        if before is not None:
            self._before = {**before._before, **before._kept}

    def of(self, path: str) -> bytes | None:
        """The bytes of a file; None if it cannot be read or is too big to be written by hand."""
        if path in self._unsaved:
            return self._unsaved[path]
        known = self._kept.get(path)
        if known is None:
            known = self._before.pop(path, None)
            if known is None or known.stamp is None or known.stamp != _stamp_on_disk(path):
                known = _read(path)
            self._kept[path] = known
        return known.text


def read(path: str) -> bytes | None:
    """The bytes of a file, as `Texts.of` gives them."""
    return _read(path).text


def _read(path: str) -> _Kept:
    try:
        handle = os.open(path, _FLAGS)
        try:
            stamp = _stamp(os.fstat(handle))
            data = os.read(handle, min(stamp[1], _BIGGEST) + 1)
        finally:
            os.close(handle)
    except OSError:
        return _Kept(None, None)
    return _Kept(data if len(data) <= _BIGGEST else None, stamp)


def _stamp_on_disk(path: str) -> Stamp | None:
    try:
        return _stamp(os.stat(path))
    except OSError:
        return None


def _stamp(status: os.stat_result) -> Stamp:
    return status.st_mtime_ns, status.st_size
