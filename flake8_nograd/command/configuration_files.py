"""Which files the configuration of flake8 comes from."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from flake8.options import config

from flake8_nograd.project.pyproject import settings_in, table_of

PLUGIN = "Flake8-pyproject"
_PYPROJECT = "pyproject.toml"
# flake8 tells nobody which file it has found.
_find: Callable[[str], str | None] = getattr(config, "_find_config_file", lambda _: None)


def files_read(flake8_options: argparse.Namespace) -> list[str]:
    """The files that flake8 has read, in full."""
    if flake8_options.isolated:
        return []
    here = os.getcwd()
    if keys_of_pyproject(here) and is_plugin_installed():
        return [os.path.join(here, _PYPROJECT)]  # it stands in place of all others
    found = flake8_options.config or _find(here)
    chosen = [found, *(flake8_options.append_config or ())]
    return [os.path.abspath(path) for path in chosen if path is not None]


def unread_file() -> str | None:
    """The pyproject.toml that configures flake8, if nothing makes flake8 read it."""
    return _PYPROJECT if keys_of_pyproject(Path.cwd()) and not is_plugin_installed() else None


def is_plugin_installed() -> bool:
    """Whether flake8 reads pyproject.toml."""
    try:
        distribution(PLUGIN)
    except PackageNotFoundError:
        return False
    return True


def keys_of_pyproject(folder: str | Path) -> list[str]:
    """The keys of [tool.flake8] in a folder's pyproject.toml."""
    return list(table_of(settings_in(str(folder)), "tool", "flake8"))
