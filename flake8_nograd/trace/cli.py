"""The command `nograd-trace`: runs a program unchanged and reports when it is over."""

from __future__ import annotations

import argparse
import atexit
import os
import sys
import traceback
from collections.abc import Sequence
from importlib.metadata import version
from itertools import pairwise
from pathlib import Path
from types import TracebackType

from flake8_nograd.completion import add_completion
from flake8_nograd.trace import program as programs
from flake8_nograd.trace.first_import import when_imported
from flake8_nograd.trace.program import Program, ProgramError
from flake8_nograd.trace.session import Session, on_termination

_RECORDER = str(Path(__file__).parent) + os.sep
_OVERVIEW = """\
Run a program and report which of its forward passes recorded a graph that nobody used.
The report goes to stderr; the output and the exit code of the program are its own.
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run `nograd-trace`; returns when the program has, the report follows at exit."""
    options = _parser().parse_args(arguments)
    if options.version:
        print(f"nograd-trace {version('flake8-nograd')}")
        return 0
    try:
        program = _program(options)
        session = Session(options, program)
    except ProgramError as error:
        print(f"nograd-trace: {error}", file=sys.stderr)
        return 2
    except SyntaxError as error:
        print(*traceback.format_exception_only(error), sep="", end="", file=sys.stderr)
        return 1
    # Registered first, so called last: threads and other exit functions have finished by then.
    atexit.register(session.finish)
    on_termination(session.terminate)
    when_imported("torch", session.start)
    sys.excepthook = _report_exception
    try:
        program.run()
    except SystemExit as error:
        session.failed = error.code not in (None, 0)
        raise
    except BaseException:
        session.failed = True
        raise
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="nograd-trace",
        usage="%(prog)s [OPTION ...] (SCRIPT | -m MODULE) [ARG ...]",
        description=_OVERVIEW,
    )
    _add_report(parser)
    parser.add_argument("--version", action="store_true", help="show the version and exit")
    add_completion(parser)
    parser.add_argument(
        "-m",
        dest="module",
        nargs=argparse.REMAINDER,
        metavar="MODULE",
        help="run a module with its arguments",
    )
    parser.add_argument(
        "script", nargs=argparse.REMAINDER, metavar="SCRIPT", help="the script and its arguments"
    )
    return parser


def _add_report(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--lint",
        action="store_true",
        help="show beside each place what the linter says of it, and where the two disagree",
    )
    parser.add_argument(
        "--json",
        metavar="FILE",
        help="write the report to FILE as well, with nested passes, also while the program runs",
    )
    parser.add_argument(
        "--html",
        metavar="FILE",
        help="write a page to FILE: the table, the memory over time, the source and its cure",
    )
    parser.add_argument(
        "--only",
        metavar="PATH",
        action="append",
        default=[],
        help="list only what begins in files below PATH, though it be installed like a library;"
        " with --lint, look at all of them; may be repeated",
    )
    parser.add_argument(
        "--omit",
        metavar="PATTERN",
        action="append",
        default=[],
        help="leave out files whose path or name fits, such as 'tests/*'; may be repeated",
    )
    parser.add_argument(
        "--fail-on-waste",
        action="store_true",
        help="exit with 1 when the program succeeds but a forward pass was wasted",
    )


def _program(options: argparse.Namespace) -> Program:
    if options.module:
        return programs.module(options.module[0], options.module[1:])
    if options.script:
        return programs.script(options.script[0], options.script[1:])
    raise ProgramError("a script, or -m and a module, is needed")


def _report_exception(
    kind: type[BaseException], error: BaseException, trace: TracebackType | None
) -> None:
    """Print an uncaught exception without the frames that ran the program or watched it."""
    chain: BaseException | None = error
    while chain is not None:
        chain.__traceback__ = _program_part(chain.__traceback__)
        chain = chain.__cause__ or chain.__context__
    sys.__excepthook__(kind, error, error.__traceback__)


def _program_part(trace: TracebackType | None) -> TracebackType | None:
    kept: list[TracebackType] = []
    while trace is not None:
        if not trace.tb_frame.f_code.co_filename.startswith(_RECORDER):
            kept.append(trace)
        elif trace.tb_frame.f_code is Program.run.__code__:
            kept.clear()
        trace = trace.tb_next
    for outer, inner in pairwise(kept):
        outer.tb_next = inner
    if kept:
        kept[-1].tb_next = None
    return kept[0] if kept else None


if __name__ == "__main__":
    sys.exit(main())
