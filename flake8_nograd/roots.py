"""What marks the root of a project, and how its files are called from there."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

MARKERS = ("pyproject.toml", "setup.py", "setup.cfg", ".git")
NOT_HERE = "not-here:"  # begins the path, from its root, of a file that is on another disk
_OF_PROJECTS_ALONE = MARKERS[:-1]  # who keeps the settings of a home in git has no project there


def path_from_root(path: str) -> str:
    """The path of a file from the nearest folder with a marker above it; else as it is given."""
    if path.startswith(NOT_HERE):
        return path.removeprefix(NOT_HERE)
    folder, name = os.path.split(os.path.abspath(path))
    root = _marked_for_all_files(folder)
    return path if root is None else os.path.join(os.path.relpath(folder, root), name)


@lru_cache(maxsize=1024)
def _marked_for_all_files(folder: str) -> str | None:
    return marked(folder)


def marked(folder: str) -> str | None:
    """The nearest of a folder and those above it that has a marker."""
    too_big = homes_of_projects()
    for parent in upwards(folder):
        markers = _OF_PROJECTS_ALONE if parent in too_big else MARKERS
        if any(os.path.exists(os.path.join(parent, marker)) for marker in markers):
            return parent
    return None


def upwards(folder: str) -> Iterator[str]:
    """A folder and all above it."""
    while True:
        yield folder
        parent = os.path.dirname(folder)
        if parent == folder:
            return
        folder = parent


def homes_of_projects() -> set[str]:
    """Folders that hold projects and are none."""
    places = (str(Path.home()), tempfile.gettempdir(), os.path.abspath(os.sep))
    return {os.path.realpath(place) for place in places}
