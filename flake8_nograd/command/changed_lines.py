"""Findings on lines that are new since a revision of git."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from flake8_nograd.findings import Finding
from flake8_nograd.roots import upwards
from flake8_nograd.source import Source, SourceError, text_lines
from flake8_nograd.text_edits import difference

_NO_SHARED_COMMIT = 1  # git's exit code
# A hook is told by these which repository it is run in; a file may be in another.
_OF_A_HOOK = ("GIT_DIR", "GIT_WORK_TREE", "GIT_COMMON_DIR", "GIT_INDEX_FILE", "GIT_PREFIX")


@dataclass(frozen=True, slots=True)
class DiffBase:
    """Where a revision and HEAD parted, in the repository of each file."""

    revision: str
    commits: dict[str, str] = field(default_factory=dict)  # by the root of the repository

    @classmethod
    def of(cls, revision: str, paths: Iterable[str]) -> DiffBase:
        """Look for the commit wherever it will be needed; raises `SourceError`."""
        base = cls(revision)
        for path in paths:
            base._commit(os.path.realpath(path))
        return base

    def keep(self, source: Source, findings: Sequence[Finding]) -> Sequence[Finding]:
        """The findings whose call has a line that is new; raises `SourceError`."""
        before = self._lines(source.path) if findings else []
        new = {
            line
            for edit in difference(source.lines, before)
            for line in range(edit.first, edit.end)
        }
        return [item for item in findings if not new.isdisjoint(_lines_of(item))]

    def _lines(self, path: str) -> Sequence[str]:
        """The lines that the file had; none if it was not there."""
        full = os.path.realpath(path)
        folder, name = os.path.split(full)
        shown = _git(folder, "show", f"{self._commit(full)}:./{name}")
        try:
            return text_lines(shown.stdout if shown.returncode == 0 else b"", path)
        except SourceError:
            return []

    def _commit(self, path: str) -> str:
        root = _repository(path)
        if root is None:
            raise self._error(f"{path} is in no git repository")
        if root not in self.commits:
            self.commits[root] = self._commit_in(root)
        return self.commits[root]

    def _commit_in(self, root: str) -> str:
        found = _git(root, "merge-base", "--", self.revision, "HEAD")
        if found.returncode == 0:
            return found.stdout.decode("ascii").strip()
        if found.returncode == _NO_SHARED_COMMIT:
            why = f"git knows no commit in {root} that it shares with HEAD"
        else:
            said = found.stderr.decode("utf-8", "replace").strip().splitlines() or ["no such thing"]
            why = f"git knows no such revision in {root} ({said[0].removeprefix('fatal: ')})"
        is_shallow = _git(root, "rev-parse", "--is-shallow-repository").stdout.strip() == b"true"
        hint = "; the clone is shallow, fetch its history (fetch-depth: 0)" if is_shallow else ""
        raise self._error(why + hint)

    def _error(self, why: str) -> SourceError:
        return SourceError(f"--diff-base {self.revision}", None, why)


def _lines_of(finding: Finding) -> range:
    last = finding.end[0] if finding.end is not None else finding.line
    return range(finding.line, last + 1)


def _repository(path: str) -> str | None:
    """The root of the repository that a file or folder is in."""
    around = (folder for folder in upwards(path) if os.path.exists(os.path.join(folder, ".git")))
    return next(around, None)


def _git(folder: str, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    environment = {name: value for name, value in os.environ.items() if name not in _OF_A_HOOK}
    try:
        return subprocess.run(
            ["git", *arguments], cwd=folder, env=environment, check=False, capture_output=True
        )
    except OSError as error:
        raise SourceError("--diff-base", None, f"git cannot be run ({error.strerror})") from error
