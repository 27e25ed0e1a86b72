"""Guards put where findings ask for them: bytes in, bytes out."""

from __future__ import annotations

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
    if not plan.edits and not plan.respellings:
        return FixResult(data, plan.outcomes)
    from flake8_nograd.fixing.respelling import respell
    from flake8_nograd.fixing.rewriting import CannotRewrite, rewrite

    try:
        if plan.respellings:  # guards have to wait: places change
            changed = respell(source, data, plan.respellings)
            return FixResult(changed, tuple(map(_waiting, plan.outcomes)))
        changed = rewrite(source, data, plan.edits, plan.imports, plan.statements)
    except CannotRewrite as error:
        return FixResult(data, tuple(_left(outcome, str(error)) for outcome in plan.outcomes))
    return FixResult(changed, plan.outcomes)


def _waiting(outcome: Outcome) -> Outcome:
    if outcome.verdict is not Verdict.FIXED or outcome.finding.respelling is not None:
        return outcome
    return outcome._replace(verdict=Verdict.LATER)


def _left(outcome: Outcome, why: str) -> Outcome:
    if outcome.verdict not in (Verdict.FIXED, Verdict.LATER):
        return outcome
    return outcome._replace(
        verdict=Verdict.LEFT, safety=Safety.DISPLAY, reason=why, note="", edit=None
    )
