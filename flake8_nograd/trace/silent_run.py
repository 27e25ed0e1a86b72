"""Running a program to its end under the recorder without a word on the terminal."""

from __future__ import annotations

import contextlib
import importlib
import io
import runpy
import sys
import threading
import types
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


def run(path: Path, imports_from: Path | None = None, *, nested: bool = False) -> SilentRun:
    """Run a file as `__main__`, in a thread of its own: its grad mode ends with the thread.

    Modules of the folder that it imports from are forgotten afterwards.
    """
    failures: list[BaseException] = []

    def run_and_catch() -> None:
        try:
            runpy.run_path(str(path), run_name="__main__")
        except BaseException as error:
            failures.append(error)

    argv, sys.argv = sys.argv, [str(path)]
    try:
        with (
            _silence() as printed,
            _one_torch_thread(),
            _importing_from(imports_from),
            record(nested=nested) as report,
        ):
            thread = threading.Thread(target=run_and_catch)
            thread.start()
            thread.join()
    finally:
        sys.argv = argv
    return SilentRun(report, failures[0] if failures else None, printed.getvalue())


@contextlib.contextmanager
def _importing_from(folder: Path | None) -> Iterator[None]:
    if folder is None:
        yield
        return
    hidden = _modules_hidden_by(folder)
    for name in hidden:
        del sys.modules[name]
    known, bytecode, places = set(sys.modules), sys.dont_write_bytecode, sys.path[:]
    sys.path.insert(0, str(folder))
    sys.dont_write_bytecode = True
    importlib.invalidate_caches()
    try:
        yield
    finally:
        sys.dont_write_bytecode = bytecode
        sys.path[:] = places
        for name in set(sys.modules) - known:
            if _stands_in(folder, sys.modules[name]):
                del sys.modules[name]
        sys.modules.update(hidden)


def _modules_hidden_by(folder: Path) -> dict[str, types.ModuleType]:
    """What was imported from elsewhere under a name that the folder has as well."""
    names = {path.stem for path in folder.iterdir() if path.is_dir() or path.suffix == ".py"}
    return {
        name: module
        for name, module in sys.modules.items()
        if name != "__main__" and name.partition(".")[0] in names
    }


def _stands_in(folder: Path, module: types.ModuleType) -> bool:
    places = [getattr(module, "__file__", None) or "", *getattr(module, "__path__", ())]
    return any(Path(place).is_relative_to(folder) for place in places if place)


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
