"""The published benchmark: labels can be read, git brings the projects, the figures add up."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SCORE = ROOT / "benchmarks" / "score.py"
LABELS = ROOT / "benchmarks" / "labels" / "projects.jsonl"
PROGRAM = "def a():\n    one()\n    two()\n\n\ndef b():\n    three()\n\n\nfour()\nfive()\n"
VERDICTS = {2: "right", 7: "missed", 10: "wrong", 11: "debatable"}


@pytest.fixture
def project(tmp_path):
    """A repository of one file, and labels for it."""
    repo = tmp_path / "remote" / "owner" / "name"
    repo.mkdir(parents=True)
    (repo / "a.py").write_text(PROGRAM)
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@b.c"]
    for step in (["init", "-q"], ["add", "."], ["commit", "-qm", "first"]):
        subprocess.run([*git, *step], cwd=repo, check=True)
    head = subprocess.run(
        ["git", "rev-parse", "HEAD"], cwd=repo, check=True, capture_output=True, text=True
    )
    labels = tmp_path / "labels.jsonl"
    common = {"repo": "owner/name", "commit": head.stdout.strip(), "path": "a.py", "reason": ""}
    rows = [{**common, "line": line, "verdict": verdict} for line, verdict in VERDICTS.items()]
    labels.write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    return tmp_path


def run(project: Path, action: str, *command: str) -> subprocess.CompletedProcess[str]:
    remote = (project / "remote").as_uri() + "/{repo}"
    arguments = ["--labels", str(project / "labels.jsonl"), "--remote", remote]
    return subprocess.run(
        [sys.executable, str(SCORE), action, str(project / "here"), *arguments, *command],
        check=False,
        capture_output=True,
        text=True,
    )


def linter(*lines: int) -> list[str]:
    found = "".join(f"./a.py:{line}:1: ABC101 text: more\\n" for line in lines)
    return ["--", sys.executable, "-c", f"print('{found}')"]


def test_projects_are_brought_and_scored(project):
    assert run(project, "fetch").returncode == 0
    assert run(project, "fetch").returncode == 0
    done = run(project, "score", *linter(3, 7, 10, 11))
    assert done.stdout.splitlines()[-1] == (
        "all: right 1, wrong 1, debatable 1, unjudged 1; precision 0.50, recall 1.00"
    )
    assert done.returncode == 0


def test_silence_has_no_recall(project):
    run(project, "fetch")
    assert "precision 0.00, recall 0.00" in run(project, "score", *linter()).stdout


def test_files_may_be_looked_at_alone(project):
    run(project, "fetch")
    (folder,) = (project / "here").iterdir()
    (folder / "other.py").touch()
    lists = "import pathlib; print(*(f'{p}:2:1: ABC1 x' for p in pathlib.Path().glob('*.py')))"
    command = ["--", sys.executable, "-c", lists]
    assert "unjudged 0; precision 1.00" in run(project, "score", "--alone", *command).stdout


def test_absent_projects_are_told(project):
    done = run(project, "score", *linter())
    assert (done.returncode, done.stderr) == (1, "1 projects are not there\n")


@pytest.mark.parametrize(
    "labels", sorted(LABELS.parent.glob("*.jsonl")), ids=lambda path: path.name
)
def test_published_labels_have_their_form(labels):
    rows = [json.loads(line) for line in labels.read_text("utf-8").splitlines()]
    assert len(rows) > 200
    for row in rows:
        assert set(row) >= {"repo", "commit", "path", "line", "verdict", "reason"}
        assert row["verdict"] in ("right", "wrong", "missed", "debatable")
        assert len(row["commit"]) == 40
