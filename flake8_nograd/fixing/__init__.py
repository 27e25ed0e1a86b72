"""Guards put where findings ask for them: bytes in, bytes out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from flake8_nograd.findings import Finding, Safety
from flake8_nograd.fixing.planning import make_plan
from flake8_nograd.fixing.result import FixError, FixResult, Outcome, Verdict
from flake8_nograd.fixing.rewriting import CannotRewrite, rewrite
from flake8_nograd.fixing.style import Form, Guard, Style
from flake8_nograd.source import Source

__all__ = [
    "FixError",
    "FixResult",
    "Form",
    "Guard",
    "Outcome",
    "Style",
    "Verdict",
    "apply",
]


def apply(
    data: bytes,
    findings: Sequence[Finding],
    style: Style | None = None,
    *,
    protected: Iterable[Finding] = (),
    path: str = "<stdin>",
    source: Source | None = None,
) -> FixResult:
    """One round of fixes; raises `SourceError` if the bytes are not Python.

    The forward passes of `protected` findings stay outside every new guard. `source` is what the
    bytes were parsed to, if the findings know its tree.
    """
    source = source or Source.from_bytes(data, path)
    plan = make_plan(source, findings, protected, style or Style())
    if not plan.edits:
        return FixResult(data, plan.outcomes)
    try:
        changed = rewrite(source, data, plan.edits, plan.imports, plan.statements)
    except CannotRewrite as error:
        return FixResult(data, tuple(_left(outcome, str(error)) for outcome in plan.outcomes))
    return FixResult(changed, plan.outcomes)


def _left(outcome: Outcome, why: str) -> Outcome:
    if outcome.verdict not in (Verdict.FIXED, Verdict.LATER):
        return outcome
    return replace(outcome, verdict=Verdict.LEFT, safety=Safety.DISPLAY, reason=why, note="")
