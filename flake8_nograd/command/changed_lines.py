"""Findings on lines that are new since a revision of git."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass

from flake8_nograd.findings import Finding
from flake8_nograd.source import Source, SourceError, text_lines
from flake8_nograd.text_edits import difference


@dataclass(frozen=True, slots=True)
class DiffBase:
    """The commit that files are compared with: where a revision and HEAD parted."""

    commit: str

    @classmethod
    def of(cls, revision: str) -> DiffBase:
        """Find the commit; raises `SourceError`."""
        commit = _git(os.curdir, "merge-base", "--", revision, "HEAD")
        if not commit:
            why = "git knows no such revision here that shares history with HEAD"
            raise SourceError(f"--diff-base {revision}", None, why)
        return cls(commit.decode("ascii").strip())

    def keep(self, source: Source, findings: Sequence[Finding]) -> Sequence[Finding]:
        """The findings whose call has a line that is new."""
        before = self._lines(source.path) if findings else []
        new = {
            line
            for edit in difference(source.lines, before)
            for line in range(edit.first, edit.end)
        }
        return [item for item in findings if not new.isdisjoint(_lines_of(item))]

    def _lines(self, path: str) -> Sequence[str]:
        """The lines that the file had; none if it was not there."""
        folder, name = os.path.split(os.path.abspath(path))
        data = _git(folder, "show", f"{self.commit}:./{name}")
        try:
            return text_lines(data or b"", path)
        except SourceError:
            return []


def _lines_of(finding: Finding) -> range:
    last = finding.end[0] if finding.end is not None else finding.line
    return range(finding.line, last + 1)


def _git(folder: str, *arguments: str) -> bytes | None:
    """What git prints; None if it fails or is not there."""
    try:
        done = subprocess.run(["git", *arguments], cwd=folder, check=False, capture_output=True)
    except OSError:
        return None
    return done.stdout if done.returncode == 0 else None
