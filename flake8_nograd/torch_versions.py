"""Versions of torch as numbers that can be compared."""

from __future__ import annotations

import re
from collections.abc import Callable

Version = tuple[int, ...]

NEWEST: Version = (1 << 30,)
Floor = Callable[[], Version]  # asked only where an old torch would matter
_VERSION = re.compile(
    r"[vV]?(\d+(?:\.\d+)*)(?:\.\*)?(?:[.\-_]?(?:a|b|c|rc|dev|post)[\d.]*)?(?:\+.*)?"
)


def newest() -> Version:
    """The floor of those who do not care for older versions."""
    return NEWEST


def text_of(version: Version) -> str:
    """A version as it is written."""
    return ".".join(map(str, version))


def version_of(text: str) -> Version | None:
    """The release that a text such as 1.13.1+cu117 names; None if it is none."""
    found = _VERSION.fullmatch(text.strip())
    return tuple(map(int, found[1].split("."))) if found is not None else None
