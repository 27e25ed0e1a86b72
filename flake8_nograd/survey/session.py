"""One survey: texts in, counts out."""

from __future__ import annotations

import argparse
import json
import os
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from typing import Any, TextIO

from flake8_nograd.command.executors import executor_named
from flake8_nograd.command.jobs import process_pool
from flake8_nograd.command.settings import Settings
from flake8_nograd.command.terminal import Terminal
from flake8_nograd.fix_engine import is_concerned
from flake8_nograd.survey import chart, summary
from flake8_nograd.survey.arguments import for_flake8
from flake8_nograd.survey.data_set import Columns, DataSetError, Text, data_files, texts
from flake8_nograd.survey.spread import Spread
from flake8_nograd.survey.tally import Tally
from flake8_nograd.survey.worker import Surveyed, Worker

CLEAN, ERRORS = 0, 2
_CHUNKS_PER_CORE = 4
_PAUSE = 0.5


class Survey:
    """Counts what is found in the files of a data set; a file that cannot be read ends nothing."""

    def __init__(self, arguments: argparse.Namespace, terminal: Terminal) -> None:
        """Raises `DataSetError`, `SettingsError` or `OSError` before anything is counted."""
        self._arguments = arguments
        self._terminal = terminal
        self._files = data_files(arguments.data)
        settings = Settings.read(for_flake8(arguments))
        for line in settings.advice(isolated=True):
            terminal.message(f"nograd-survey: warning: {line}")
        self._worker = Worker(settings)
        self._make_executor = executor_named(arguments.executor)
        self._tally = Tally()
        self._errors = 0
        self._due = 0.0
        self._open = ExitStack()
        self._outputs = {
            name: self._open.enter_context(open(path, "w", encoding="utf-8", newline=""))  # noqa: SIM115
            for name in ("json", "findings", "repositories", "svg")
            if (path := getattr(arguments, name)) is not None
        }

    def run(self) -> int:
        """Count, and tell; returns the exit code."""
        with self._open:
            self._count()
            self._note("")
            for line in summary.tables(self._tally):
                self._terminal.result(line)
            self._tell_what_is_missing()
            self._write()
        return ERRORS if self._errors else CLEAN

    def _count(self) -> None:
        cores = os.cpu_count() or 1
        jobs = self._arguments.jobs or cores
        make = self._make_executor or (lambda: process_pool(jobs))
        window = self._arguments.window or _CHUNKS_PER_CORE * max(jobs, cores)
        spread = Spread(make, self._worker, window)
        try:
            for surveyed in spread.results(self._concerned()):
                self._tally.add(surveyed)
                self._tell_findings(surveyed)
        finally:
            spread.close()

    def _concerned(self) -> Iterator[Text]:
        """The texts that speak of torch; the others are counted here, and sent nowhere."""
        for text in self._all_texts():
            if text is None or not text.path.endswith(".py"):
                self._tally.leave_out()
            elif is_concerned(text.data):
                yield text
            else:
                self._tally.pass_over(text.repository)
            self._note_progress()

    def _all_texts(self) -> Iterator[Text | None]:
        arguments = self._arguments
        columns = Columns(
            arguments.content_column, arguments.path_column, arguments.repository_column
        )
        for file in self._files:
            yield from self._texts_of(file, columns)

    def _texts_of(self, file: str, columns: Columns) -> Iterator[Text | None]:
        """The texts of one file as far as it can be read."""
        try:
            yield from texts(file, columns)
        except DataSetError as error:
            self._errors += 1
            self._note("")
            self._terminal.message(f"nograd-survey: {error}")

    def _tell_findings(self, surveyed: Surveyed) -> None:
        if "findings" in self._outputs:
            for found in _as_json(surveyed):
                self._outputs["findings"].write(f"{json.dumps(found)}\n")

    def _tell_what_is_missing(self) -> None:
        if self._tally.failures:
            self._terminal.message(f"{self._tally.failures} files could not be analysed")
        if self._tally.left_out:
            self._terminal.message(f"{self._tally.left_out} rows hold no Python file")

    def _write(self) -> None:
        for name, file in self._outputs.items():
            self._write_one(name, file)

    def _write_one(self, name: str, file: TextIO) -> None:
        match name:
            case "json":
                file.write(json.dumps(summary.as_json(self._tally), indent=2) + "\n")
            case "repositories":
                summary.write_repositories(self._tally, file)
            case "svg":
                file.write(chart.picture(self._tally))

    def _note_progress(self) -> None:
        now = time.monotonic()
        if now >= self._due:
            self._due = now + _PAUSE
            self._note(f"{self._tally.files} files, {self._tally.findings} findings")

    def _note(self, text: str) -> None:
        if not self._arguments.quiet:
            self._terminal.note(text)


def _as_json(surveyed: Surveyed) -> Iterable[dict[str, Any]]:
    for finding in surveyed.findings:
        yield {
            "repository": surveyed.repository,
            "path": surveyed.path,
            "line": finding.line,
            "column": finding.column,
            "code": finding.code,
            "message": finding.message,
        }
