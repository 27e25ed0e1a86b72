"""What a run says of each finding and of each wasted place, by kind."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from recipe import Judgement, Recipe

from flake8_nograd.trace.lint import Comparison, Linter, Missed, Reported, python_files
from flake8_nograd.trace.report import Report
from flake8_nograd.trace.selection import Selection
from flake8_nograd.trace.sites import Counts, Verdict

CONFIRMED = "confirmed"
USED = "contradicted: used"
CONTRADICTED = {
    Verdict.USED: USED,
    Verdict.MIXED: USED,
    Verdict.GUARDED: "contradicted: guarded",
    Verdict.UNRECORDED: "contradicted: nothing recorded",
}
NO_MODULE = "contradicted: no module called"
NOT_REACHED = "not reached"
MISSED = "missed"
NO_GRADIENT = "the test takes no gradient"
KINDS = (CONFIRMED, *dict.fromkeys(CONTRADICTED.values()), NO_MODULE, NOT_REACHED, MISSED,
         NO_GRADIENT)  # fmt: skip
# A result that such a function returns is looked at; training does not go through it.
_INFERENCE = ("predict", "evaluate", "infer", "score", "validate", "test")


@dataclass(frozen=True)
class Row:
    """One finding, or one wasted place without a finding."""

    package: str
    version: str
    path: str
    line: int
    function: str
    code: str
    verdict: str
    counts: str
    reason: str

    def as_json(self) -> dict[str, Any]:
        """In plain values."""
        return asdict(self)


class Judge:
    """Joins a trace of a package with what the linter says of its files now."""

    def __init__(self, recipe: Recipe, package: Path, judgements: Iterable[Judgement]) -> None:
        self._recipe = recipe
        self._package = package
        self._judgements = {
            (item.path, item.function): item
            for item in judgements
            if (item.package, item.version) == (recipe.name, recipe.version)
        }

    def rows(self, trace: Path, executed: dict[str, set[int]]) -> Iterator[Row]:
        """Findings first, then wasted places without one."""
        report = Report.from_json(json.loads(trace.read_text("utf-8")))
        comparison = self._compare(report)
        for reported in comparison.reported:
            yield self._of_finding(reported, executed.get(reported.path, set()))
        for missed in comparison.missed:
            yield self._of_waste(missed)

    def _compare(self, report: Report) -> Comparison:
        package = str(self._package)
        keeps = Selection.of([package], ("*/tests/*", "*/test/*", "test_*.py", "*_test.py"))
        files = filter(keeps.keeps_file, python_files([package]))
        return Linter().compare(report.selected(keeps.keeps), files, keeps.keeps_file)

    def _of_finding(self, reported: Reported, lines: set[int]) -> Row:
        finding = reported.finding
        if not reported.was_reached:
            verdict = NO_MODULE if finding.line in lines else NOT_REACHED
        elif reported.counts.is_waste:
            verdict = CONFIRMED
        else:
            verdict = CONTRADICTED[_verdict(reported.counts)]
        function = _function(reported.path, finding.line)
        return self._row(reported.path, finding.line, function, finding.code, verdict,
                         reported.counts, finding.message)  # fmt: skip

    def _of_waste(self, missed: Missed) -> Row:
        place = missed.site.place
        name = place.scope.rpartition(".")[2].strip("_")
        verdict = MISSED if name.startswith(_INFERENCE) else NO_GRADIENT
        return self._row(place.path, place.line, _function(place.path, place.line), "-", verdict,
                         missed.site.counts, missed.reason)  # fmt: skip

    def _row(self, path: str, line: int, function: str, code: str, verdict: str,
             counts: Counts, reason: str) -> Row:  # fmt: skip
        near = str(Path(path).relative_to(self._package.parent))
        judged = self._judgements.get((near, function))
        if judged is not None:
            verdict, reason = judged.verdict, judged.reason
        told = " ".join(f"{count} {name}" for name, count in asdict(counts).items() if count)
        return Row(self._recipe.name, self._recipe.version, near, line, function, code, verdict,
                   told, reason)  # fmt: skip


def _verdict(counts: Counts) -> Verdict:
    """Used if anything was; a guard at a place that is sometimes guarded does no harm."""
    return Verdict.USED if counts.used else counts.verdict if counts.verdict is not Verdict.MIXED \
        else Verdict.GUARDED  # fmt: skip


def _function(path: str, line: int) -> str:
    """The name of the innermost function around a line, with its classes."""
    import ast

    tree = ast.parse(Path(path).read_bytes())
    names: list[str] = []
    nodes: list[ast.AST] = [tree]
    while nodes:
        node = nodes.pop()
        for child in ast.iter_child_nodes(node):
            start, end = getattr(child, "lineno", line), getattr(child, "end_lineno", line)
            if start <= line <= (end or start):
                if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                    names.append(child.name)
                nodes.append(child)
    return ".".join(names) or "<module>"
