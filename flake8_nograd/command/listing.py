"""The list of findings: from the report of a run to the format that was asked for."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from flake8_nograd.output.entry import Entry, Listing
from flake8_nograd.quick_fix import quick_fixes_of
from flake8_nograd.report import Report
from flake8_nograd.source import text_lines


def listing(report: Report, failures: Sequence[str], without_fixed: bool) -> Listing:
    """What a format has to show; places are those of the text that the user has then."""
    lines, lines_before = (lru_cache(maxsize=1)(text_lines) for _ in range(2))
    return Listing(
        [
            Entry(
                file.path,
                lines(file.after if report.writes else file.before, file.path),
                outcome,
                quick_fixes_of(file).get(outcome.finding),
                lines_before(file.before, file.path) if report.writes else None,
            )
            for file, outcome in report.listed(without_fixed)
        ],
        tuple(failures),
    )
