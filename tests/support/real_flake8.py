"""flake8 as users run it: a process of its own, with this plugin and no configuration but ours."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from flake8_nograd.findings import Finding

_LINE = re.compile(r"(?P<path>.+?):(?P<line>\d+):(?P<column>\d+): (?P<code>\w+) (?P<message>.*)")


@dataclass(frozen=True)
class Flake8Run:
    """What a run of flake8 printed, and how it ended."""

    exit_code: int
    out: str
    err: str

    def findings(self, path: str) -> list[Finding]:
        """The lines about one file, as findings in order of place."""
        lines = filter(None, map(_LINE.fullmatch, self.out.splitlines()))
        return sorted(_finding(line) for line in lines if Path(line["path"]) == Path(path))

    @property
    def codes(self) -> list[str]:
        """The codes of all lines, in order."""
        return [line["code"] for line in filter(None, map(_LINE.match, self.out.splitlines()))]


def run_flake8(*arguments: str, folder: Path, stdin: str | None = None) -> Flake8Run:
    """Run flake8 in a folder with only this plugin's codes selected; one process if not told."""
    command = [sys.executable, "-m", "flake8", "--select=NGR,E9", "--jobs=1", *arguments]
    done = subprocess.run(
        command, cwd=folder, input=stdin, capture_output=True, encoding="utf-8", check=False
    )
    return Flake8Run(done.returncode, done.stdout, done.stderr)


def _finding(line: re.Match[str]) -> Finding:
    return Finding(int(line["line"]), int(line["column"]), line["code"], line["message"])
