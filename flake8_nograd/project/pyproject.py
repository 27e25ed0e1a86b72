"""What the pyproject.toml of a folder says."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from typing import Any

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

_MOST_BYTES = 1_000_000


def settings_in(folder: str) -> Mapping[str, Any]:
    """All tables; empty if the file is not there or is none, since it is not what is checked."""
    try:
        return tomllib.loads(text_of(os.path.join(folder, "pyproject.toml")))
    except (tomllib.TOMLDecodeError, RecursionError):
        return {}


def table_of(settings: Mapping[str, Any], *keys: str) -> Mapping[str, Any]:
    """A table in a table; empty if there is none."""
    found: Any = settings
    for key in keys:
        found = found.get(key) if isinstance(found, dict) else None
    return found if isinstance(found, dict) else {}


def text_of(path: str) -> str:
    """The beginning of a file; empty if it cannot be read."""
    try:
        with open(path, encoding="utf-8-sig", errors="replace") as file:
            return file.read(_MOST_BYTES)
    except (OSError, ValueError):
        return ""
