"""The command `nograd-trace`: runs a program unchanged and reports when it is over."""

from __future__ import annotations

import argparse
import atexit
import sys
from collections.abc import Sequence
from types import TracebackType

from flake8_nograd.trace import program as programs
from flake8_nograd.trace.first_import import when_imported
from flake8_nograd.trace.program import Program, ProgramError
from flake8_nograd.trace.session import Session

_OVERVIEW = """\
Run a program and report which of its forward passes recorded a graph that nobody used.
The report goes to stderr; the output and the exit code of the program are its own.
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run `nograd-trace`; returns when the program has, the report follows at exit."""
    options = _parser().parse_args(arguments)
    try:
        program = _program(options)
        session = Session(options, program)
    except ProgramError as error:
        print(f"nograd-trace: {error}", file=sys.stderr)
        return 2
    # Registered first, so called last: threads and other exit functions have finished by then.
    atexit.register(session.finish)
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
        usage="%(prog)s [--lint] [--json FILE] [--fail-on-waste] (SCRIPT | -m MODULE) [ARG ...]",
        description=_OVERVIEW,
    )
    parser.add_argument(
        "--lint",
        action="store_true",
        help="show beside each place what the linter says of it, and where the two disagree",
    )
    parser.add_argument("--json", metavar="FILE", help="write the report to FILE as well")
    parser.add_argument(
        "--fail-on-waste",
        action="store_true",
        help="exit with 1 when the program succeeds but a forward pass was wasted",
    )
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


def _program(options: argparse.Namespace) -> Program:
    if options.module:
        return programs.module(options.module[0], options.module[1:])
    if options.script:
        return programs.script(options.script[0], options.script[1:])
    raise ProgramError("a script, or -m and a module, is needed")


def _report_exception(
    kind: type[BaseException], error: BaseException, trace: TracebackType | None
) -> None:
    """Print an uncaught exception without the frames that ran the program."""
    part = _program_part(trace) or trace
    sys.__excepthook__(kind, error.with_traceback(part), part)


def _program_part(trace: TracebackType | None) -> TracebackType | None:
    while trace is not None:
        if trace.tb_frame.f_code is Program.run.__code__:
            return trace.tb_next
        trace = trace.tb_next
    return None


if __name__ == "__main__":
    sys.exit(main())
