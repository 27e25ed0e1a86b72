"""Score a linter on public projects in which every judged place is known.

    python benchmarks/score.py fetch FOLDER
    python benchmarks/score.py score FOLDER -- flake8 --isolated --select NGR .

`fetch` brings the projects with git, each at the commit that was judged. `score` runs the command
in each of them, reads what it prints as `path:line:col: CODE ...`, and holds it against the labels.
With `--alone` the command sees the files that bear labels, and nothing else of their project.
"""

from __future__ import annotations

import argparse
import ast
import json
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

LABELS = Path(__file__).parent / "labels" / "projects.jsonl"
GITHUB = "https://github.com/{repo}.git"
_FINDING = re.compile(r"(?P<path>[^\n:]+):(?P<line>\d+):(?P<column>\d+): (?P<code>[A-Z]+\d+)")

Place = tuple[str, int]


@dataclass(frozen=True)
class Label:
    """One judged place: `right`, `wrong`, `debatable`, or `missed` by the linter of that day."""

    repo: str
    commit: str
    path: str
    line: int
    verdict: str
    reason: str

    @property
    def place(self) -> Place:
        """Where it is in its project."""
        return self.path, self.line

    @property
    def is_wanted(self) -> bool:
        """Whether a finding should stand here."""
        return self.verdict in ("right", "missed")


def read_labels(path: Path) -> Iterator[tuple[str, str, list[Label]]]:
    """The labels of each project: repository, commit, places."""
    rows = (json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip())
    names = Label.__dataclass_fields__
    labels = [Label(**{name: row[name] for name in names}) for row in rows]
    labels.sort(key=lambda label: (label.repo, label.commit))
    for (repo, commit), group in groupby(labels, key=lambda label: (label.repo, label.commit)):
        yield repo, commit, list(group)


def folder_of(top: Path, repo: str, commit: str) -> Path:
    """Where a project is kept."""
    return top / f"{repo.replace('/', '+')}@{commit[:10]}"


def fetch(top: Path, repo: str, commit: str, remote: str) -> bool:
    """Bring one commit of one project, without its history."""
    folder = folder_of(top, repo, commit)
    if (folder / ".git" / "FETCH_HEAD").exists():
        return True
    folder.mkdir(parents=True, exist_ok=True)
    steps = (
        ("init", "--quiet"),
        ("fetch", "--quiet", "--depth=1", remote.format(repo=repo), commit),
        ("checkout", "--quiet", "FETCH_HEAD"),
    )
    return all(
        subprocess.run(["git", *step], cwd=folder, check=False).returncode == 0 for step in steps
    )


def lint(command: Sequence[str], folder: Path) -> set[Place]:
    """The places that a linter names."""
    done = subprocess.run(command, cwd=folder, check=False, capture_output=True, text=True)
    matches = (_FINDING.match(line) for line in done.stdout.splitlines())
    return {
        (match["path"].removeprefix("./").replace("\\", "/"), int(match["line"]))
        for match in matches
        if match
    }


def lint_alone(command: Sequence[str], folder: Path, paths: set[str]) -> set[Place]:
    """The places that a linter names in a few files of a project."""
    with tempfile.TemporaryDirectory() as alone:
        for path in filter(lambda path: (folder / path).is_file(), paths):
            copy = Path(alone, path)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(folder / path, copy)
        return lint(command, Path(alone))


def judge(labels: Sequence[Label], found: set[Place], folder: Path) -> Counter[str]:
    """Count what the findings of a project are worth."""
    count: Counter[str] = Counter()
    for label in labels:
        hit = label.place in found
        count["right"] += hit and label.is_wanted
        count["wrong"] += hit and label.verdict == "wrong"
        count["debatable"] += hit and label.verdict == "debatable"
        if label.is_wanted:
            count["wanted"] += 1
            count["met"] += hit or _is_near(label, found, folder)
    count["unjudged"] = len(found - {label.place for label in labels})
    return count


def _is_near(label: Label, found: set[Place], folder: Path) -> bool:
    """Whether another place of the same function is named: the reader would see this one too."""
    span_of = _functions(folder / label.path)
    span = span_of(label.line)
    return span is not None and any(
        path == label.path and span_of(line) == span for path, line in found
    )


def _functions(path: Path) -> Callable[[int], tuple[int, int] | None]:
    try:
        tree = ast.parse(path.read_bytes())
    except (SyntaxError, ValueError, OSError):
        return lambda line: None
    spans = [
        (node.lineno, node.end_lineno or node.lineno)
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    return lambda line: max((span for span in spans if span[0] <= line <= span[1]), default=None)


def summary(count: Counter[str]) -> str:
    """The figures in one line."""
    shown = count["right"] + count["wrong"]
    precision = count["right"] / shown if shown else 0.0
    recall = count["met"] / count["wanted"] if count["wanted"] else 0.0
    return (
        f"right {count['right']}, wrong {count['wrong']}, debatable {count['debatable']},"
        f" unjudged {count['unjudged']}; precision {precision:.2f}, recall {recall:.2f}"
    )


def main() -> int:
    """Fetch or score."""
    argv, command = _split(sys.argv[1:])
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("action", choices=["fetch", "score"])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--labels", type=Path, default=LABELS)
    parser.add_argument("--alone", action="store_true", help="hide the rest of each project")
    parser.add_argument("--remote", default=GITHUB, help=f"default: {GITHUB}")
    arguments = parser.parse_args(argv)
    if arguments.action == "score" and not command:
        parser.error("score needs the linter's command behind --")
    total: Counter[str] = Counter()
    absent = 0
    for repo, commit, labels in read_labels(arguments.labels):
        folder = folder_of(arguments.folder, repo, commit)
        if arguments.action == "fetch":
            absent += not fetch(arguments.folder, repo, commit, arguments.remote)
        elif not folder.is_dir():
            absent += 1
        else:
            paths = {label.path for label in labels}
            alone = arguments.alone
            found = lint_alone(command, folder, paths) if alone else lint(command, folder)
            count = judge(labels, found, folder)
            print(f"{repo}: {summary(count)}", flush=True)
            total += count
    if arguments.action == "score":
        print(f"all: {summary(total)}")
    if absent:
        print(f"{absent} projects are not there", file=sys.stderr)
    return 1 if absent else 0


def _split(argv: Sequence[str]) -> tuple[Sequence[str], Sequence[str]]:
    at = argv.index("--") if "--" in argv else len(argv)
    return argv[:at], argv[at + 1 :]


if __name__ == "__main__":
    sys.exit(main())
