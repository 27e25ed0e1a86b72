"""Where the linter and torch disagree, as tables."""

from __future__ import annotations

from flake8_nograd.trace.lint import Comparison
from flake8_nograd.trace.sites import Verdict
from flake8_nograd.trace.table import STYLES, Table, fate, shorter, shown, size

_NAME = "nograd-trace:"


def disagreements(comparison: Comparison) -> list[Table]:
    """What torch saw and the linter did not, then the reverse, then what this run cannot say."""
    tables = [_missed(comparison), _contradicted(comparison)]
    told = [table for table in tables if table.rows]
    if comparison.anything_ran and not told:
        told.append(_sentence("the linter and torch agree about all that this run saw"))
    if comparison.unreached:
        count = len(comparison.unreached)
        told.append(_sentence(f"{_number(count, 'finding')} where this run saw no forward pass"))
    return told


def _missed(comparison: Comparison) -> Table:
    rows = tuple(
        (
            shown(item.site.place),
            size(item.site.peak_bytes),
            size(item.site.kept_bytes),
            item.reason,
        )
        for item in comparison.missed
    )
    return Table(
        f"{_NAME} {_number(len(rows), 'wasted site')} without a finding",
        ("place", " held, peak", " kept to the end", "why the linter is silent"),
        rows,
        (STYLES[Verdict.WASTED],) * len(rows),
    )


def _contradicted(comparison: Comparison) -> Table:
    contradicted = comparison.contradicted
    rows = tuple(
        (
            f"{shorter(item.path)}:{item.finding.line}:{item.finding.column}",
            item.finding.code,
            fate(item.counts),
        )
        for item in contradicted
    )
    return Table(
        f"{_NAME} {_number(len(rows), 'finding')} without waste in this run",
        ("place", "finding", "what torch saw"),
        rows,
        tuple(STYLES[item.counts.verdict] for item in contradicted),
    )


def _sentence(text: str) -> Table:
    return Table(f"{_NAME} {text}", (), (), ())


def _number(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"
