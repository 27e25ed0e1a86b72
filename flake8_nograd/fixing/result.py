"""What became of each finding, and of the file."""

from __future__ import annotations

import enum
from typing import NamedTuple

from flake8_nograd.findings import Finding, Safety
from flake8_nograd.fixing.edits import Edit


class Verdict(enum.Enum):
    """What the fixer did with one finding."""

    FIXED = "fixed"
    LATER = "waits for another fix of the same lines"
    HELD = "unsafe fix, not applied"
    LEFT = "no fix"
    GUARDED = "a guard stands around it already"


class Outcome(NamedTuple):
    """One finding, what became of it, how safe its fix is and why; `note` tells of compromises.

    `edit` is the fix, done or not, None if there is none; `cure` names it as the message does.
    """

    finding: Finding
    verdict: Verdict
    safety: Safety
    reason: str
    note: str = ""
    edit: Edit | None = None
    cure: str = ""


class FixResult(NamedTuple):
    """The bytes after one round of fixes, and the outcome of each finding in the order given."""

    data: bytes
    outcomes: tuple[Outcome, ...]


class FixError(Exception):
    """A fix that went wrong and was thrown away: the path of the file and why."""

    def __init__(self, path: str, why: str) -> None:
        self.path, self.why = path, why
        super().__init__(f"{path}: {why}")
