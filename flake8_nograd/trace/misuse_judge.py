"""Holds the markers of guards that do not guard against what happens line by line."""

from __future__ import annotations

import ast
import traceback
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

from flake8_nograd.trace.line_watch import LineRun, LineWatch

_Witness = Callable[["_Case"], bool]


class _Case:
    """One marked line, and what was seen of the program."""

    def __init__(
        self, path: str, line: int, tree: ast.AST, watch: LineWatch, failure: BaseException | None
    ) -> None:
        self.path, self.line = path, line
        self.watch, self.failure = watch, failure
        self.runs = [run for run in watch.runs if run.path == path]
        self._tree = tree

    @property
    def at(self) -> list[int]:
        """The positions among the runs at which the marked line was reached."""
        return [index for index, run in enumerate(self.runs) if run.line == self.line]

    def around(self, *kinds: type[ast.AST]) -> range:
        """The lines of the innermost node of these kinds that begins at or around the line."""
        best = range(self.line, self.line + 1)
        first = 0
        for node in ast.walk(self._tree):
            if isinstance(node, kinds):
                start = min([node.lineno, *(item.lineno for item in _decorators(node))])  # type: ignore[attr-defined]
                end: int = node.end_lineno  # type: ignore[attr-defined]
                if start <= self.line <= end and start >= first:
                    first, best = start, range(node.lineno, end + 1)  # type: ignore[attr-defined]
        return best

    def inside(self, lines: range) -> list[LineRun]:
        """Runs of lines below the first of these."""
        return [run for run in self.runs if run.line in lines[1:]]

    def fails_here(self, *kinds: type[BaseException]) -> bool:
        """Whether the program ended by such an exception at the marked line."""
        if not isinstance(self.failure, kinds):
            return False
        frames = traceback.extract_tb(self.failure.__traceback__)
        return any(frame.filename == self.path and frame.lineno == self.line for frame in frames)


def _decorators(node: ast.AST) -> Sequence[ast.expr]:
    return getattr(node, "decorator_list", ())


_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


def _changes_nothing(case: _Case) -> bool:
    return bool(case.at) and all(
        case.runs[index].records == following.records
        for index in case.at
        for following in case.runs[index + 1 : index + 2]
    )


def _body_records(case: _Case) -> bool:
    return any(run.records for run in case.inside(case.around(*_FUNCTIONS)))


def _is_disarmed(case: _Case) -> bool:
    body = case.inside(case.around(*_FUNCTIONS))
    return isinstance(case.failure, TypeError) or not body or any(run.records for run in body)


def _leaks(case: _Case) -> bool:
    block = case.around(ast.With)
    entered = min(case.at, default=len(case.runs))
    return any(
        run.line not in block and not run.records
        for before, run in zip(case.runs[entered:], case.runs[entered + 1 :], strict=False)
        if before.line in block
    )


def _mode_is_not_as_written(case: _Case) -> bool:
    inside = case.inside(case.around(ast.With))
    return any(run.records or run.in_inference_mode for run in inside)


def _methods_record(case: _Case) -> bool:
    return any(
        run.records and not run.function.endswith("__init__")
        for run in case.inside(case.around(ast.ClassDef))
        if "." in run.function
    )


def _another_thread_records(case: _Case) -> bool:
    own = {case.runs[index].thread for index in case.at}
    # A model that is given to the threads as it is has no line in the file.
    inside = case.around(ast.With)
    return bool(own) and (
        any(run.records and run.thread not in own for run in case.runs)
        or not any(run.thread not in own for run in case.inside(inside))
    )


def _outlasts_function(case: _Case) -> bool:
    function = case.around(*_FUNCTIONS)
    after = max(case.at, default=len(case.runs))
    return any(run.line not in function and not run.records for run in case.runs[after:])


def _grows(case: _Case) -> bool:
    counts = case.watch.kept[case.path, case.line]
    return len(counts) > 2 and all(a <= b for a, b in pairwise(counts)) and (counts[-1] > counts[1])


def _learns_in_part(case: _Case) -> bool:
    return {True, False} <= set(case.watch.learns.values())


_WITNESSES: dict[str, tuple[_Witness, str]] = {
    "NGR301": (_changes_nothing, "the mode changes here"),
    "NGR302": (lambda case: case.fails_here(TypeError, AttributeError), "nothing raises here"),
    "NGR303": (_body_records, "the body does not record"),
    "NGR304": (_is_disarmed, "the guard holds"),
    "NGR305": (_leaks, "nobody else runs with recording off"),
    "NGR306": (_mode_is_not_as_written, "the mode is as written"),
    "NGR307": (lambda case: bool(case.at), "the line does not run"),
    "NGR308": (_methods_record, "no method records"),
    "NGR309": (lambda case: bool(case.at), "the line does not run"),
    "NGR310": (_another_thread_records, "no other thread records"),
    "NGR311": (_outlasts_function, "recording is on after the function"),
    "NGR312": (lambda case: bool(case.at), "the line does not run"),
    "NGR313": (lambda case: bool(case.at), "the line does not run"),
    "NGR320": (_learns_in_part, "all that is optimized learns"),
    "NGR321": (lambda case: case.fails_here(RuntimeError), "nothing raises here"),
    "NGR902": (lambda case: bool(case.at), "the line does not run"),
    "NGR903": (lambda case: bool(case.at), "the line does not run"),
    "NGR904": (lambda case: len(case.at) > 1, "the line does not run twice"),
    "NGR905": (lambda case: bool(case.at), "the line does not run"),
    "NGR901": (_changes_nothing, "the mode changes here"),
    "NGR401": (_grows, "what is kept does not grow"),
}


def growing_lines(marked: Sequence[tuple[str, int, str]]) -> Iterator[tuple[str, int]]:
    """The places of markers at which graphs have to be counted."""
    return ((path, line) for path, line, code in marked if code == "NGR401")


def disagreements(
    marked: Sequence[tuple[str, int, str]],
    trees: dict[str, ast.AST],
    watch: LineWatch,
    failure: BaseException | None,
) -> Iterator[tuple[str, int, str]]:
    """Path, line and a text for each marker of which nothing is seen."""
    for path, line, code in marked:
        if code not in _WITNESSES:
            continue
        witness, what = _WITNESSES[code]
        if not witness(_Case(path, line, trees[path], watch, failure)):
            yield path, line, f"{code}: marked, but {what}"
