"""From running frames to places in the user's code."""

from __future__ import annotations

import ast
import linecache
import os
import site
import sysconfig
import threading
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from types import CodeType, FrameType

from flake8_nograd.trace.program import Program
from flake8_nograd.trace.sites import Place

# A recursive program must not make every site unique, nor every forward pass expensive.
MAX_ROUTE = 16

_INTERACTIVE = ("<stdin", "<ipython", "<doctest")

Step = tuple[CodeType, int]
_Starts = dict[tuple[int, int], tuple[int, int]]


class UserCode:
    """Tells the code under observation from libraries, and finds the calls that led to a frame."""

    def __init__(self, torch_file: str, *own: str) -> None:
        """`own` are directories that belong to the program although they look like a library's."""
        self._own = tuple(own)
        self._machinery = (_directory(__file__), _directory(torch_file))
        self._libraries = (*self._machinery, *_library_directories())
        self._known: dict[str, bool] = {}

    def route(self, innermost: FrameType, module_type: type) -> list[Step]:
        """The calls that led to a frame, innermost first; at least one.

        `module.forward(x)` is a call of the module, so its `forward` is no part of the route.
        Where no user code is left, as in a pool that maps a model, the innermost code outside
        torch stands in.
        """
        steps: list[Step] = []
        stand_in: FrameType | None = None
        frame: FrameType | None = innermost
        while frame is not None and len(steps) < MAX_ROUTE:
            if frame.f_code is Program.run.__code__:
                break  # what lies outside is how the command was started
            if self._is_user_code(frame.f_code.co_filename):
                if steps or not _is_forward(frame, module_type):
                    steps.append((frame.f_code, frame.f_lasti))
            elif stand_in is None and not frame.f_code.co_filename.startswith(self._machinery):
                stand_in = frame
            frame = frame.f_back
        if not steps:
            stand_in = stand_in or innermost
            steps.append((stand_in.f_code, stand_in.f_lasti))
        return steps

    def route_within(self, innermost: FrameType, outer: FrameType) -> list[Step] | None:
        """The calls in user code between two frames, innermost first; None if `outer` is no caller.

        Here `forward` methods count: it is in them that modules are called.
        """
        steps: list[Step] = []
        frame: FrameType | None = innermost
        while frame is not outer:
            if frame is None:
                return None
            if len(steps) < MAX_ROUTE and self._is_user_code(frame.f_code.co_filename):
                steps.append((frame.f_code, frame.f_lasti))
            frame = frame.f_back
        return steps

    def _is_user_code(self, filename: str) -> bool:
        known = self._known.get(filename)
        if known is None:
            known = self._known[filename] = self._judge(filename)
        return known

    def _judge(self, filename: str) -> bool:
        if filename.startswith("<"):
            return filename.startswith(_INTERACTIVE)
        if filename.startswith(self._own):
            return True
        return not filename.startswith(self._libraries)


def _directory(file: str) -> str:
    return str(Path(file).parent) + os.sep


def _library_directories() -> set[str]:
    paths = {sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")}
    paths.update(site.getsitepackages())
    paths.add(site.getusersitepackages())
    return {str(Path(path)) + os.sep for path in paths}


def _is_forward(frame: FrameType, module_type: type) -> bool:
    code = frame.f_code
    if code.co_name != "forward" or not code.co_argcount:
        return False
    return isinstance(frame.f_locals.get(code.co_varnames[0]), module_type)


def place_of(step: Step) -> Place:
    """The call expression that a frame was executing."""
    code, instruction = step
    scope = getattr(code, "co_qualname", code.co_name)
    path = code.co_filename
    if not hasattr(code, "co_positions"):
        return Place(path, _line_of(code, instruction), None, scope)
    found = next(islice(code.co_positions(), instruction // 2, None))
    line, end_line, column, end_column = found
    if line is None or end_line is None or column is None or end_column is None:
        return Place(path, line or code.co_firstlineno, None, scope)
    # A method call on several lines begins, for the interpreter, at the name of the method.
    line, column = _call_starts(path).get((end_line, end_column), (line, column))
    return Place(path, line, _characters(path, line, column) + 1, scope)


def _line_of(code: CodeType, instruction: int) -> int:
    for start, end, line in code.co_lines():
        if start <= instruction < end and line is not None:
            return line
    return code.co_firstlineno


_parsing = threading.Lock()

# By path, with the lines that they were found in: a file may be rewritten while we watch.
_starts: dict[str, tuple[list[str], _Starts]] = {}


def _call_starts(path: str) -> _Starts:
    """For the end of each call expression of a file, its start; offsets in bytes."""
    linecache.checkcache(path)
    lines = linecache.getlines(path)
    known = _starts.get(path)
    if known is None or known[0] is not lines:
        known = _starts[path] = (lines, _parsed_starts(lines))
    return known[1]


def _parsed_starts(lines: list[str]) -> _Starts:
    # Threads that parse at the same time can make Python raise a SystemError.
    try:
        with _parsing:
            return dict(_spans(ast.parse("".join(lines))))
    except (SyntaxError, ValueError, RecursionError, SystemError):
        return {}


def _spans(tree: ast.Module) -> Iterator[tuple[tuple[int, int], tuple[int, int]]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            end = (node.end_lineno or node.lineno, node.end_col_offset or 0)
            yield end, (node.lineno, node.col_offset)


def _characters(path: str, line: int, byte_offset: int) -> int:
    text = linecache.getline(path, line).encode("utf-8")
    return len(text[:byte_offset].decode("utf-8", "replace"))
