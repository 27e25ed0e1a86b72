"""From a report and what the linter says of it to the page on the disk."""

from __future__ import annotations

from flake8_nograd.trace.cures import cures_of
from flake8_nograd.trace.lint import Comparison, Linter
from flake8_nograd.trace.page.page import render, to_cure
from flake8_nograd.trace.report import Report
from flake8_nograd.trace.whole_file import page_file


class PageWriter:
    """Writes one page when the program is over."""

    def __init__(self, path: str, program: str) -> None:
        """Raises `OSError` if the file cannot be written."""
        self._program = program
        self._file = page_file(path)

    def write(self, report: Report, comparison: Comparison, linter: Linter) -> None:
        """Replace what stands in the file; raises `OSError`."""
        cures = cures_of(to_cure(report), comparison, linter.settings)
        self._file.replace(render(self._program, report, comparison.codes, cures))
