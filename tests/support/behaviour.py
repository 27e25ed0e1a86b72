"""What a program does, run in this process in a namespace of its own."""

from __future__ import annotations

import contextlib
import io
import linecache
import re
import signal
import threading
import warnings
from collections.abc import Iterator
from dataclasses import dataclass

import torch

from flake8_nograd.trace import record
from flake8_nograd.trace.report import Report

_SECONDS = 10.0


@dataclass(frozen=True)
class Behaviour:
    """What a program prints and how it ends."""

    output: str
    ending: str

    @property
    def succeeds(self) -> bool:
        """Whether it ran to its end."""
        return not self.ending


def behaviour(text: str, path: str) -> Behaviour:
    """Run a program from the same state of torch, which is as before when it has ended."""
    torch.manual_seed(0)
    ending = ""
    namespace = {"__name__": "__main__", "__file__": path}
    with _captured() as printed, torch.enable_grad(), _time_limit():
        try:
            exec(compile(text, path, "exec"), namespace)
        except Exception as error:
            ending = f"{type(error).__name__}: {error}"
    return Behaviour(_plain(printed.getvalue()), _plain(ending))


def recorded(text: str, path: str) -> tuple[Behaviour, Report]:
    """Run a program under the recorder, which looks up places in the text."""
    linecache.cache[path] = (len(text), None, text.splitlines(keepends=True), path)
    try:
        with record() as report:
            return behaviour(text, path), report
    finally:
        del linecache.cache[path]


def _plain(text: str) -> str:
    """A text without addresses."""
    return re.sub(r"0x[0-9a-f]+", "0x", text)


@contextlib.contextmanager
def _captured() -> Iterator[io.StringIO]:
    """What is printed, how threads failed included."""

    def print_failure(failure: threading.ExceptHookArgs) -> None:
        print(f"thread: {failure.exc_type.__name__}: {failure.exc_value}")

    hook, threading.excepthook = threading.excepthook, print_failure
    try:
        with contextlib.redirect_stdout(io.StringIO()) as printed, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield printed
    finally:
        threading.excepthook = hook


@contextlib.contextmanager
def _time_limit() -> Iterator[None]:
    """A program that was made smaller may loop for ever; what counts is CPU time."""

    def stop(number: int, frame: object) -> None:
        raise TimeoutError(f"the program takes more than {_SECONDS:g} s")

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, _SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
