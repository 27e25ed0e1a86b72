"""One traced run of a program: from the first import of torch to the report at the end."""

from __future__ import annotations

import argparse
import atexit
import contextlib
import os
import shlex
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

from flake8_nograd.trace.program import Program, ProgramError
from flake8_nograd.trace.report import Report
from flake8_nograd.trace.selection import Selection
from flake8_nograd.trace.table import sites_table
from flake8_nograd.trace.whole_file import JsonFile

if TYPE_CHECKING:
    from flake8_nograd.trace.lint import Comparison, Linter
    from flake8_nograd.trace.page.writer import PageWriter


class Session:
    """Records, and reports when the process ends."""

    def __init__(self, options: argparse.Namespace, program: Program) -> None:
        """Raises `ProgramError` when the report could not be made as wanted."""
        self._program = program
        self._selection = Selection.of(options.only, options.omit)
        self._linter = _linter() if options.lint or options.html else None
        self._shows_findings = options.lint
        self._json = _json_file(options.json) if options.json else None
        self._page = _page(options) if options.html else None
        self._fail_on_waste = options.fail_on_waste
        self._recording = ExitStack()
        self._report = Report()
        self._process = os.getpid()
        self._directory = os.getcwd()
        self._stderr = sys.stderr
        self.failed = False

    def start(self) -> None:
        """Begin to record; torch is there now."""
        from flake8_nograd.trace.recorder import TorchTooOldError, recording

        own = (self._program.own, *self._selection.only)
        progress = self._write_progress if self._json else None
        nested = bool(self._linter or self._json)
        try:
            self._report = self._recording.enter_context(
                recording(
                    *own, nested=nested, progress=progress, with_memory=self._page is not None
                )
            )
        except TorchTooOldError as error:
            print(f"nograd-trace: {error}", file=self._stderr)
            atexit.unregister(self.finish)
            raise SystemExit(2) from error

    def finish(self) -> None:
        """Report; a forked process that comes here has nothing to say."""
        atexit.unregister(self.finish)
        if os.getpid() != self._process:
            return
        self._recording.close()
        _flush()
        # The program may have gone elsewhere or closed things; its report goes where it began.
        with contextlib.suppress(OSError):
            os.chdir(self._directory)
        report = self._report.selected(self._selection.keeps)
        self._tell(report)
        if self._fail_on_waste and report.wasted and not self.failed:
            _flush()
            os._exit(1)  # the exit code is settled when exit functions run; only this changes it

    def terminate(self) -> None:
        """Report because the process is told to end, which is no success."""
        self.failed = True
        self.finish()

    def _tell(self, report: Report) -> None:
        if self._linter is None:
            self._write(report)
            print(file=self._stderr)
            sites_table(report.sites).print_to(self._stderr)
            return
        from flake8_nograd.trace.lint import python_files

        # The linter takes its time, and whoever ends the process may not wait for it.
        self._write(report, complete=False)
        files = set(python_files(self._selection.only)) or {self._program.file}
        comparison = self._linter.compare(report, files, self._selection.keeps_file)
        more: dict[str, Any] = {"lint": comparison.as_json()} if self._shows_findings else {}
        self._write(report, **more)
        print(file=self._stderr)
        self._print(report, comparison)
        if self._page is not None:
            with self._telling_of_failure():
                self._page.write(report, comparison, self._linter)

    def _print(self, report: Report, comparison: Comparison) -> None:
        if not self._shows_findings:
            sites_table(report.sites).print_to(self._stderr)
            return
        from flake8_nograd.trace.lint_table import disagreements

        sites_table(report.sites, comparison.codes).print_to(self._stderr)
        for table in disagreements(comparison):
            table.print_to(self._stderr)

    def _write_progress(self, report: Report) -> None:
        self._write(report.selected(self._selection.keeps), complete=False)

    def _write(self, report: Report, *, complete: bool = True, **more: Any) -> None:
        if self._json is not None:
            with self._telling_of_failure():
                self._json.write(report, complete=complete, **more)

    @contextlib.contextmanager
    def _telling_of_failure(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            print(f"nograd-trace: {error.filename}: {_reason(error)}", file=self._stderr)


def on_termination(finish: Callable[[], None]) -> None:
    """Have SIGTERM end the process as it would have, but after `finish`."""
    in_main_thread = threading.current_thread() is threading.main_thread()
    if not in_main_thread or signal.getsignal(signal.SIGTERM) is not signal.SIG_DFL:
        return

    def end(number: int, _: object) -> None:
        signal.signal(number, signal.SIG_DFL)
        # It may come in the middle of a print to the stream that the report goes to.
        with contextlib.suppress(RuntimeError):
            finish()
        os.kill(os.getpid(), number)

    signal.signal(signal.SIGTERM, end)


def _linter() -> Linter:
    # flake8 is imported for those who ask for it only.
    from flake8_nograd.trace.lint import Linter

    return Linter()


def _json_file(path: str) -> JsonFile:
    """Fail before the program runs for hours, not after."""
    try:
        return JsonFile(path)
    except OSError as error:
        raise ProgramError(f"{path}: {_reason(error)}") from error


def _page(options: argparse.Namespace) -> PageWriter:
    """Fail before the program runs for hours, and import before it can stand in the way."""
    try:
        from flake8_nograd.trace.page.writer import PageWriter
    except ModuleNotFoundError as error:
        how = "python -m pip install jinja2"
        raise ProgramError(f"--html needs {error.name}: {how}") from error
    program = shlex.join(["-m", *options.module] if options.module else options.script)
    try:
        return PageWriter(options.html, program)
    except OSError as error:
        raise ProgramError(f"{options.html}: {_reason(error)}") from error


def _reason(error: OSError) -> str:
    return error.strerror or str(error)


def _flush() -> None:
    for stream in (sys.stdout, sys.stderr):
        # The program may have closed or replaced them, or nobody reads them any more.
        with contextlib.suppress(OSError, ValueError, AttributeError):
            stream.flush()
