"""Where a file's project is, and which Python files belong to it."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence, Set
from itertools import islice
from typing import NamedTuple

from flake8_nograd import roots
from flake8_nograd.project.exclusion import Exclusion

Parts = tuple[str, ...]

# What tells of a project's folder where no marker does, beside the Python files in it.
_SIGNS = frozenset(
    "requirements.txt environment.yml environment.yaml Pipfile tox.ini .flake8 .hg .gitignore"
    " .pre-commit-config.yaml MANIFEST.in LICENSE LICENSE.txt LICENSE.md README.md README.rst"
    " Makefile Dockerfile".split()
)
_WIDEST_GAP = 2  # folders without any of these, between two that have them
# Folders of other people's code, of tools and of builds.
_EXCLUDED = frozenset(
    "__pycache__ node_modules site-packages dist-packages build dist venv env __pypackages__"
    " htmlcov wandb lightning_logs".split()
)
_PACKAGE = "__init__.py"
_ENVIRONMENT = "pyvenv.cfg"
_MOST_FILES = 6_000
_MOST_FOLDERS = 6_000


class _Entries(NamedTuple):
    """What is in a folder, sorted."""

    folders: list[str]
    files: list[str]
    is_environment: bool
    has_sign: bool


def root_of(path: str, setting: str, imported: Set[str] = frozenset()) -> str | None:
    """The folder that holds the project of a file; None if there is none, or none is wanted.

    `imported` are the first parts of the names that the file imports.
    """
    if setting == "off" or path.startswith("<"):
        return None
    folder = _real_folder(path)
    if folder is None:
        return None
    if setting != "auto":
        root = os.path.realpath(setting)
        return root if os.path.isdir(root) else None
    return roots.marked(folder) or _unmarked(folder, imported)


def python_files(root: str, excluded: Sequence[str] = ()) -> dict[str, Parts]:
    """The Python files of a project, each with its name as a module seen from the root.

    They are in an order of their own; symbolic links to folders lead nowhere. What the patterns
    match is left out as flake8 does.
    """
    exclusion = Exclusion(excluded)
    found: dict[str, Parts] = {}
    todo: list[tuple[str, Parts]] = [(root, ())]
    for folder, parts in todo:
        inside = _entries(folder)
        if inside.is_environment and folder != root:
            continue
        for name in exclusion.kept(folder, inside.files):
            found[f"{folder}{os.sep}{name}"] = parts if name == _PACKAGE else (*parts, name[:-3])
        if len(found) >= _MOST_FILES:
            return dict(islice(found.items(), _MOST_FILES))
        if len(todo) < _MOST_FOLDERS:
            names = exclusion.kept(folder, inside.folders)
            todo += [(f"{folder}{os.sep}{name}", (*parts, name)) for name in names]
    return found


def _real_folder(path: str) -> str | None:
    """The folder of a file, or the one in which an editor would save it."""
    folder = os.path.dirname(os.path.realpath(path))
    return folder if os.path.isdir(folder) else None


def _unmarked(folder: str, imported: Set[str]) -> str | None:
    """Without a marker: the topmost of the folders around the file that look like its project's.

    That is the same whatever the working directory is. A folder that is a package is none, but the
    one in which it is.
    """
    root = None
    gap = 0
    holds_package = False
    too_big = roots.homes_of_projects()
    for parent in roots.upwards(folder):
        if parent in too_big:
            break
        inside = _entries(parent)
        looks_so = parent == folder or inside.files or inside.has_sign or holds_package
        holds_package = _PACKAGE in inside.files
        if looks_so or _holds(parent, imported & set(inside.folders)):
            root, gap = parent, 0
        elif gap == _WIDEST_GAP:
            break
        else:
            gap += 1
    return root


def _holds(folder: str, names: Iterable[str]) -> bool:
    """Whether any folder in a folder is a part of the same project, not a project of its own."""
    return any(
        not any(os.path.exists(os.path.join(folder, name, marker)) for marker in roots.MARKERS)
        for name in names
    )


def _entries(folder: str) -> _Entries:
    folders: list[str] = []
    files: list[str] = []
    is_environment = has_sign = False
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                name = entry.name
                has_sign = has_sign or name in _SIGNS
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
        return _Entries([], [], False, False)
    return _Entries(sorted(folders), sorted(files), is_environment, has_sign)
