"""The executor that the command line names."""

from __future__ import annotations

import sys
from concurrent.futures import Executor
from importlib import import_module

from flake8_nograd.command.jobs import MakeExecutor
from flake8_nograd.command.settings import SettingsError


def executor_named(name: str | None) -> MakeExecutor | None:
    """What makes the executor `MODULE:FACTORY`; raises `SettingsError` when there is none."""
    if name is None:
        return None
    module, _, factory = name.partition(":")
    # As `python -m` does, so that a module of the working directory is found.
    sys.path.insert(0, "")
    try:
        make = getattr(import_module(module), factory)
    except (ImportError, AttributeError, ValueError) as error:
        raise SettingsError(f"--executor {name}: {error}") from error
    finally:
        sys.path.remove("")

    def checked() -> Executor:
        made = make()
        if not hasattr(made, "submit"):
            raise SettingsError(f"--executor {name}: made a {type(made).__name__}, no executor")
        return made  # type: ignore[no-any-return]

    return checked
