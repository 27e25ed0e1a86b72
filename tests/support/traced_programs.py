"""Running programs under python and under `nograd-trace`."""

from __future__ import annotations

import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent


@dataclass(frozen=True)
class Done:
    """What a process left behind."""

    code: int
    out: str
    err: str


def _hear_interrupts() -> None:
    """A test run in the background of a shell ignores interrupts, and hands that on."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


class Workshop:
    """A directory with programs, and two ways to run them."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory

    def write(self, text: str, name: str = "program.py") -> None:
        """Write a file, indented as the test is."""
        path = self.directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(text), "utf-8")

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """Start the interpreter."""
        return subprocess.Popen(
            [sys.executable, *arguments],
            cwd=self.directory,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            preexec_fn=_hear_interrupts,  # noqa: PLW1509 - no thread is alive
        )

    def python(self, *arguments: str) -> Done:
        """Run the interpreter."""
        process = self.start(*arguments)
        out, err = process.communicate()
        return Done(process.returncode, out, err)

    def trace(self, *arguments: str) -> Done:
        """Run `nograd-trace`."""
        return self.python("-m", "flake8_nograd.trace", *arguments)
