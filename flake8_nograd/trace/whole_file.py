"""Files of a report, whole at any moment: also while the program still runs."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path
from typing import Any

from flake8_nograd.trace.report import Report

_NOT_YET = "<!doctype html>\n<title>nograd-trace</title>\n<p>The program has not ended yet.</p>\n"


class WholeFile:
    """Replaces its contents as a whole, so that a process killed meanwhile leaves the old ones."""

    def __init__(self, path: str, text: str) -> None:
        """Writes a first text, so that failure comes before the program runs: `OSError`."""
        self._path = os.path.realpath(path)
        self._process = os.getpid()
        self.replace(text)

    def replace(self, text: str) -> None:
        """Write another text; raises `OSError`. A forked process has nothing to say."""
        if os.getpid() != self._process:
            return
        if not _is_plain(self._path):
            Path(self._path).write_text(text, "utf-8", "backslashreplace")
            return
        draft = f"{self._path}.{self._process}"
        Path(draft).write_text(text, "utf-8", "backslashreplace")
        os.replace(draft, self._path)


class JsonFile(WholeFile):
    """A report as JSON."""

    def __init__(self, path: str) -> None:
        """Writes an empty report; raises `OSError`."""
        super().__init__(path, _json(Report(), complete=False))

    def write(self, report: Report, *, complete: bool, **more: Any) -> None:
        """Write what is known; raises `OSError`."""
        self.replace(_json(report, complete=complete, **more))


def page_file(path: str) -> WholeFile:
    """The file of a page, which says that there is none yet; raises `OSError`."""
    return WholeFile(path, _NOT_YET)


def _json(report: Report, *, complete: bool, **more: Any) -> str:
    return json.dumps({**report.as_json(), "complete": complete, **more}, indent=1)


def _is_plain(path: str) -> bool:
    """Whether a path is a file or nothing yet; a pipe or a terminal cannot be replaced."""
    try:
        return stat.S_ISREG(os.stat(path).st_mode)
    except FileNotFoundError:
        return True
