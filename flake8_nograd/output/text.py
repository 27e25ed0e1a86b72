"""Findings for people."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from flake8_nograd.fixing import Verdict
from flake8_nograd.output.entry import Entry, Line, Listing, Segment
from flake8_nograd.report import remark

_PLACE, _CODE, _DIM, _MARK, _GOOD = "bold", "bold red", "dim", "bold red", "green"


def concise(listing: Listing) -> Iterator[Line]:
    """One line each, as flake8 prints it, and what can be done about it."""
    for entry in listing.entries:
        yield [(f"{entry.path}:{_position(entry)}:", _PLACE), *_message(entry), _remark(entry)]


def grouped(listing: Listing) -> Iterator[Line]:
    """The findings of each file below its name."""
    for path, entries in groupby(listing.entries, key=lambda entry: entry.path):
        yield [(path, _PLACE)]
        group = list(entries)
        width = max(len(_position(entry)) for entry in group)
        for entry in group:
            position = f"  {_position(entry):<{width}}"
            yield [(position, ""), *_message(entry), _remark(entry)]
        yield ""


def full(listing: Listing) -> Iterator[Line]:
    """Each finding with its source, the call underlined, the cure and the reason."""
    for entry in listing.entries:
        yield [(f"{entry.path}:{_position(entry)}:", _PLACE), *_message(entry)]
        yield from _excerpt(entry)
        yield ""


def _message(entry: Entry) -> list[Segment]:
    return [(" ", ""), (entry.finding.code, _CODE), (f" {entry.message}", "")]


def _remark(entry: Entry) -> Segment:
    return f" [{entry.in_words(remark(entry.outcome))}]", _DIM


def _position(entry: Entry) -> str:
    return f"{entry.line}:{entry.finding.column}"


def _excerpt(entry: Entry) -> Iterator[Line]:
    line, (end_line, end_column) = entry.finding.line, entry.end
    text = entry.source_line
    stop = end_column - 1 if end_line == line else len(text)
    margin = " " * len(str(line))
    before, call = text[: entry.finding.column - 1], text[entry.finding.column - 1 : stop]
    yield [(f"{margin} |", _DIM)]
    yield [(f"{line} | ", _DIM), (_shown(text), "")]
    marks = " " * _width(_shown(before)) + "^" * max(1, _width(_shown(call)))
    yield [(f"{margin} | ", _DIM), (marks, _MARK)]
    for said, style in _cure(entry):
        yield [(f"{margin} = ", _DIM), (said, style)]


def _cure(entry: Entry) -> Iterator[Segment]:
    outcome, quick_fix = entry.outcome, entry.quick_fix
    if quick_fix is not None:
        kind = "safe fix" if quick_fix.is_safe else "unsafe fix (--unsafe-fixes)"
        yield f"{kind}: {_lower(quick_fix.title)}", _GOOD
    elif outcome.verdict in (Verdict.LEFT, Verdict.GUARDED):
        yield "no fix", ""
    yield f"because {entry.in_words(outcome.reason)}", ""


def _lower(title: str) -> str:
    return title[:1].lower() + title[1:]


def _shown(text: str) -> str:
    return text.expandtabs(8)


def _width(text: str) -> int:
    """How many columns of a terminal a text takes."""
    if text.isascii():
        return len(text)
    from rich.cells import cell_len

    return cell_len(text)
