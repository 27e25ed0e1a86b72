"""Annotations of GitHub Actions."""

from __future__ import annotations

from collections.abc import Iterator

from flake8_nograd.output.entry import Line, Listing, is_error
from flake8_nograd.report import remark

_DATA = (("%", "%25"), ("\r", "%0D"), ("\n", "%0A"))
_PROPERTY = (*_DATA, (":", "%3A"), (",", "%2C"))


def workflow_commands(listing: Listing) -> Iterator[Line]:
    """A workflow command for each finding and for each file that could not be handled."""
    for entry in listing.entries:
        finding, (end_line, end_column) = entry.finding, entry.end
        values = {
            "title": finding.code,
            "file": entry.uri,
            "line": finding.line,
            "endLine": end_line,
        }
        if end_line == finding.line:  # GitHub takes columns of one line only
            values |= {"col": finding.column, "endColumn": end_column}
        said = f"{finding.code} {finding.message} [{remark(entry.outcome)}]"
        yield _command("error" if is_error(finding.code) else "warning", values, said)
    for failure in listing.failures:
        yield _command("error", {"title": "nograd-fix"}, failure)


def _command(level: str, values: dict[str, object], text: str) -> str:
    properties = ",".join(
        f"{name}={_escaped(str(value), _PROPERTY)}" for name, value in values.items()
    )
    return f"::{level} {properties}::{_escaped(text, _DATA)}"


def _escaped(text: str, pairs: tuple[tuple[str, str], ...]) -> str:
    for character, escape in pairs:
        text = text.replace(character, escape)
    return text
