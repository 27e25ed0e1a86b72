"""One round of fixes for findings that a test has made."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from flake8_nograd.findings import Finding
from flake8_nograd.fixing import FixResult, Style, carry_out
from flake8_nograd.fixing.planning import make_plan
from flake8_nograd.source import Source


def apply(
    data: bytes,
    findings: Sequence[Finding],
    style: Style | None = None,
    protected: Iterable[Finding] = (),
    source: Source | None = None,
) -> FixResult:
    """Plan and carry out; `source` is what the bytes were parsed to, if findings know its tree."""
    source = source or Source.from_bytes(data)
    return carry_out(make_plan(source, findings, protected, style or Style()), source, data)
