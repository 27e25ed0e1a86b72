"""Guards put where findings ask for them: bytes in, bytes out."""

from __future__ import annotations

from dataclasses import replace

from flake8_nograd.findings import Safety
from flake8_nograd.fixing.planning import Plan
from flake8_nograd.fixing.result import FixError, FixResult, Outcome, Verdict
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
    "carry_out",
]


def carry_out(plan: Plan, source: Source, data: bytes) -> FixResult:
    """The bytes after the edits of a plan, which was made for the source they are parsed to."""
    if not plan.edits:
        return FixResult(data, plan.outcomes)
    from flake8_nograd.fixing.rewriting import CannotRewrite, rewrite

    try:
        changed = rewrite(source, data, plan.edits, plan.imports, plan.statements)
    except CannotRewrite as error:
        return FixResult(data, tuple(_left(outcome, str(error)) for outcome in plan.outcomes))
    return FixResult(changed, plan.outcomes)


def _left(outcome: Outcome, why: str) -> Outcome:
    if outcome.verdict not in (Verdict.FIXED, Verdict.LATER):
        return outcome
    return replace(
        outcome, verdict=Verdict.LEFT, safety=Safety.DISPLAY, reason=why, note="", edit=None
    )
