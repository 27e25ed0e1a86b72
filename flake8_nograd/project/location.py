"""Where a file's project is, and which Python files belong to it."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

Parts = tuple[str, ...]
MARKERS = ("pyproject.toml", "setup.py", "setup.cfg", ".git")

# Folders of other people's code, of tools and of builds.
_EXCLUDED = frozenset(
    "__pycache__ node_modules site-packages dist-packages build dist venv env __pypackages__"
    " htmlcov wandb lightning_logs".split()
)
_PACKAGE = "__init__.py"
_ENVIRONMENT = "pyvenv.cfg"
_MOST_FILES = 6_000
_MOST_FOLDERS = 6_000
_BIGGEST = 1_000_000  # bytes of one file


def root_of(path: str, setting: str) -> str | None:
    """The folder that holds the project of a file; None if there is none, or none is wanted."""
    if setting == "off" or path.startswith("<"):
        return None
    folder = _real_folder(path)
    if folder is None:
        return None
    if setting != "auto":
        root = os.path.realpath(setting)
        return root if os.path.isdir(root) else None
    return _marked(folder) or _unmarked(folder)


def python_files(root: str) -> dict[str, Parts]:
    """The Python files of a project, each with its name as a module seen from the root.

    They are in an order of their own; symbolic links to folders lead nowhere.
    """
    found: dict[str, Parts] = {}
    todo: list[tuple[str, Parts]] = [(root, ())]
    for folder, parts in todo:
        folders, files, is_environment = _entries(folder)
        if is_environment and folder != root:
            continue
        for name in files:
            found[f"{folder}{os.sep}{name}"] = parts if name == _PACKAGE else (*parts, name[:-3])
        if len(found) >= _MOST_FILES:
            return dict(islice(found.items(), _MOST_FILES))
        if len(todo) < _MOST_FOLDERS:
            todo += [(f"{folder}{os.sep}{name}", (*parts, name)) for name in folders]
    return found


def read(path: str) -> bytes | None:
    """The bytes of a file; None if it cannot be read or is too big to be written by hand."""
    try:
        handle = os.open(path, os.O_RDONLY)
        try:
            data = os.read(handle, _BIGGEST + 1)
        finally:
            os.close(handle)
    except OSError:
        return None
    return data if len(data) <= _BIGGEST else None


def _real_folder(path: str) -> str | None:
    """The folder of a file, or the one in which an editor would save it."""
    folder = os.path.dirname(os.path.realpath(path))
    return folder if os.path.isdir(folder) else None


def _marked(folder: str) -> str | None:
    for parent in _upwards(folder):
        if any(os.path.exists(os.path.join(parent, marker)) for marker in MARKERS):
            return parent
    return None


def _unmarked(folder: str) -> str | None:
    """Without a marker: the working directory, or the folders of Python files around the file."""
    everywhere = _too_big()
    here = os.path.realpath(os.getcwd())
    if here not in everywhere and os.path.commonpath((here, folder)) == here:
        return here
    root = None
    for parent in _upwards(folder):
        if parent in everywhere or not _entries(parent)[1]:
            break
        root = parent
    return root


def _upwards(folder: str) -> Iterator[str]:
    while True:
        yield folder
        parent = os.path.dirname(folder)
        if parent == folder:
            return
        folder = parent


def _too_big() -> set[str]:
    """Folders that hold projects and are none."""
    places = (str(Path.home()), tempfile.gettempdir(), os.path.abspath(os.sep))
    return {os.path.realpath(place) for place in places}


def _entries(folder: str) -> tuple[list[str], list[str], bool]:
    """The folders and the Python files in a folder, sorted, and whether it is an environment."""
    folders: list[str] = []
    files: list[str] = []
    is_environment = False
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                name = entry.name
                if name[-3:] == ".py":
                    if entry.is_file():
                        files.append(name)
                elif name == _ENVIRONMENT:
                    is_environment = True
                elif (
                    name[0] != "." and name not in _EXCLUDED and entry.is_dir(follow_symlinks=False)
                ):
                    folders.append(name)
    except OSError:
        return [], [], False
    return sorted(folders), sorted(files), is_environment
