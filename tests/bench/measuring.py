"""CPU time and memory of whole processes, as the kernel counts them."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

_CLEAN_OR_FINDINGS = (0, 1)


@dataclass(frozen=True)
class Usage:
    """What one process and those it waited for have used: seconds of CPU, bytes of memory."""

    user: float
    system: float
    peak: int


@dataclass(frozen=True)
class Command:
    """A command line under a name, and the file that it reads from standard input."""

    name: str
    argv: tuple[str, ...]
    stdin: Path | None = None


@dataclass(frozen=True)
class Summary:
    """Several runs of one command."""

    runs: tuple[Usage, ...]

    @property
    def user(self) -> float:
        """Least user CPU; what disturbs a run only ever adds to it."""
        return min(run.user for run in self.runs)

    @property
    def median(self) -> float:
        """Median of the user CPU."""
        return median(run.user for run in self.runs)

    @property
    def cpu(self) -> float:
        """Least user and system CPU together, which the kernel counts finer than their shares."""
        return min(run.user + run.system for run in self.runs)

    @property
    def peak(self) -> float:
        """Median of the peak memory."""
        return median(run.peak for run in self.runs)


def run(command: Command) -> Usage:
    """Run a command to its end, output thrown away; exits if it fails."""
    with open(command.stdin or os.devnull, "rb") as stdin:
        process = subprocess.Popen(
            command.argv, stdin=stdin, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
        )
        assert process.stderr is not None
        message = process.stderr.read().decode("utf-8", "replace")
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        process.stderr.close()
    if process.returncode not in _CLEAN_OR_FINDINGS or "Traceback" in message:
        sys.exit(f"{' '.join(command.argv)} ended with {process.returncode}\n{message}")
    unit = 1 if sys.platform == "darwin" else 1024
    return Usage(used.ru_utime, used.ru_stime, used.ru_maxrss * unit)


def interleaved(commands: Sequence[Command], repeats: int) -> dict[str, Summary]:
    """Run the commands in turn, again and again, so that what slows one down slows down all."""
    runs: dict[str, list[Usage]] = {command.name: [] for command in commands}
    for _ in range(repeats):
        for command in commands:
            runs[command.name].append(run(command))
    return {name: Summary(tuple(items)) for name, items in runs.items()}
