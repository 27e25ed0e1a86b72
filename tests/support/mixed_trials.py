"""Generated programs before and after the safe fix, and the findings beside what torch did."""

from __future__ import annotations

from dataclasses import dataclass

from behaviour import Behaviour, behaviour, recorded
from mixed_programs import Program

from flake8_nograd import fix_engine
from flake8_nograd.findings import Finding
from flake8_nograd.fix_engine import FileFix
from flake8_nograd.fixing import FixError, Style
from flake8_nograd.trace.report import Report
from flake8_nograd.trace.sites import Counts, Place


@dataclass(frozen=True)
class Trial:
    """A program, what the fixer made of it, and what both did."""

    program: Program
    text: str
    fixed: str
    before: Behaviour
    after: Behaviour
    findings: tuple[Finding, ...] = ()
    false_alarms: tuple[str, ...] = ()
    misses: tuple[str, ...] = ()

    @property
    def is_edited(self) -> bool:
        """Whether the safe fix changed the program."""
        return self.text != self.fixed

    @property
    def differs(self) -> bool:
        """Whether the fixed program does something else."""
        return self.before != self.after

    @property
    def difference(self) -> str:
        """How the fixed program ends, or the first line that it prints in place of another."""
        if self.before.ending != self.after.ending:
            return self.after.ending or f"no {self.before.ending}"
        pairs = zip(self.before.output.splitlines(), self.after.output.splitlines(), strict=False)
        return next((f"{new!r} for {old!r}" for old, new in pairs if old != new), "other output")


def try_out(program: Program, style: Style) -> Trial:
    """Run a program, mend it safely and run it again."""
    text, path = program.text, program.path
    before, report = recorded(text, path)
    mended = fix(text, path, style)
    fixed = mended.after.decode()
    if fixed != text and before != (after := behaviour(fixed, path)):
        before = behaviour(text, path)  # without the recorder
    else:
        after = before
    findings = [item.finding for item in mended.found if item.finding.code.startswith("NGR1")]
    wrong, missed = _judged(program, text, findings, report)
    return Trial(program, text, fixed, before, after, tuple(findings), tuple(wrong), tuple(missed))


def fix(text: str, path: str, style: Style) -> FileFix:
    """The safe fix; a program that the fixer gives up stays as it is."""
    data = text.encode()
    try:
        return fix_engine.fix(data, path, style=style)
    except FixError:
        return FileFix(path, data, data)


def changes_behaviour(text: str, path: str, style: Style) -> bool:
    """Whether the safe fix changes what a program without errors does."""
    before = behaviour(text, path)
    if not before.succeeds:
        return False
    fixed = fix(text, path, style).after.decode()
    return fixed != text and before != behaviour(fixed, path)


def _judged(
    program: Program, text: str, findings: list[Finding], report: Report
) -> tuple[list[str], list[str]]:
    """The kinds of false alarms and of wasted passes that no finding speaks of."""
    routes = [
        ([place for place in route.places if place.path == program.path], route.counts)
        for site in report.sites
        for route in site.routes
    ]
    wrong = [
        program.kind_of(text, finding.line)
        for finding in findings
        if _contradicted([counts for places, counts in routes if _starts_in(finding, places)])
    ]
    missed = [
        program.kind_of(text, places[0].line)
        for places, counts in routes
        if counts.is_waste and places and not any(_covers(item, places) for item in findings)
    ]
    return wrong, missed


def _contradicted(met: list[Counts]) -> bool:
    counts = sum(met, Counts())
    return counts.calls > 0 and not counts.is_waste


def _starts_in(finding: Finding, places: list[Place]) -> bool:
    here = (finding.line, finding.column)
    return any((place.line, place.column or finding.column) == here for place in places)


def _covers(finding: Finding, places: list[Place]) -> bool:
    block = finding.repair.block if finding.repair else None
    end = block[-1].end_lineno if block else finding.line
    return any(finding.line <= place.line <= end for place in places)
