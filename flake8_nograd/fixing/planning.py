"""From findings to edits: what is fixed now, what is held back, and why."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from flake8_nograd.findings import Finding, Safety
from flake8_nograd.fixing.cures import with_cure
from flake8_nograd.fixing.edits import Decorate, Edit, Extend, Hoist, Import, Merge, Wrap
from flake8_nograd.fixing.names import Names
from flake8_nograd.fixing.outline import Outline
from flake8_nograd.fixing.result import Outcome, Verdict
from flake8_nograd.fixing.shape import Refusal, Shape
from flake8_nograd.fixing.shapes import shape_of
from flake8_nograd.fixing.site import File, Site, deferred, locate, mode
from flake8_nograd.fixing.style import Style
from flake8_nograd.source import Source
from flake8_nograd.syntax.expressions import all_nodes, last_name

_FAST_PATH = ("TransformerEncoder", "TransformerEncoderLayer")


@dataclass(frozen=True, slots=True)
class Plan:
    """Edits that do not touch each other, their imports, and the outcome of each finding."""

    edits: tuple[Edit, ...]
    imports: tuple[Import, ...]
    outcomes: tuple[Outcome, ...]
    statements: int


def make_plan(
    source: Source, findings: Sequence[Finding], protected: Iterable[Finding], style: Style
) -> Plan:
    """Plan one round of fixes; forward passes of `protected` findings get no guard.

    The message of each finding then ends with its cure.
    """
    outline = Outline(source)
    file = File(source, outline, Names(outline), style)
    drafts = [_draft(finding, file) for finding in findings]
    untouched = [*protected, *(item.finding for item in drafts if isinstance(item, Outcome))]
    places = tuple((item.line, item.column) for item in untouched)
    file = replace(file, protected=places)
    return _Builder(file).build(drafts)


def _draft(finding: Finding, file: File) -> Site | Outcome:
    """The site of a finding that may be fixed, or the outcome of one that may not."""
    repair = finding.repair
    if repair is None:
        return _left(finding, "what was meant is not known")
    why_not = deferred(finding, file.outline)
    site = locate(finding, repair, file.outline)
    if why_not or site is None or repair.safety is Safety.DISPLAY:
        return _left(
            finding, why_not or (repair.reason if site else "its statements were not found")
        )
    match mode(site.block.start, site.function):
        case (False, line):
            reason = f"a guard stands around it already (line {line})"
            return _left(finding, reason, Verdict.GUARDED)
        case (True, line):
            return _left(finding, f"recording is switched on by hand (line {line})")
    safety, reason = _safety(site, file)
    return replace(site, repair=repair._replace(safety=safety, reason=reason))


def _left(finding: Finding, reason: str, verdict: Verdict = Verdict.LEFT) -> Outcome:
    return Outcome(finding, verdict, Safety.DISPLAY, reason)


def _safety(site: Site, file: File) -> tuple[Safety, str]:
    if site.repair.safety is Safety.SAFE and any(
        isinstance(node, ast.expr) and last_name(node) in _FAST_PATH for node in ast.walk(file.tree)
    ):
        return Safety.UNSAFE, "nn.TransformerEncoder computes other values at padded positions"
    return site.repair.safety, site.repair.reason


class _Builder:
    """Collects edits, leaving those that touch others for the next round."""

    def __init__(self, file: File) -> None:
        self._file = file
        self._shapes: list[Shape] = []

    def build(self, drafts: Iterable[Site | Outcome]) -> Plan:
        done = [self._add(item) if isinstance(item, Site) else item for item in drafts]
        outcomes = tuple(with_cure(item, self._file.outline) for item in done)
        edits = tuple(shape.edit for shape in self._shapes)
        imports = tuple(dict.fromkeys(shape.needs for shape in self._shapes if shape.needs))
        return Plan(edits, imports, outcomes, len(self._file.outline.statements))

    def _add(self, site: Site) -> Outcome:
        shape = shape_of(site, self._file)
        if isinstance(shape, Refusal):
            return _left(site.finding, shape.reason)
        safety, reason = site.repair.safety, site.repair.reason
        if safety is Safety.SAFE and shape.need:
            safety, reason = Safety.UNSAFE, shape.need
        if safety is Safety.UNSAFE and not self._file.style.unsafe:
            return Outcome(site.finding, Verdict.HELD, safety, reason, edit=shape.edit)
        verdict, edit = self._accept(shape, site)
        return Outcome(site.finding, verdict, safety, reason, shape.note, edit)

    def _accept(self, shape: Shape, site: Site) -> tuple[Verdict, Edit]:
        """What is done with a shape; one that touches another waits, or is done by it as well."""
        for other in self._shapes:
            if other.edit == shape.edit:
                return Verdict.FIXED, shape.edit
            if self._touch(shape.edit, other.edit):
                covers = set(all_nodes(other.code)).issuperset(site.passes)
                return Verdict.LATER, other.edit if covers else shape.edit
        self._shapes.append(shape)
        return Verdict.FIXED, shape.edit

    def _touch(self, one: Edit, other: Edit) -> bool:
        first, second = self._stretch(one), self._stretch(other)
        return first.start < second.stop and second.start < first.stop

    def _stretch(self, edit: Edit) -> range:
        """The numbers of all statements an edit moves or guards."""
        match edit:
            case Wrap(first=first, last=last) | Extend(statement=first, last=last):
                return range(first, self._end(last))
            case Merge(statement=first) | Decorate(function=first) | Hoist(statement=first):
                return range(first, self._end(first))

    def _end(self, number: int) -> int:
        """One more than the number of the last statement nested in a statement."""
        statements = self._file.outline.statements
        outer = statements[number]
        after = (item.number for item in statements[number + 1 :] if outer not in item.chain)
        return next(after, len(statements))
