"""What a run found and did, as lines of text and an exit code."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from flake8_nograd.fix_engine import FileFix
from flake8_nograd.fixing import Outcome, Verdict

CLEAN, FINDINGS, ERRORS = 0, 1, 2


@dataclass
class Report:
    """The results of all files.

    `writes` says whether changed files are written, `verb` what is then done with a finding.
    """

    writes: bool
    verb: str = "fixed"
    files: list[FileFix] = field(default_factory=list)
    looked_at: int = 0
    errors: int = 0

    @property
    def shown(self) -> list[tuple[FileFix, Outcome]]:
        """The findings to list: what is left if files are written, else all that there are."""
        return [
            (file, outcome)
            for file in self.files
            for outcome in (file.left if self.writes else file.found)
        ]

    @property
    def changed(self) -> int:
        """How many files the fixes change."""
        return sum(file.changed for file in self.files)

    def exit_code(self, exit_zero: bool, exit_non_zero_on_fix: bool) -> int:
        """0 if nothing is left to do, 1 if findings are left, 2 if a file could not be handled."""
        if self.errors:
            return ERRORS
        if self.writes and self.changed and exit_non_zero_on_fix:
            return FINDINGS
        return FINDINGS if self.shown and not exit_zero else CLEAN

    def listed(self, without_fixed: bool) -> Iterator[tuple[FileFix, Outcome]]:
        """The findings to list and their files, as `writes` says before or after the fix."""
        for file, outcome in self.shown:
            if not (without_fixed and outcome.verdict in (Verdict.FIXED, Verdict.LATER)):
                yield file, outcome

    def fixes(self) -> Iterator[str]:
        """What was fixed or would be, a line each."""
        for file in self.files:
            for outcome in file.found:
                if outcome.verdict in (Verdict.FIXED, Verdict.LATER):
                    yield describe(file.path, outcome)

    def notes(self) -> Iterator[str]:
        """Where a fix is not quite what was asked for."""
        for file in self.files:
            for outcome in file.found:
                if outcome.note:
                    yield f"{file.path}:{outcome.finding.line}: {outcome.note}"

    def diff(self) -> Iterator[Iterator[bytes]]:
        """The changes, a unified diff for each file."""
        return (_diff(file) for file in self.files if file.changed)

    def statistics(self) -> Iterator[str]:
        """How often each code is listed, as flake8 prints it."""
        counts = Counter(outcome.finding.code for _, outcome in self.shown)
        return (f"{count:<8}{code}" for code, count in sorted(counts.items()))

    def summary(self) -> str:
        """The run in one line."""
        fixed = sum(file.fixed for file in self.files)
        left = [outcome for file in self.files for outcome in file.left]
        held = sum(outcome.verdict is Verdict.HELD for outcome in left)
        parts = []
        if fixed:
            verb = self.verb if self.writes else "would fix"
            what = f"{_count(fixed, 'finding')} in {_count(self.changed, 'file')}"
            parts.append(f"{verb} {what}")
        if left:
            parts.append(f"{_count(len(left), 'finding')} left")
        if held:
            parts.append(
                f"{_count(held, 'unsafe fix', 'unsafe fixes')} not applied (--unsafe-fixes)"
            )
        if not parts:
            parts.append(f"nothing to fix in {_count(self.looked_at, 'file')}")
        if self.errors:
            parts.append(_count(self.errors, "error"))
        return ", ".join(parts)


def describe(path: str, outcome: Outcome) -> str:
    """A finding as flake8 prints it, and what can be done about it."""
    finding = outcome.finding
    place = f"{path}:{finding.line}:{finding.column}"
    return f"{place}: {finding.code} {finding.message} [{remark(outcome)}]"


def remark(outcome: Outcome) -> str:
    """What can be done about a finding, and why."""
    safety = outcome.safety.value
    kind = {
        Verdict.FIXED: f"{safety} fix",
        Verdict.LATER: f"{safety} fix",
        Verdict.HELD: "unsafe fix not applied",
    }.get(outcome.verdict, "no fix")
    return kind if outcome.reason in outcome.cure else f"{kind}: {outcome.reason}"


def _diff(file: FileFix) -> Iterator[bytes]:
    """The change of a file as a unified diff, in the bytes of the file."""
    name = file.path.encode("utf-8", "surrogateescape")
    lines = difflib.diff_bytes(
        difflib.unified_diff,
        file.before.splitlines(keepends=True),
        file.after.splitlines(keepends=True),
        name,
        name,
    )
    for line in lines:
        yield line if line.endswith(b"\n") else line + b"\n\\ No newline at end of file\n"


def _count(number: int, singular: str, plural: str = "") -> str:
    return f"{number} {singular if number == 1 else plural or singular + 's'}"
