"""Which files a command line means."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from fnmatch import fnmatch
from typing import NamedTuple

from pathspec import GitIgnoreSpec

from flake8_nograd.command.settings import Settings
from flake8_nograd.source import SourceError


class Discovered(NamedTuple):
    """The files to look at, each once and in order, and what cannot be looked at.

    ``named`` are those that the command line itself names.
    """

    paths: list[str]
    named: frozenset[str]
    refused: list[SourceError]


def discover(paths: Sequence[str], settings: Settings, force_exclude: bool) -> Discovered:
    """What a command line means."""
    found: dict[object, str] = {}
    named: set[object] = set()
    refused: list[SourceError] = []
    for path in paths:
        why = _reason_to_refuse(path)
        if why is not None:
            refused.append(SourceError(path, None, why))
            continue
        if force_exclude and is_excluded_anywhere(path, settings):
            continue
        is_folder = os.path.isdir(path)
        for file in _walk(path, settings, refused) if is_folder else [path]:
            identity = _identity(file)
            found.setdefault(identity, os.path.normpath(file))
            if not is_folder:
                named.add(identity)
    return Discovered(
        sorted(found.values()), frozenset(found[identity] for identity in named), refused
    )


def _reason_to_refuse(path: str) -> str | None:
    if not os.path.exists(path):
        return "no such file or directory"
    if not os.path.isdir(path) and not os.path.isfile(path):
        return "neither a file nor a directory"
    if path.endswith(".ipynb"):
        return f"a notebook; fix it by way of nbqa: nbqa flake8_nograd {path}"
    return None


def is_excluded_anywhere(path: str, settings: Settings) -> bool:
    """Whether a path or a directory above it is excluded."""
    current = os.path.normpath(path)
    while current not in ("", os.curdir, os.sep):
        if settings.is_excluded(current):
            return True
        parent = os.path.dirname(current)
        if parent == current:
            break
        current = parent
    return False


def _identity(path: str) -> object:
    """What all names of a file have in common; a dangling link has nothing but its name."""
    try:
        status = os.stat(path)
    except OSError:
        return path
    return status.st_dev, status.st_ino


def _walk(top: str, settings: Settings, refused: list[SourceError]) -> Iterator[str]:
    def refuse(error: OSError) -> None:
        refused.append(SourceError(str(error.filename), None, error.strerror or str(error)))

    ignored = _GitIgnore(top)
    for folder, folders, files in os.walk(top, onerror=refuse):
        ignored.read(folder)
        folders[:] = [
            name
            for name in sorted(folders)
            if not settings.is_excluded(os.path.join(folder, name))
            and not ignored.matches(os.path.join(folder, name), is_folder=True)
        ]
        for name in sorted(files):
            path = os.path.join(folder, name)
            if (
                any(fnmatch(path, pattern) for pattern in settings.patterns)
                and not settings.is_excluded(path)
                and not ignored.matches(path, is_folder=False)
                and _may_be_read(path)
            ):
                yield path


def _may_be_read(path: str) -> bool:
    """Whether this is a file, and no pipe or device; a dangling link is read, to tell of it."""
    return os.path.isfile(path) or not os.path.exists(path)


class _GitIgnore:
    """The `.gitignore` files of a repository, read as its folders are visited."""

    def __init__(self, top: str) -> None:
        self._specs: dict[str, GitIgnoreSpec] = {}
        top = os.path.abspath(top)
        self._root = _repository(top) or top
        folder = self._root
        self._read_file(self._root, os.path.join(self._root, ".git", "info", "exclude"))
        for part in os.path.relpath(top, self._root).split(os.sep):
            self.read(folder)
            folder = os.path.normpath(os.path.join(folder, part))

    def read(self, folder: str) -> None:
        """Take the `.gitignore` of a folder into account."""
        self._read_file(os.path.abspath(folder), os.path.join(folder, ".gitignore"))

    def matches(self, path: str, is_folder: bool) -> bool:
        """Whether git would ignore a path; the pattern nearest to it decides."""
        path = os.path.abspath(path)
        folder = path
        while folder != self._root and len(folder) > len(self._root):
            folder = os.path.dirname(folder)
            spec = self._specs.get(folder)
            if spec is not None:
                relative = os.path.relpath(path, folder) + ("/" if is_folder else "")
                include = spec.check_file(relative).include
                if include is not None:
                    return include
        return False

    def _read_file(self, folder: str, path: str) -> None:
        try:
            with open(path, encoding="utf-8", errors="replace") as file:
                lines = file.read().splitlines()
        except OSError:
            return
        known = self._specs.get(folder)
        spec = GitIgnoreSpec.from_lines(lines)
        self._specs[folder] = known + spec if known is not None else spec


def _repository(folder: str) -> str | None:
    """The root of the repository that a folder belongs to."""
    while not os.path.exists(os.path.join(folder, ".git")):
        parent = os.path.dirname(folder)
        if parent == folder:
            return None
        folder = parent
    return folder
