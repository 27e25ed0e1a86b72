"""One traced run of a program: from the first import of torch to the report at the end."""

from __future__ import annotations

import argparse
import atexit
import contextlib
import json
import os
import sys
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

from flake8_nograd.trace.program import Program, ProgramError
from flake8_nograd.trace.report import Report
from flake8_nograd.trace.table import sites_table

if TYPE_CHECKING:
    from flake8_nograd.trace.lint import Linter


class Session:
    """Records, and reports when the process ends."""

    def __init__(self, options: argparse.Namespace, program: Program) -> None:
        """Raises `ProgramError` when the report could not be made as wanted."""
        self._program = program
        self._linter = _linter() if options.lint else None
        self._json = _writable(options.json) if options.json else None
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

        try:
            self._report = self._recording.enter_context(recording(self._program.own))
        except TorchTooOldError as error:
            print(f"nograd-trace: {error}", file=self._stderr)
            atexit.unregister(self.finish)
            raise SystemExit(2) from error

    def finish(self) -> None:
        """Report; a forked process that comes here has nothing to say."""
        if os.getpid() != self._process:
            return
        self._recording.close()
        _flush()
        # The program may have gone elsewhere or closed things; its report goes where it began.
        with contextlib.suppress(OSError):
            os.chdir(self._directory)
        self._tell()
        if self._fail_on_waste and self._report.wasted and not self.failed:
            _flush()
            os._exit(1)  # the exit code is settled when exit functions run; only this changes it

    def _tell(self) -> None:
        values: dict[str, Any] = self._report.as_json()
        print(file=self._stderr)
        if self._linter is None:
            sites_table(self._report.sites).print_to(self._stderr)
        else:
            from flake8_nograd.trace.lint_table import disagreements

            comparison = self._linter.compare(self._report, self._program.file)
            values["lint"] = comparison.as_json()
            sites_table(self._report.sites, comparison.codes).print_to(self._stderr)
            for table in disagreements(comparison):
                table.print_to(self._stderr)
        if self._json is not None:
            self._write(self._json, values)

    def _write(self, path: str, values: dict[str, Any]) -> None:
        try:
            with open(path, "w", encoding="utf-8") as file:
                json.dump(values, file, indent=2)
        except OSError as error:
            print(f"nograd-trace: {path}: {error.strerror or error}", file=self._stderr)


def _linter() -> Linter:
    # flake8 is imported for those who ask for it only.
    from flake8_nograd.trace.lint import Linter

    return Linter()


def _writable(path: str) -> str:
    """Fail before the program runs for hours, not after."""
    try:
        with open(path, "a", encoding="utf-8"):
            return os.path.abspath(path)
    except OSError as error:
        raise ProgramError(f"{path}: {error.strerror or error}") from error


def _flush() -> None:
    for stream in (sys.stdout, sys.stderr):
        # The program may have closed or replaced them, or nobody reads them any more.
        with contextlib.suppress(OSError, ValueError, AttributeError):
            stream.flush()
