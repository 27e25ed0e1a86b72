"""The JSON file of a report, whole at any moment: also while the program still runs."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path
from typing import Any

from flake8_nograd.trace.report import Report


class JsonFile:
    """Replaces its contents as a whole, so that a process killed meanwhile leaves the old ones."""

    def __init__(self, path: str) -> None:
        """Writes an empty report, so that failure comes before the program runs: `OSError`."""
        self._path = os.path.realpath(path)
        self._process = os.getpid()
        self.write(Report(), complete=False)

    def write(self, report: Report, *, complete: bool, **more: Any) -> None:
        """Write what is known; raises `OSError`. A forked process has nothing to say."""
        if os.getpid() != self._process:
            return
        text = json.dumps({**report.as_json(), "complete": complete, **more}, indent=1)
        if not _is_plain(self._path):
            Path(self._path).write_text(text, "utf-8")
            return
        draft = f"{self._path}.{self._process}"
        Path(draft).write_text(text, "utf-8")
        os.replace(draft, self._path)


def _is_plain(path: str) -> bool:
    """Whether a path is a file or nothing yet; a pipe or a terminal cannot be replaced."""
    try:
        return stat.S_ISREG(os.stat(path).st_mode)
    except FileNotFoundError:
        return True
