"""The source around wasted forward passes, and what the fixer would make of it.

Beside `lint.py` the one part of the recorder that knows the linter.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from flake8_nograd import fix_engine
from flake8_nograd.command.settings import Settings
from flake8_nograd.files import read
from flake8_nograd.fix_engine import FileFix
from flake8_nograd.fixing import Style
from flake8_nograd.quick_fix import QuickFix, Repairs
from flake8_nograd.source import SourceError, text_lines
from flake8_nograd.text_edits import apply
from flake8_nograd.trace.lint import Comparison, Found
from flake8_nograd.trace.sites import Place, Site


@dataclass(frozen=True, slots=True)
class Cure:
    """A place in its file, what is said of it, and the file after the fix if there is one."""

    path: str
    line: int
    heading: str
    remark: str
    before: tuple[str, ...]
    after: tuple[str, ...] = ()


class Cures:
    """Finds cures under one configuration; each file is read and fixed once."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._fixes: dict[str, FileFix | None] = {}

    def of(self, site: Site, comparison: Comparison) -> list[Cure]:
        """A cure for each finding that speaks of a site; without one, the source alone."""
        found = comparison.findings.get(site.place, ())
        if found:
            return [cure for item in found for cure in self._of_finding(item)]
        reasons = {item.site.place: item.reason for item in comparison.missed}
        return list(self._without_finding(site.place, reasons.get(site.place, "")))

    def _of_finding(self, found: Found) -> Iterator[Cure]:
        path, finding = found
        fixed = self._fixed(path)
        outcomes = [item for item in fixed.found if item.finding == finding] if fixed else []
        if fixed is None or not outcomes:
            return
        before = _lines(fixed.before, path)
        heading = f"{finding.code} {finding.message}"
        repairs = Repairs(path, self._settings.options, Style(), self._settings.keep)
        quick_fix = repairs.of_one(fixed.before, fixed.found, finding)
        if quick_fix is None:
            yield Cure(path, finding.line, heading, f"no fix: {outcomes[0].reason}", before)
            return
        after = apply(before, quick_fix.edits).splitlines(keepends=True)
        remark = _remark(quick_fix, outcomes[0].reason)
        yield Cure(path, finding.line, heading, remark, before, tuple(after))

    def _without_finding(self, place: Place, reason: str) -> Iterator[Cure]:
        try:
            lines = _lines(read(place.path), place.path)
        except SourceError:
            return
        remark = f"no finding: {reason}" if reason else "no finding"
        yield Cure(place.path, place.line, "", remark, lines)

    def _fixed(self, path: str) -> FileFix | None:
        if path not in self._fixes:
            self._fixes[path] = self._fix(path)
        return self._fixes[path]

    def _fix(self, path: str) -> FileFix | None:
        try:
            options, keep = self._settings.options, self._settings.keep
            return fix_engine.fix(read(path), path, options, Style(), keep)
        except Exception:  # the page of a long run must not be lost for one odd file
            return None


def cures_of(
    sites: Iterable[Site], comparison: Comparison, settings: Settings
) -> dict[Place, list[Cure]]:
    """The cures of each site."""
    cures = Cures(settings)
    return {site.place: cures.of(site, comparison) for site in sites}


def _lines(data: bytes, path: str) -> tuple[str, ...]:
    return tuple(text_lines(data, path))


def _remark(quick_fix: QuickFix, reason: str) -> str:
    safety = "safe" if quick_fix.is_safe else "unsafe"
    return f"{quick_fix.title} ({safety}: {reason})"
