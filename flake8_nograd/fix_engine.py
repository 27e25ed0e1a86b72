"""Checking and fixing joined: one file is analysed and mended until nothing is left to do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flake8_nograd import engine, fixing
from flake8_nograd.engine import Keep, keep_all
from flake8_nograd.findings import Finding, Safety
from flake8_nograd.fixing import FixError, FixResult, Outcome, Style, Verdict
from flake8_nograd.mentions import speaks_of_torch
from flake8_nograd.options import DEFAULT_OPTIONS, Options
from flake8_nograd.source import Source

_Spot = tuple[str, int, int]

# A round fixes at least one finding, and a line seldom holds more than one.
_SPARE_ROUNDS = 12


@dataclass(frozen=True, slots=True)
class FileFix:
    """A file before and after: `found` has places of the old text, `left` those of the new."""

    path: str
    before: bytes
    after: bytes
    found: tuple[Outcome, ...] = ()
    left: tuple[Outcome, ...] = ()
    fixed: int = 0

    @property
    def changed(self) -> bool:
        """Whether the fix changes the file."""
        return self.before != self.after


def is_concerned(data: bytes) -> bool:
    """Whether a file speaks of torch; every encoding of Python files writes ASCII alike."""
    return speaks_of_torch(data.decode("latin-1"))


def fix(
    data: bytes,
    path: str = "<stdin>",
    options: Options = DEFAULT_OPTIONS,
    style: Style | None = None,
    keep: Keep = keep_all,
) -> FileFix:
    """Fix a file until nothing changes; findings that `keep` drops stay unguarded.

    Raises `SourceError` for a file that is not Python and `FixError` for a fix that does not
    settle; the bytes of the file are then to stay as they are.
    """
    if not is_concerned(data):
        return FileFix(path, data, data)
    rounds = _Rounds(path, options, style or Style(), keep)
    result = first = rounds.run(data)
    before, fixed = data, 0
    limit = _SPARE_ROUNDS + data.count(b"\n")
    for _ in range(limit):
        fixing_now = _count(result, Verdict.FIXED)
        if not fixing_now:
            return FileFix(path, data, result.data, first.outcomes, result.outcomes, fixed)
        after = rounds.run(result.data)
        if rounds.are_vain(before, result, after):
            after = rounds.run(before)
            first = after if first is result else first
        else:
            before = result.data
            fixed += fixing_now
        result = after
    raise FixError(path, f"the fix does not settle in {limit} rounds; nothing was changed")


class _Rounds:
    """Runs one round after the other; a guard that silenced nothing is not tried again."""

    def __init__(self, path: str, options: Options, style: Style, keep: Keep) -> None:
        self._path = path
        self._options = options
        self._style = style
        self._keep = keep
        self._vain: set[_Spot] = set()
        self._silenced: set[_Spot] = set()

    def run(self, data: bytes) -> FixResult:
        """Check the bytes, and fix what is kept of the findings."""
        source = Source.from_bytes(data, self._path)
        findings = engine.find(source, self._options)
        kept = self._kept(source, findings) if findings else []
        if not kept:
            return FixResult(data, ())
        vain = [item for item in kept if self._vain and _spot(source, item) in self._vain]
        wanted = [item for item in kept if item not in vain]
        plan = engine.plan(source, findings, wanted, self._style, self._keep)
        result = fixing.carry_out(plan, source, data)
        outcomes = (*result.outcomes, *map(_without_effect, vain))
        in_order = sorted(outcomes, key=lambda outcome: kept.index(outcome.finding))
        return FixResult(result.data, tuple(in_order))

    def _kept(self, source: Source, findings: Sequence[Finding]) -> list[Finding]:
        """The findings that `keep` keeps, and has kept: an edit beside one may change its code."""
        kept = self._keep(source, findings)
        self._silenced |= {_spot(source, item) for item in findings if item not in kept}
        if not self._silenced:
            return list(kept)
        return [item for item in kept if _spot(source, item) not in self._silenced]

    def are_vain(self, data: bytes, result: FixResult, after: FixResult) -> bool:
        """Whether findings of `data` that got a guard are there as before; they are then left."""
        mended = _spots(data, self._path, result, Verdict.FIXED)
        vain = mended & _spots(result.data, self._path, after, Verdict.GUARDED)
        self._vain |= vain
        return bool(vain)


def _without_effect(finding: Finding) -> Outcome:
    return Outcome(finding, Verdict.LEFT, Safety.DISPLAY, "a guard there would not silence it")


def _spots(data: bytes, path: str, result: FixResult, verdict: Verdict) -> set[_Spot]:
    found = [item.finding for item in result.outcomes if item.verdict is verdict]
    source = Source.from_bytes(data, path) if found else None
    return {_spot(source, finding) for finding in found} if source else set()


def _spot(source: Source, finding: Finding) -> _Spot:
    """A place that outlasts the edits of other places: indentation and line numbers change."""
    lines = [line.strip() for line in source.lines[: finding.line]]
    indent = len(source.lines[finding.line - 1]) - len(source.lines[finding.line - 1].lstrip())
    return lines[-1], lines.count(lines[-1]), finding.column - indent


def _count(result: FixResult, verdict: Verdict) -> int:
    return sum(outcome.verdict is verdict for outcome in result.outcomes)
