"""Which configuration holds for a document of an editor."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from flake8_nograd.command.settings import Settings, SettingsError


class Configurations:
    """The settings of each workspace folder, as flake8 would find them there.

    `argv` are flake8's arguments, which win over the files.
    """

    def __init__(self, argv: Sequence[str]) -> None:
        self._argv = list(argv)
        self._known: dict[str, Settings] = {}
        self.problems: list[str] = []

    def of(self, path: str, folders: Sequence[str]) -> Settings:
        """The settings for a file: those of the innermost folder that holds it."""
        around = [folder for folder in folders if Path(path).is_relative_to(folder)]
        root = max(around, key=len, default=os.path.dirname(path))
        if root not in self._known:
            self._known[root] = self._read(root)
        return self._known[root]

    def forget(self) -> None:
        """Read the files again when somebody asks."""
        self._known.clear()

    def _read(self, root: str) -> Settings:
        try:
            with _working_in(root):
                return Settings.read(self._argv)
        except (SettingsError, OSError) as error:
            self.problems.append(str(error))
            return Settings.read(["--isolated"])


@contextlib.contextmanager
def _working_in(folder: str) -> Iterator[None]:
    """flake8 looks for its configuration where it is started."""
    before = os.getcwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)
