"""Checking and fixing joined: one file is analysed and mended until nothing is left to do."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from flake8_nograd import engine, fixing
from flake8_nograd.findings import Finding
from flake8_nograd.fixing import FixError, FixResult, Outcome, Style, Verdict
from flake8_nograd.mentions import speaks_of_torch
from flake8_nograd.options import DEFAULT_OPTIONS, Options
from flake8_nograd.source import Source

Keep = Callable[[Source, Sequence[Finding]], Sequence[Finding]]

_ROUNDS = 12


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


def keep_all(source: Source, findings: Sequence[Finding]) -> Sequence[Finding]:
    """Every finding counts: no `# noqa`, no selection of codes."""
    return findings


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
    style = style or Style()
    result = first = _round(data, path, options, style, keep)
    fixed = 0
    for _ in range(_ROUNDS):
        fixing_now = _count(result, Verdict.FIXED)
        if not fixing_now:
            return FileFix(path, data, result.data, first.outcomes, result.outcomes, fixed)
        fixed += fixing_now
        guarded = _count(result, Verdict.GUARDED)
        result = _round(result.data, path, options, style, keep)
        if _count(result, Verdict.GUARDED) > guarded:
            raise FixError(path, "a new guard does not silence its finding; nothing was changed")
    raise FixError(path, f"the fix does not settle in {_ROUNDS} rounds; nothing was changed")


def _round(data: bytes, path: str, options: Options, style: Style, keep: Keep) -> FixResult:
    source = Source.from_bytes(data, path)
    findings = engine.check(source, options)
    kept = keep(source, findings) if findings else []
    if not kept:
        return FixResult(data, ())
    dropped = [finding for finding in findings if finding not in kept]
    return fixing.apply(data, kept, style, protected=dropped, path=path)


def _count(result: FixResult, verdict: Verdict) -> int:
    return sum(outcome.verdict is verdict for outcome in result.outcomes)
