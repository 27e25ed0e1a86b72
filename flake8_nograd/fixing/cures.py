"""The cure of each finding in words: the one table of how a plan is named in a message."""

from __future__ import annotations

from dataclasses import replace

from flake8_nograd.findings import Safety
from flake8_nograd.fixing.edits import Decorate, Edit, Extend, Hoist, Merge, Wrap
from flake8_nograd.fixing.result import Outcome
from flake8_nograd.syntax.statements import Statements


def with_cure(outcome: Outcome, statements: Statements) -> Outcome:
    """The outcome of a finding whose message ends with what is to be done, and how safe that is."""
    finding = outcome.finding
    if finding.repair is None:
        return outcome
    cure = _cure(outcome, statements)
    return outcome._replace(
        finding=replace(finding, message=f"{finding.message}; {cure}"), cure=cure
    )


def _cure(outcome: Outcome, statements: Statements) -> str:
    repair = outcome.finding.repair
    if outcome.edit is None and repair is not None and repair.cure:
        return repair.cure
    if outcome.edit is None:
        return f"no guard fits there: {outcome.reason}"
    text = _in_words(outcome.edit, outcome.finding.line, statements)
    return f"{text} (unsafe: {outcome.reason})" if outcome.safety is Safety.UNSAFE else text


def _in_words(edit: Edit, line: int, statements: Statements) -> str:
    match edit:
        case Decorate(statement=number, guard=guard):
            name = getattr(statements.all[number].node, "name", "")
            return f"decorate {name}() with `@{guard}`"
        case Wrap(statement=first, last=last, guard=guard):
            return f"wrap {_lines(first, last, line, statements)} in `with {guard}:`"
        case Merge(statement=number, guard=guard):
            return f"add `{guard}` to the `with` of line {_line(number, statements)}"
        case Extend(statement=number, last=last):
            moved = _lines(statements.all[number].after.number, last, line, statements)
            return f"move {moved} into the `with` of line {_line(number, statements)}"
        case Hoist(name=name, guard=guard, earlier=earlier):
            names = " and ".join(f"`{other}`" for _, other in earlier)
            after = f", after {names}" if names else ""
            return f"compute it above as `{name}`, in `with {guard}:`{after}"


def _line(number: int, statements: Statements) -> int:
    return statements.all[number].node.lineno


def _lines(first: int, last: int, line: int, statements: Statements) -> str:
    """The lines of statements; those of the finding need no telling."""
    start, end = _line(first, statements), statements.all[last].node.end_lineno
    if first == last and start == line:
        return "it"
    return f"line {start}" if end == start else f"lines {start}-{end}"
