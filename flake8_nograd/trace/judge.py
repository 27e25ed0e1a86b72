"""Holds the markers of fixtures against what torch does when the fixtures run.

A marker is `# expect: NGR102` or `# expect: NGR102@13` at the end of a line, with several codes
parted by spaces. The judge runs the file and agrees when

* on a line marked NGR1xx a forward pass starts whose graph is wasted: recorded, never used;
* every other wasted forward pass lies below such a marker in the same function, because one
  finding stands for all passes that one guard would cover;
* on a line marked NGR201 a backward pass raises that it has no graph, and on no other line;
* on a line marked NGR202 a backward pass succeeds with recording off, and on no other line;
* of a marked NGR3xx, NGR401 or NGR9xx line by line what it says is seen: a mode that does not
  change, a body that records, a leak, an exception, graphs that grow in number, parameters that
  every step of an optimizer finds without a gradient;
* in the fixed twin, `NAME.py.fixed`, nothing is wasted, and it prints what the fixture prints; that
  of a marked NGR302 or NGR309, where something raises or a mode is not set, has to run to its end.

A pass belongs to its call expression and to the calls that led there. A file whose first line
starts with `# not run:` is not run and not judged. A folder is a program of several files: its
`main.py` is run, its first line speaks for all, and markers count in whichever file they stand.

$ python -m flake8_nograd.trace.judge fixtures/NGR102/*.py fixtures/projects/*/
"""

from __future__ import annotations

import ast
import re
import shutil
import sys
import tempfile
import traceback
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path

from flake8_nograd.trace import misuse_judge
from flake8_nograd.trace.line_watch import LineWatch
from flake8_nograd.trace.report import Report
from flake8_nograd.trace.silent_run import SilentRun, run
from flake8_nograd.trace.sites import BackwardRun, Place

_MARKER = re.compile(r"#\s*expect:\s*(NGR\d+.*)$")
_CODE = re.compile(r"(NGR\d+)(?:@(\d+))?$")
_RAISING = ("NGR201", "NGR302", "NGR321")  # on whose lines a program may end
# Whose fixed twin is to do something else.
_CHANGED = ("NGR301", "NGR302", "NGR304", "NGR306", "NGR309", "NGR311", "NGR321")
_NO_GRAPH = "does not require grad and does not have a grad_fn"


@dataclass(frozen=True, slots=True)
class Marker:
    """What a fixture says of one of its lines."""

    line: int
    column: int | None
    code: str

    def is_at(self, place: Place) -> bool:
        """Whether a call is the one that is meant."""
        columns = {self.column, place.column}
        return self.line == place.line and (None in columns or len(columns) == 1)

    def __str__(self) -> str:
        return f"line {self.line}: {self.code}"


def markers(text: str) -> list[Marker]:
    """The markers of a fixture; raises `ValueError` for one that cannot be read."""
    return [
        marker
        for number, line in enumerate(text.splitlines(), 1)
        if (found := _MARKER.search(line))
        for marker in _markers_of_line(number, found[1])
    ]


def _markers_of_line(number: int, codes: str) -> Iterator[Marker]:
    for word in codes.split():
        match = _CODE.match(word)
        if match is None:
            raise ValueError(f"line {number}: {word!r} is not a code such as NGR102 or NGR102@13")
        yield Marker(number, int(match[2]) if match[2] else None, match[1])


def judge(path: str | Path) -> list[str]:
    """The disagreements between a fixture, a file or a folder, and torch, one line of text each."""
    path = Path(path).resolve()
    main = path / "main.py" if path.is_dir() else path
    if main.read_text(encoding="utf-8").startswith("# not run:"):
        return []
    try:
        files = {str(file): _File.read(file, path) for file in _files_of(path)}
    except ValueError as error:
        return [str(error)]
    original = run(main, path if path.is_dir() else None)
    return [
        *_Trial(files, original.report).disagreements(),
        *_unexpected(original.failure, files, str(main)),
        *_unseen_misuses(files, main, path if path.is_dir() else None),
        *_of_twin(path, original, files),
    ]


def _unseen_misuses(
    files: dict[str, _File], main: Path, imports_from: Path | None
) -> Iterator[str]:
    """Run the program once more, line by line, if it marks guards that do not guard."""
    marked = [
        (path, marker.line, marker.code)
        for path, file in files.items()
        for marker in (*file.marked("NGR3"), *file.marked("NGR4"), *file.marked("NGR9"))
    ]
    if not marked:
        return
    watch = LineWatch(files, misuse_judge.growing_lines(marked))
    with watch.watching():
        done = run(main, imports_from)
    trees: dict[str, ast.AST] = {path: file.scopes.tree for path, file in files.items()}
    for path, line, text in misuse_judge.disagreements(marked, trees, watch, done.failure):
        yield f"{files[path].prefix}line {line}: {text}"


def _files_of(path: Path) -> list[Path]:
    return sorted(path.rglob("*.py")) if path.is_dir() else [path]


def _of_twin(path: Path, original: SilentRun, files: dict[str, _File]) -> Iterator[str]:
    """What is wrong with the fixed twin: a wasted graph is left, or it does something else."""
    if path.is_dir():
        if not any(path.rglob("*.py.fixed")):
            return
        with tempfile.TemporaryDirectory() as temporary:
            twin = Path(temporary).resolve() / path.name
            _lay_out_twin(path, twin)
            fixed = run(twin / "main.py", twin)
    else:
        twin = path.with_name(f"{path.name}.fixed")
        if not twin.exists():
            return
        fixed = run(twin)
    for site in fixed.report.sites:
        if any(route.counts.is_waste for route in site.routes):
            place = f"{Path(site.place.path).name}:{site.place.line}"
            yield f"{place}: a forward pass is wasted in the fixed twin"
    if any(file.marked(code) for file in files.values() for code in _CHANGED):
        if fixed.failure is not None:
            yield f"{twin.name}: ends by {type(fixed.failure).__name__}: {fixed.failure}"
        return
    for before, after in zip_longest(_behaviour(original), _behaviour(fixed)):
        if before != after:
            yield f"{twin.name}: {after!r} where the program has {before!r}"
            return


def _lay_out_twin(folder: Path, twin: Path) -> None:
    """Copy a project with the fixed files in the places of those that they fix."""
    shutil.copytree(folder, twin, ignore=shutil.ignore_patterns("__pycache__"))
    for fixed in list(twin.rglob("*.py.fixed")):
        fixed.replace(fixed.with_suffix(""))


def _behaviour(done: SilentRun) -> list[str]:
    """What a program prints and how it ends, line by line."""
    failure = done.failure
    ending = "the end" if failure is None else f"{type(failure).__name__}: {failure}"
    return [*done.output.splitlines(), ending]


@dataclass(frozen=True, slots=True)
class _File:
    """A file of a fixture: how its lines are called, its markers and its functions."""

    prefix: str
    markers: list[Marker]
    scopes: _Scopes

    @classmethod
    def read(cls, file: Path, fixture: Path) -> _File:
        """Read a file; raises `ValueError` for a marker that cannot be read."""
        text = file.read_text(encoding="utf-8")
        prefix = f"{file.relative_to(fixture).as_posix()}, " if file != fixture else ""
        try:
            return cls(prefix, markers(text), _Scopes(ast.parse(text)))
        except SyntaxError:
            raise
        except ValueError as error:
            raise ValueError(f"{prefix}{error}") from error

    def marked(self, family: str) -> list[Marker]:
        """The markers whose code begins so."""
        return [marker for marker in self.markers if marker.code.startswith(family)]

    def covers(self, place: Place) -> bool:
        """Whether a marker of a forward pass stands above a place in the same function."""
        scope = self.scopes.of(place.line)
        return any(
            marker.line <= place.line and self.scopes.of(marker.line) == scope
            for marker in (*self.marked("NGR1"), *self.marked("NGR320"))
        )


@dataclass(frozen=True, slots=True)
class _Trial:
    files: dict[str, _File]
    report: Report

    def disagreements(self) -> Iterator[str]:
        yield from self._forward_passes()
        runs = self.report.backward_runs
        raised = [run for run in runs if run.error is not None and _NO_GRAPH in run.error]
        yield from self._backward("NGR201", raised, "raises for want of a graph")
        ran = [run for run in runs if run.error is None and run.mode != "grad"]
        yield from self._backward("NGR202", ran, "runs with recording off")

    def _forward_passes(self) -> Iterator[str]:
        wasted = [
            self._own(route.places)
            for site in self.report.sites
            for route in site.routes
            if route.counts.is_waste
        ]
        yield from self._unmet("NGR1", wasted, "forward pass is wasted")
        for places in wasted:
            if not any(self._is_covered(place) for place in places):
                yield f"{self._line(places)}: a forward pass is wasted, but nothing is marked"

    def _backward(self, code: str, runs: list[BackwardRun], what: str) -> Iterator[str]:
        seen = [self._own(run.places) for run in runs]
        yield from self._unmet(code, seen, f"backward pass {what}")
        for places in seen:
            if not any(self._is_at(code, place) for place in places):
                yield f"{self._line(places)}: a backward pass {what}, but {code} is not marked"

    def _unmet(self, family: str, seen: list[list[Place]], what: str) -> Iterator[str]:
        for path, file in self.files.items():
            here = [place for places in seen for place in places if place.path == path]
            for marker in file.marked(family):
                if not any(marker.is_at(place) for place in here):
                    yield f"{file.prefix}{marker}: marked, but no {what} here"

    def _is_at(self, code: str, place: Place) -> bool:
        file = self.files.get(place.path)
        return file is not None and any(marker.is_at(place) for marker in file.marked(code))

    def _is_covered(self, place: Place) -> bool:
        file = self.files.get(place.path)
        return file is not None and file.covers(place)

    def _line(self, places: list[Place]) -> str:
        file = self.files.get(places[0].path)
        return f"{file.prefix if file else ''}line {places[0].line}"

    def _own(self, places: tuple[Place, ...]) -> list[Place]:
        return [place for place in places if place.path in self.files] or list(places)


class _Scopes:
    """Which function a line belongs to."""

    def __init__(self, tree: ast.Module) -> None:
        self.tree = tree
        self._functions = [
            node
            for node in ast.walk(tree)
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        ]

    def of(self, line: int) -> int:
        """The line where the innermost function around a line is defined; 0 for the module."""
        around = (
            node.lineno
            for node in self._functions
            if node.lineno <= line <= (node.end_lineno or node.lineno)
        )
        return max(around, default=0)


def _unexpected(failure: BaseException | None, files: dict[str, _File], main: str) -> Iterator[str]:
    """An exception that the fixture did not announce."""
    if failure is None or (isinstance(failure, SystemExit) and not failure.code):
        return
    frames = traceback.extract_tb(failure.__traceback__)
    own = [(frame.filename, frame.lineno) for frame in frames if frame.filename in files]
    announced = {
        (path, marker.line)
        for path, file in files.items()
        for code in _RAISING
        for marker in file.marked(code)
    }
    if announced.isdisjoint(own) and not _is_disarmed(failure, files):
        path, line = own[-1] if own else (main, 1)
        what = f"the program ends by {type(failure).__name__}: {failure}"
        yield f"{files[path].prefix}line {line}: {what}"


def _is_disarmed(failure: BaseException, files: dict[str, _File]) -> bool:
    """Whether a call fails because of a guard in the wrong place above what is called."""
    return isinstance(failure, TypeError) and any(file.marked("NGR304") for file in files.values())


def main(paths: list[str]) -> int:
    """Judge files and folders; 1 when torch disagrees with any, 2 when one cannot be read."""
    disagreed = False
    for path in paths:
        try:
            found = judge(path)
        except (OSError, SyntaxError, UnicodeDecodeError) as error:
            print(f"{path}: {error}", file=sys.stderr)
            return 2
        for text in found:
            print(f"{path}: {text}")
        disagreed = disagreed or bool(found)
    return int(disagreed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
