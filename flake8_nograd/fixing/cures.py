"""The cure of each finding in words: the one table of how a plan is named in a message."""

from __future__ import annotations

from dataclasses import replace

from flake8_nograd.findings import Safety
from flake8_nograd.fixing.edits import Decorate, Edit, Extend, Hoist, Merge, Wrap
from flake8_nograd.fixing.outline import Outline
from flake8_nograd.fixing.result import Outcome


def with_cure(outcome: Outcome, outline: Outline) -> Outcome:
    """The outcome of a finding whose message ends with what is to be done, and how safe that is."""
    finding = outcome.finding
    if finding.repair is None:
        return outcome
    cure = _cure(outcome, outline)
    return replace(
        outcome, finding=replace(finding, message=f"{finding.message}; {cure}"), cure=cure
    )


def _cure(outcome: Outcome, outline: Outline) -> str:
    if outcome.edit is None:
        return f"no guard fits there: {outcome.reason}"
    text = _in_words(outcome.edit, outcome.finding.line, outline)
    return f"{text} (unsafe: {outcome.reason})" if outcome.safety is Safety.UNSAFE else text


def _in_words(edit: Edit, line: int, outline: Outline) -> str:
    match edit:
        case Decorate(function=number, guard=guard):
            name = getattr(outline.statements[number].node, "name", "")
            return f"decorate {name}() with `@{guard}`"
        case Wrap(first=first, last=last, guard=guard):
            return f"wrap {_lines(first, last, line, outline)} in `with {guard}:`"
        case Merge(statement=number, guard=guard):
            return f"add `{guard}` to the `with` of line {_line(number, outline)}"
        case Extend(statement=number, last=last):
            moved = _lines(outline.behind(number), last, line, outline)
            return f"move {moved} into the `with` of line {_line(number, outline)}"
        case Hoist(name=name, guard=guard):
            return f"compute it above as `{name}`, in `with {guard}:`"


def _line(number: int, outline: Outline) -> int:
    return outline.statements[number].node.lineno


def _lines(first: int, last: int, line: int, outline: Outline) -> str:
    """The lines of statements; those of the finding need no telling."""
    start, end = _line(first, outline), outline.statements[last].node.end_lineno
    if first == last and start == line:
        return "it"
    return f"line {start}" if end == start else f"lines {start}-{end}"
