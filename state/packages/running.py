"""Running what a recipe names: plainly, under the recorder, and with fixes in place."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from environment import Workplace
from recipe import Recipe, RecipeError

_TESTS = ("*/tests/*", "*/test/*", "test_*.py", "*_test.py", "conftest.py")
_GRACE = 30


@dataclass(frozen=True)
class Run:
    """How one run ended: what became of each test (of a driver: each line that it printed)."""

    outcomes: dict[str, str]
    ending: str
    seconds: float
    out: Path

    @property
    def is_complete(self) -> bool:
        """Whether it came to its end in time."""
        return self.ending != "out of time"


class Runner:
    """Runs one package; results are kept in files below its folder."""

    def __init__(self, recipe: Recipe, place: Workplace, again: bool) -> None:
        self._recipe = recipe
        self._place = place
        self._again = again

    def plain(self) -> Run:
        """As it is, noting which lines are executed."""
        package = self._place.package(self._recipe)
        prefix = ["-m", "coverage", "run", "--data-file=coverage", f"--source={package}"]
        run = self._run("plain", self._place.original, prefix)
        if not (run.out / "coverage.json").exists() and (run.out / "coverage").exists():
            arguments = ["json", "--data-file=coverage", "-o", "coverage.json", "-q"]
            command = [str(self._place.python), "-m", "coverage", *arguments]
            subprocess.run(command, cwd=run.out, env=self._environ(self._place.original, run.out),
                           capture_output=True, check=False)  # fmt: skip
        return run

    def traced(self) -> Run:
        """Under the recorder."""
        package = self._place.package(self._recipe)
        omit = [word for pattern in _TESTS for word in ("--omit", pattern)]
        prefix = ["-m", "flake8_nograd.trace", "--only", str(package), *omit]
        out = self._out("traced")
        return self._run("traced", self._place.original, [*prefix, "--json", f"{out}/trace.json"])

    def fixed(self, *options: str) -> tuple[Run | None, str]:
        """With the fixes of `nograd-fix` in a copy: None if nothing changed, and the difference."""
        kind = "unsafe" if options else "safe"
        tree = self._place.original.with_name(kind)
        shutil.rmtree(tree, ignore_errors=True)
        shutil.copytree(self._place.original, tree)
        targets = _sources(self._place.package(self._recipe, tree))
        command = [sys.executable, "-m", "flake8_nograd", "--jobs=1", *options, *targets]
        done = subprocess.run(
            command, cwd=tree, capture_output=True, text=True, timeout=900, check=False
        )
        if done.returncode > 1:
            raise RecipeError(f"nograd-fix: {(done.stderr.strip().splitlines() or ['?'])[-1]}")
        command = ["diff", "-ru", self._place.original.name, kind]
        difference = subprocess.run(command, cwd=tree.parent, capture_output=True, text=True,
                                    check=False).stdout  # fmt: skip
        before = self._out(kind) / "difference"
        if before.exists() and before.read_text("utf-8") != difference:
            shutil.rmtree(self._out(kind))
        if not difference:
            return None, ""
        run = self._run(kind, tree, [])
        before.write_text(difference, "utf-8")
        return run, difference

    def executed(self, run: Run) -> dict[str, set[int]]:
        """The lines that a plain run executed, by path."""
        path = run.out / "coverage.json"
        if not path.exists():
            return {}
        files = json.loads(path.read_text("utf-8"))["files"]
        return {
            str((run.out / name).resolve()): set(values["executed_lines"])
            for name, values in files.items()
        }

    def _run(self, kind: str, tree: Path, prefix: list[str]) -> Run:
        out = self._out(kind)
        kept, what = out / "run.json", self._what_is_run()
        if kept.exists() and not self._again:
            values = json.loads(kept.read_text("utf-8"))
            if values.pop("what", None) == what:
                return Run(out=out, **values)
        shutil.rmtree(out, ignore_errors=True)
        out.mkdir(parents=True)
        prefix = [word.replace("--data-file=", f"--data-file={out}/") for word in prefix]
        values = self._executed(out, tree, prefix)
        kept.write_text(json.dumps({**values, "what": what}, indent=1), "utf-8")
        return Run(out=out, **values)

    def _what_is_run(self) -> str:
        """What a kept result is a result of."""
        recipe = self._recipe
        program = "" if recipe.tests else recipe.driver.read_text("utf-8")
        text = f"{recipe.tests} {recipe.seconds} {sorted(recipe.environ.items())} {program}"
        return hashlib.sha256(text.encode()).hexdigest()[:12]

    def _executed(self, out: Path, tree: Path, prefix: list[str]) -> dict[str, Any]:
        command = [str(self._place.python), *prefix, *self._what(out)]
        start = time.monotonic()
        with (
            open(out / "stdout", "w", encoding="utf-8") as stdout,
            open(out / "stderr", "w", encoding="utf-8") as stderr,
        ):
            process = subprocess.Popen(
                command, cwd=tree if self._recipe.tests else out, env=self._environ(tree, out),
                stdin=subprocess.DEVNULL, stdout=stdout, stderr=stderr,
            )  # fmt: skip
            ending = _ending(process, self._recipe.seconds)
        outcomes = _tests(out / "tests.xml") if self._recipe.tests else _lines(out / "stdout")
        return {
            "outcomes": outcomes,
            "ending": ending,
            "seconds": round(time.monotonic() - start, 1),
        }

    def _what(self, out: Path) -> list[str]:
        if not self._recipe.tests:
            return [str(self._recipe.driver)]
        options = ("-q", "-p", "no:cacheprovider", "-o", "addopts=", f"--junitxml={out}/tests.xml")
        return ["-m", "pytest", *options, *self._recipe.tests]

    def _environ(self, tree: Path, out: Path) -> dict[str, str]:
        lead = self._place.package(self._recipe, tree).parent
        return {
            **os.environ,
            "PYTHONPATH": str(lead),
            "OMP_NUM_THREADS": "1",
            "PYTHONHASHSEED": "0",
            "MPLBACKEND": "agg",
            "HOME": str(out),
            **self._recipe.environ,
        }

    def _out(self, kind: str) -> Path:
        return self._place.original.with_name(f"run-{kind}")


def _sources(package: Path) -> list[str]:
    """The files of a package but for its tests."""
    return [
        str(path)
        for path in sorted(package.rglob("*.py"))
        if not any(path.match(pattern) for pattern in _TESTS)
        and not {"test", "tests"} & set(path.relative_to(package).parts)
    ]


def _ending(process: subprocess.Popen[Any], seconds: int) -> str:
    try:
        return f"exit code {process.wait(seconds)}"
    except subprocess.TimeoutExpired:
        process.terminate()
    try:
        process.wait(_GRACE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    return "out of time"


def _tests(path: Path) -> dict[str, str]:
    """What became of each test."""
    if not path.exists():
        return {}
    outcomes = {}
    for case in ElementTree.parse(path).iter("testcase"):
        kinds = [child.tag for child in case if child.tag in ("failure", "error", "skipped")]
        outcomes[f"{case.get('classname')}::{case.get('name')}"] = kinds[0] if kinds else "passed"
    return outcomes


def _lines(path: Path) -> dict[str, str]:
    lines = path.read_text("utf-8", "replace").splitlines()
    return {f"line {number}": line for number, line in enumerate(lines, 1)}
