"""One run of the command: files in, results out, changed files written."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace

from flake8_nograd.command import discovery, jobs
from flake8_nograd.command.arguments import style_of
from flake8_nograd.command.baseline import write as write_baseline
from flake8_nograd.command.executors import executor_named
from flake8_nograd.command.listing import listing
from flake8_nograd.command.settings import Settings
from flake8_nograd.command.terminal import Terminal
from flake8_nograd.files import write
from flake8_nograd.fix_engine import FileFix
from flake8_nograd.output import FORMATS
from flake8_nograd.output.entry import Line
from flake8_nograd.report import CLEAN, ERRORS, Report
from flake8_nograd.source import SourceError


class Session:
    """Runs over the files of the command line or over standard input."""

    def __init__(
        self, arguments: argparse.Namespace, settings: Settings, terminal: Terminal
    ) -> None:
        self._arguments = arguments
        self._settings = settings
        self._terminal = terminal
        self._format = FORMATS[arguments.output_format]
        verb = "silenced" if arguments.add_noqa else "fixed"
        self._report = Report(
            writes=not (arguments.check or arguments.diff or arguments.write_baseline), verb=verb
        )
        self._failures: list[str] = []
        self._make_executor = executor_named(arguments.executor)
        style = style_of(arguments)
        self._work = jobs.Work(settings, style, arguments.add_noqa, self._quick_fixes_for())

    def run(self) -> int:
        """Fix or compare files; returns the exit code."""
        if self._arguments.paths == ["-"]:
            return self._filter()
        # All are read before the first is written: nothing depends on the order of files or jobs.
        for result in list(filter(_matters, self._results())):
            self._take(result)
        if self._arguments.write_baseline:
            return self._write_baseline()
        self._print_results()
        return self._exit_code()

    def _write_baseline(self) -> int:
        path = self._arguments.write_baseline
        found = ((file.path, item.finding.code) for file, item in self._report.shown)
        number = write_baseline(path, found)
        if not self._arguments.quiet:
            self._terminal.message(f"wrote a baseline of {number} findings to {path}")
        return ERRORS if self._report.errors else CLEAN

    def _quick_fixes_for(self) -> jobs.QuickFixesFor:
        if not self._format.with_fixes:
            return jobs.QuickFixesFor.NONE
        return jobs.QuickFixesFor.LEFT if self._report.writes else jobs.QuickFixesFor.FOUND

    def _filter(self) -> int:
        """Standard input to standard output, as editors want it: 0 unless something is wrong."""
        name = self._arguments.stdin_filename
        if sys.stdin is None:
            raise SourceError(name, None, "standard input is closed")
        data = sys.stdin.buffer.read()
        self._report.looked_at = 1
        result: FileFix | jobs.Failure = FileFix(name, data, data)
        if not (
            self._arguments.force_exclude and discovery.is_excluded_anywhere(name, self._settings)
        ):
            result = self._work.handle(jobs.Task(name, data))
        self._keep(result)
        if not self._report.writes:
            self._print_results()
            return self._exit_code()
        self._terminal.text(result.after if isinstance(result, FileFix) else data)
        self._print_findings(self._terminal.message)
        self._print_summary()
        return ERRORS if self._report.errors else CLEAN

    def _results(self) -> Iterator[FileFix | jobs.Failure]:
        if not self._arguments.quiet:
            self._terminal.note("looking for files")
        paths, named, refused = discovery.discover(
            self._arguments.paths, self._settings, self._arguments.force_exclude
        )
        yield from (jobs.Failure(str(error)) for error in refused)
        self._report.looked_at = len(paths)
        if not self._arguments.quiet:
            self._terminal.note(f"reading {len(paths)} files")
        self._work = replace(self._work, named=named)
        results = jobs.run(self._work, paths, self._arguments.jobs, self._make_executor)
        if not self._arguments.quiet:
            self._terminal.note("")
        is_silent = self._arguments.quiet
        yield from results if is_silent else self._terminal.track(results, len(paths))

    def _take(self, result: FileFix | jobs.Failure) -> None:
        """Write a changed file; what could not be written counts as an error."""
        if isinstance(result, FileFix) and result.changed and self._report.writes:
            try:
                write(result.path, result.before, result.after)
            except SourceError as error:
                result = jobs.Failure(str(error))
        self._keep(result)

    def _keep(self, result: FileFix | jobs.Failure) -> None:
        if isinstance(result, jobs.Failure):
            self._report.errors += 1
            self._failures.append(result.message)
            self._terminal.message(f"nograd-fix: {result.message}")
        elif result.found or result.changed:
            self._report.files.append(result)

    def _print_results(self) -> None:
        if self._arguments.diff:
            for line in self._report.diff():
                self._terminal.diff(line)
            self._print_findings(self._terminal.message)
        else:
            self._print_findings(self._terminal.result)
        self._print_summary()

    def _print_findings(self, tell: Callable[[Line], None]) -> None:
        for line in self._format.render(
            listing(self._report, self._failures, without_fixed=self._arguments.diff)
        ):
            tell(line)
        count = self._terminal.message if self._format.is_document else tell
        for text in self._report.statistics() if self._arguments.statistics else ():
            count(text)

    def _print_summary(self) -> None:
        if self._arguments.verbose:
            for line in self._report.fixes():
                self._terminal.message(line)
        if not self._arguments.quiet:
            for line in self._report.notes():
                self._terminal.message(line)
            self._terminal.message(self._report.summary())

    def _exit_code(self) -> int:
        return self._report.exit_code(
            self._arguments.exit_zero, self._arguments.exit_non_zero_on_fix
        )


def _matters(result: FileFix | jobs.Failure) -> bool:
    """Whether there is anything to tell of a file, or to write."""
    return isinstance(result, jobs.Failure) or bool(result.found) or result.changed
