"""The command `nograd-fix`."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator, Sequence

from flake8_nograd.command import arguments as command_line
from flake8_nograd.command import documentation
from flake8_nograd.command.baseline import Baseline
from flake8_nograd.command.changed_lines import DiffBase
from flake8_nograd.command.session import Session
from flake8_nograd.command.settings import Filter, Settings, SettingsError
from flake8_nograd.command.terminal import Terminal
from flake8_nograd.report import CLEAN, ERRORS
from flake8_nograd.source import SourceError

_INTERRUPTED = 130
_SERVER = "server"  # a folder of that name is ./server


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code."""
    words = sys.argv[1:] if argv is None else argv
    if words and words[0] == _SERVER:
        return _serve(words[1:])
    arguments = command_line.parse(argv)
    terminal = Terminal(arguments.color)
    try:
        settings = Settings.read(command_line.for_flake8(arguments))
        text = documentation.answer(arguments, settings)
        if text is None:
            for line in settings.advice(arguments.isolated):
                terminal.message(f"nograd-fix: warning: {line}")
            settings = settings.narrowed(*_filters(arguments))
            return Session(arguments, settings, terminal).run()
        terminal.result(text)
    except (SettingsError, documentation.UnknownError, SourceError) as error:
        terminal.message(f"nograd-fix: {error}")
        return ERRORS
    except KeyboardInterrupt:
        terminal.message("nograd-fix: interrupted; each file is as it was or completely fixed")
        return _INTERRUPTED
    except BrokenPipeError:
        # Whoever read our output has gone; a second error on exit would help nobody.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return ERRORS
    return CLEAN


def _filters(arguments: argparse.Namespace) -> Iterator[Filter]:
    """What lets only some of the findings through; raises `SourceError`."""
    if arguments.diff_base is not None:
        yield DiffBase.of(arguments.diff_base)
    if arguments.baseline is not None:
        yield Baseline.read(arguments.baseline)


def _serve(argv: Sequence[str]) -> int:
    """Be the language server until the editor goes."""
    arguments = command_line.parse_for_server(argv)
    try:
        from flake8_nograd.lsp.server import make_server
    except ModuleNotFoundError as error:
        Terminal(arguments.color).message(
            f"nograd-fix: the server needs {error.name}: python -m pip install 'flake8-nograd[lsp]'"
        )
        return ERRORS
    server = make_server(command_line.for_flake8(arguments), command_line.style_of(arguments))
    server.start_io()
    return CLEAN
