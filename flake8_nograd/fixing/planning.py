"""From findings to edits: what is fixed now, what is held back, and why."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from operator import itemgetter
from typing import NamedTuple

from flake8_nograd.findings import Finding, Respelling, Safety, overlap
from flake8_nograd.fixing.cures import with_cure
from flake8_nograd.fixing.edits import Edit, Extend, Import, Wrap
from flake8_nograd.fixing.names import Names
from flake8_nograd.fixing.result import Outcome, Verdict
from flake8_nograd.fixing.shape import Shape
from flake8_nograd.fixing.shapes import shape_of
from flake8_nograd.fixing.site import File, Site, locate
from flake8_nograd.fixing.style import Style
from flake8_nograd.source import Source
from flake8_nograd.syntax.expressions import all_nodes
from flake8_nograd.syntax.statements import Statements

_OF_PASSES = "NGR1"  # a pass inside another one's arguments has a line of its own to protect


class Plan(NamedTuple):
    """Edits that do not touch each other, their imports, and the outcome of each finding."""

    edits: tuple[Edit, ...]
    imports: tuple[Import, ...]
    outcomes: tuple[Outcome, ...]
    statements: int
    respellings: tuple[Respelling, ...] = ()


def make_plan(
    source: Source, findings: Sequence[Finding], protected: Iterable[Finding], style: Style
) -> Plan:
    """Plan one round of fixes; forward passes of `protected` findings get no guard.

    The message of each finding then ends with its cure.
    """
    plan = _plan_of_guards(source, findings, protected, style)
    done: list[Respelling] = []
    outcomes = tuple(_in_turn(item, done) for item in plan.outcomes)
    return plan._replace(outcomes=outcomes, respellings=tuple(done))


def _in_turn(outcome: Outcome, done: list[Respelling]) -> Outcome:
    """The outcome, whose respelling is added to those done; one that touches another waits."""
    respelling = outcome.finding.respelling
    if respelling is None or outcome.verdict is not Verdict.FIXED or respelling in done:
        return outcome
    if any(overlap(respelling.span, other.span) for other in done):
        return outcome._replace(verdict=Verdict.LATER)
    done.append(respelling)
    return outcome


def _plan_of_guards(
    source: Source, findings: Sequence[Finding], protected: Iterable[Finding], style: Style
) -> Plan:
    facts = next((finding.repair.facts for finding in findings if finding.repair), None)
    if facts is None:
        return Plan((), (), tuple(_unguarded(item, style) for item in findings), 0)
    statements, bindings = Statements(source.tree), facts.bindings
    file = File(source, statements, bindings, Names(statements, bindings), style)
    drafts = [_draft(finding, file) for finding in findings]
    left = (item.finding for item in drafts if isinstance(item, Outcome))
    untouched = [*protected, *(finding for finding in left if finding.respelling is None)]
    file = file._replace(protected=frozenset(_lines_without_guard(untouched, findings)))
    return _Builder(file).build(drafts)


def _lines_without_guard(
    untouched: Iterable[Finding], findings: Iterable[Finding]
) -> Iterator[int]:
    """The lines of findings that no new guard may cover; what a pass is given goes with it."""
    repairs = (finding.repair for finding in findings if finding.repair is not None)
    passes = [node for repair in repairs for node in repair.passes]
    covered = {line for node in passes for line in range(node.lineno, (node.end_lineno or 0) + 1)}
    return (
        item.line
        for item in untouched
        if item.code.startswith(_OF_PASSES) or item.line not in covered
    )


def _draft(finding: Finding, file: File) -> Site | Outcome:
    """The site of a finding that may be fixed, or the outcome of one that may not."""
    repair = finding.repair
    if repair is None:
        return _unguarded(finding, file.style)
    why_not = repair.facts.deferred(repair.start)
    if why_not or repair.safety is Safety.DISPLAY:
        return _left(finding, why_not or repair.reason)
    match repair.facts.set_by_hand(repair.block[0]):
        case (False, line):
            reason = f"a guard stands around it already (line {line})"
            return _left(finding, reason, Verdict.GUARDED)
        case (True, line):
            return _left(finding, f"recording is switched on by hand (line {line})")
    reason = repair.facts.other_values() if repair.safety is Safety.SAFE else ""
    if reason:
        repair = repair._replace(safety=Safety.UNSAFE, reason=reason)
    return locate(finding, repair, file)


def _unguarded(finding: Finding, style: Style) -> Outcome:
    """The outcome of a finding that no guard mends: it is written in another way, if at all."""
    respelling = finding.respelling
    if respelling is None:
        return _left(finding, "what was meant is not known")
    is_done = respelling.safety is Safety.SAFE or style.unsafe
    verdict = Verdict.FIXED if is_done else Verdict.HELD
    return Outcome(finding, verdict, respelling.safety, respelling.reason)


def _left(finding: Finding, reason: str, verdict: Verdict = Verdict.LEFT) -> Outcome:
    return Outcome(finding, verdict, Safety.DISPLAY, reason)


class _Builder:
    """Collects edits, leaving those that touch others for the next round."""

    def __init__(self, file: File) -> None:
        self._file = file
        self._accepted: list[tuple[int, int, Shape]] = []  # behind their stretches, in order

    def build(self, drafts: Iterable[Site | Outcome]) -> Plan:
        done = [self._add(item) if isinstance(item, Site) else item for item in drafts]
        outcomes = tuple(with_cure(item, self._file.statements) for item in done)
        edits = tuple(shape.edit for _, _, shape in self._accepted)
        needed = (shape.needs for _, _, shape in self._accepted if shape.needs)
        imports = tuple(dict.fromkeys(needed))
        return Plan(edits, imports, outcomes, len(self._file.statements.all))

    def _add(self, site: Site) -> Outcome:
        shape = shape_of(site, self._file)
        if isinstance(shape, str):
            return _left(site.finding, shape)
        safety, reason = site.repair.safety, site.repair.reason
        if safety is Safety.SAFE and shape.need:
            safety, reason = Safety.UNSAFE, shape.need
        if safety is Safety.UNSAFE and not self._file.style.unsafe:
            return Outcome(site.finding, Verdict.HELD, safety, reason, edit=shape.edit)
        self._file = self._file._replace(named={**self._file.named, **shape.names})
        verdict, edit = self._accept(shape, site)
        return Outcome(site.finding, verdict, safety, reason, shape.note, edit)

    def _accept(self, shape: Shape, site: Site) -> tuple[Verdict, Edit]:
        """What is done with a shape; one that touches another waits, or is done by it as well."""
        stretch = self._stretch(shape.edit)
        at = bisect_left(self._accepted, stretch.stop, key=itemgetter(0))
        touched = list(self._ending_after(stretch.start, at))
        if any(other.edit == shape.edit for other in touched):
            return Verdict.FIXED, shape.edit
        if touched:
            passes = site.repair.passes
            covering = (item for item in touched if set(all_nodes(item.code)).issuperset(passes))
            return Verdict.LATER, next(covering, shape).edit
        self._accepted.insert(at, (stretch.start, stretch.stop, shape))
        return Verdict.FIXED, shape.edit

    def _ending_after(self, start: int, before: int) -> Iterator[Shape]:
        """The shapes before an index that end after a statement; they lie side by side."""
        for index in reversed(range(before)):
            _, stop, shape = self._accepted[index]
            if stop <= start:
                return
            yield shape

    def _stretch(self, edit: Edit) -> range:
        """The numbers of all statements an edit moves or guards."""
        last = edit.last if isinstance(edit, Wrap | Extend) else edit.statement
        return range(edit.statement, self._file.statements.end(last))
