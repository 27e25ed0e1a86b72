"""Running a program to its end under the recorder without a word on the terminal."""

from __future__ import annotations

import contextlib
import io
import runpy
import sys
import threading
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import torch

from flake8_nograd.trace import record
from flake8_nograd.trace.report import Report


@dataclass(frozen=True, slots=True)
class SilentRun:
    """What a program did: its forward passes, how it failed if it did, what it printed."""

    report: Report
    failure: BaseException | None
    output: str


def run(path: Path) -> SilentRun:
    """Run a file as `__main__`, in a thread of its own: its grad mode ends with the thread."""
    failures: list[BaseException] = []

    def run_and_catch() -> None:
        try:
            runpy.run_path(str(path), run_name="__main__")
        except BaseException as error:
            failures.append(error)

    argv, sys.argv = sys.argv, [str(path)]
    try:
        with _silence() as printed, _one_torch_thread(), record() as report:
            thread = threading.Thread(target=run_and_catch)
            thread.start()
            thread.join()
    finally:
        sys.argv = argv
    return SilentRun(report, failures[0] if failures else None, printed.getvalue())


@contextlib.contextmanager
def _silence() -> Iterator[io.StringIO]:
    with (
        contextlib.redirect_stdout(io.StringIO()) as printed,
        contextlib.redirect_stderr(io.StringIO()),
        warnings.catch_warnings(),
    ):
        warnings.simplefilter("ignore")
        yield printed


@contextlib.contextmanager
def _one_torch_thread() -> Iterator[None]:
    """Small programs in many processes would spend their time on waiting for torch's threads."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)
