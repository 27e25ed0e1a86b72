"""The command `nograd-fix`: what may go wrong around a run ends here, in one line at most."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Sequence

_CLEAN, _ERRORS, _INTERRUPTED = 0, 2, 130
_SERVER = "server"  # a folder of that name is ./server


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code."""
    try:
        _reserve_standard_streams()
        words = sys.argv[1:] if argv is None else argv
        code = _serve(words[1:]) if words and words[0] == _SERVER else _run(argv)
        _flush()
        return code
    except KeyboardInterrupt:
        why = "interrupted; each file is as it was or completely fixed"
        code = _INTERRUPTED
    except OSError as error:  # files are looked after where they are read and written
        why = f"the output could not be written: {error.strerror or error}"
        code = _ERRORS
        _discard_output()
    print(f"nograd-fix: {why}", file=sys.stderr)
    return code


def _run(argv: Sequence[str] | None) -> int:
    # Imported here because it takes a while, in which somebody may lose patience.
    from flake8_nograd.command.run import run

    return run(argv)


def _serve(argv: Sequence[str]) -> int:
    """Be the language server until the editor goes."""
    from flake8_nograd.command import arguments as command_line

    arguments = command_line.parse_for_server(argv)
    try:
        from flake8_nograd.lsp.server import make_server
    except ModuleNotFoundError as error:
        how = "python -m pip install lsprotocol pygls"
        print(f"nograd-fix: the server needs {error.name}: {how}", file=sys.stderr)
        return _ERRORS
    server = make_server(command_line.for_flake8(arguments), command_line.style_of(arguments))
    server.start_io()
    return _CLEAN


def _reserve_standard_streams() -> None:
    """Let no file that is opened later be taken for an output stream that is closed."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "w"))  # noqa: SIM115


def _flush() -> None:
    """Write what is left for standard output; it is no fault that nobody wants it."""
    if sys.stdout.closed:
        return  # a language server that was told to exit has closed it
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        _discard_output()


def _discard_output() -> None:
    """Send to nowhere what Python would write on exit."""
    with contextlib.suppress(OSError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
