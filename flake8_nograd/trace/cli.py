"""The command `nograd-trace`: runs a program unchanged and reports when it is over."""

from __future__ import annotations

import argparse
import atexit
import json
import os
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from types import TracebackType

from flake8_nograd.trace import program as programs
from flake8_nograd.trace.first_import import when_imported
from flake8_nograd.trace.program import Program, ProgramError
from flake8_nograd.trace.report import Report
from flake8_nograd.trace.table import sites_table

_OVERVIEW = """\
Run a program and report which of its forward passes recorded a graph that nobody used.
The report goes to stderr; the output and the exit code of the program are its own.
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run `nograd-trace`; returns when the program has, the report follows at exit."""
    options = _parser().parse_args(arguments)
    try:
        program = _program(options)
        _check_writable(options.json)
    except ProgramError as error:
        print(f"nograd-trace: {error}", file=sys.stderr)
        return 2
    session = _Session(options, program)
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
        usage="%(prog)s [--json FILE] [--fail-on-waste] (SCRIPT | -m MODULE) [ARG ...]",
        description=_OVERVIEW,
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


def _check_writable(path: str | None) -> None:
    """Fail before the program runs for hours, not after."""
    if path is None:
        return
    try:
        with open(path, "a", encoding="utf-8"):
            pass
    except OSError as error:
        raise ProgramError(f"{path}: {error.strerror or error}") from error


class _Session:
    """From the first import of torch to the end of the process."""

    def __init__(self, options: argparse.Namespace, program: Program) -> None:
        self._options = options
        self._program = program
        self._recording = ExitStack()
        self._report = Report()
        self._process = os.getpid()
        self.failed = False

    def start(self) -> None:
        """Begin to record; torch is there now."""
        from flake8_nograd.trace.recorder import recording

        self._report = self._recording.enter_context(recording(self._program.own))

    def finish(self) -> None:
        """Report; a forked process that comes here has nothing to say."""
        if os.getpid() != self._process:
            return
        self._recording.close()
        self._print()
        if self._options.json:
            with open(self._options.json, "w", encoding="utf-8") as file:
                json.dump(self._report.as_json(), file, indent=2)
        if self._options.fail_on_waste and self._report.wasted and not self.failed:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(1)  # the exit code is settled when exit functions run; only this changes it

    def _print(self) -> None:
        sys.stdout.flush()
        print(file=sys.stderr)
        sites_table(self._report.sites).print_to(sys.stderr)


def _report_exception(
    kind: type[BaseException], error: BaseException, trace: TracebackType | None
) -> None:
    """Print an uncaught exception without the frames that ran the program."""
    sys.__excepthook__(kind, error, _program_part(trace) or trace)


def _program_part(trace: TracebackType | None) -> TracebackType | None:
    while trace is not None:
        if trace.tb_frame.f_code is Program.run.__code__:
            return trace.tb_next
        trace = trace.tb_next
    return None


if __name__ == "__main__":
    sys.exit(main())
