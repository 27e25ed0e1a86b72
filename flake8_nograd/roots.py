"""What marks the root of a project, and how its files are called from there."""

from __future__ import annotations

import os
from functools import lru_cache

MARKERS = ("pyproject.toml", "setup.py", "setup.cfg", ".git")


def path_from_root(path: str) -> str:
    """The path of a file from the nearest folder with a marker above it; else as it is given."""
    folder, name = os.path.split(os.path.abspath(path))
    root = _marked(folder)
    return path if root is None else os.path.join(os.path.relpath(folder, root), name)


@lru_cache(maxsize=1024)
def _marked(folder: str) -> str | None:
    if any(os.path.exists(os.path.join(folder, marker)) for marker in MARKERS):
        return folder
    parent = os.path.dirname(folder)
    return _marked(parent) if parent != folder else None
