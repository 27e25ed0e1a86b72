"""Generated programs before and after the safe fix, and the findings beside what torch did."""

from __future__ import annotations

import ast
from collections.abc import Iterator
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
    text, path = program.text, f"/mixed/{program.seed}.py"
    before, report = recorded(text, path)
    mended = fix(text, path, style)
    fixed = mended.after.decode()
    if fixed != text and before != (after := behaviour(fixed, path)):
        before = behaviour(text, path)  # without the recorder
    else:
        after = before
    findings = [item.finding for item in mended.found if item.finding.code.startswith("NGR1")]
    wrong, missed = _judged(ast.parse(text), findings, report, path)
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
    tree: ast.Module, findings: list[Finding], report: Report, path: str
) -> tuple[list[str], list[str]]:
    """The statements of false alarms and of wasted passes that no finding speaks of."""
    routes = [
        ([place for place in route.places if place.path == path], route.counts)
        for site in report.sites
        for route in site.routes
    ]
    wrong = [
        _statement(tree, finding.line)
        for finding in findings
        if _contradicted([counts for places, counts in routes if _starts_in(finding, places)])
    ]
    missed = [
        _statement(tree, places[0].line)
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
    end = block.end_line if block else finding.line
    return any(finding.line <= place.line <= end for place in places)


def _statement(tree: ast.Module, line: int) -> str:
    """The first line of the innermost statement around a line, names of single use left out."""
    around = [node for node in _statements(tree) if node.lineno <= line <= (node.end_lineno or 0)]
    return ast.unparse(around[-1]).splitlines()[0] if around else ""


def _statements(tree: ast.AST) -> Iterator[ast.stmt]:
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.stmt):
            yield node
        yield from _statements(node)
