"""The oldest torch that a project says it runs on."""

from __future__ import annotations

import configparser
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from flake8_nograd.project.requirements import lowest_allowed, lowest_required
from flake8_nograd.torch_versions import Version

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

_PACKAGE = "torch"
_MOST_BYTES = 1_000_000


def declared_floor(root: str) -> Version | None:
    """The lowest torch that the project in a folder allows; None if it sets no lower bound.

    The first file that sets one is believed: pyproject.toml, setup.cfg, then requirements files.
    """
    for read in _READERS:
        floor = read(root)
        if floor is not None:
            return floor
    return None


def _of_pyproject(root: str) -> Version | None:
    try:
        settings = tomllib.loads(_text(os.path.join(root, "pyproject.toml")))
    except (tomllib.TOMLDecodeError, RecursionError):
        return None
    for floors in (_of_project(settings), _of_poetry(settings), _of_groups(settings)):
        known = [floor for floor in floors if floor is not None]
        if known:
            return min(known)
    return None


def _of_project(settings: Mapping[str, Any]) -> Iterator[Version | None]:
    project = _table(settings, "project")
    yield lowest_required(_strings(project.get("dependencies")), _PACKAGE)
    yield from _of_lists(_table(project, "optional-dependencies"))


def _of_poetry(settings: Mapping[str, Any]) -> Iterator[Version | None]:
    poetry = _table(settings, "tool", "poetry")
    groups = _table(poetry, "group")
    for table in (poetry, *(_table(groups, name) for name in groups)):
        wanted = _table(table, "dependencies").get(_PACKAGE)
        for item in wanted if isinstance(wanted, list) else [wanted]:
            bounds = item.get("version") if isinstance(item, dict) else item
            yield lowest_allowed(bounds) if isinstance(bounds, str) else None


def _of_groups(settings: Mapping[str, Any]) -> Iterator[Version | None]:
    yield from _of_lists(_table(settings, "dependency-groups"))


def _of_lists(table: Mapping[str, Any]) -> Iterator[Version | None]:
    for requirements in table.values():
        yield lowest_required(_strings(requirements), _PACKAGE)


def _of_setup_cfg(root: str) -> Version | None:
    parser = configparser.RawConfigParser(strict=False)
    try:
        parser.read_string(_text(os.path.join(root, "setup.cfg")))
    except (configparser.Error, ValueError):
        return None
    lists = [parser.get("options", "install_requires", fallback="")]
    if parser.has_section("options.extras_require"):
        lists += (value for _, value in parser.items("options.extras_require"))
    return lowest_required((line for text in lists for line in text.splitlines()), _PACKAGE)


def _of_requirements(root: str) -> Version | None:
    try:
        names = sorted(os.listdir(root))
    except OSError:
        return None
    wanted = [name for name in names if name.startswith("requirements") and name.endswith(".txt")]
    lines = {
        name: _text(os.path.join(root, name)).splitlines()
        for name in sorted(wanted, key=lambda name: name != "requirements.txt")
    }
    main = lowest_required(lines.pop("requirements.txt", ()), _PACKAGE)
    others = (line for text in lines.values() for line in text)
    return main if main is not None else lowest_required(others, _PACKAGE)


_READERS: tuple[Callable[[str], Version | None], ...] = (
    _of_pyproject,
    _of_setup_cfg,
    _of_requirements,
)


def _text(path: str) -> str:
    """The text of a file; empty if it cannot be read, since it is not the one that is checked."""
    try:
        with open(path, encoding="utf-8-sig", errors="replace") as file:
            return file.read(_MOST_BYTES)
    except (OSError, ValueError):
        return ""


def _table(settings: Mapping[str, Any], *keys: str) -> Mapping[str, Any]:
    found: Any = settings
    for key in keys:
        found = found.get(key) if isinstance(found, dict) else None
    return found if isinstance(found, dict) else {}


def _strings(value: object) -> list[str]:
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []
