"""The oldest torch that a project says it runs on."""

from __future__ import annotations

import configparser
import os
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from flake8_nograd.project.pyproject import settings_in, table_of, text_of
from flake8_nograd.project.requirements import lowest_allowed, lowest_required
from flake8_nograd.torch_versions import Version

_PACKAGE = "torch"


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
    settings = settings_in(root)
    for floors in (_of_project(settings), _of_poetry(settings), _of_groups(settings)):
        known = [floor for floor in floors if floor is not None]
        if known:
            return min(known)
    return None


def _of_project(settings: Mapping[str, Any]) -> Iterator[Version | None]:
    project = table_of(settings, "project")
    yield lowest_required(_strings(project.get("dependencies")), _PACKAGE)
    yield from _of_lists(table_of(project, "optional-dependencies"))


def _of_poetry(settings: Mapping[str, Any]) -> Iterator[Version | None]:
    poetry = table_of(settings, "tool", "poetry")
    groups = table_of(poetry, "group")
    for table in (poetry, *(table_of(groups, name) for name in groups)):
        wanted = table_of(table, "dependencies").get(_PACKAGE)
        for item in wanted if isinstance(wanted, list) else [wanted]:
            bounds = item.get("version") if isinstance(item, dict) else item
            yield lowest_allowed(bounds) if isinstance(bounds, str) else None


def _of_groups(settings: Mapping[str, Any]) -> Iterator[Version | None]:
    yield from _of_lists(table_of(settings, "dependency-groups"))


def _of_lists(table: Mapping[str, Any]) -> Iterator[Version | None]:
    for requirements in table.values():
        yield lowest_required(_strings(requirements), _PACKAGE)


def _of_setup_cfg(root: str) -> Version | None:
    parser = configparser.RawConfigParser(strict=False)
    try:
        parser.read_string(text_of(os.path.join(root, "setup.cfg")))
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
        name: text_of(os.path.join(root, name)).splitlines()
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


def _strings(value: object) -> list[str]:
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []
