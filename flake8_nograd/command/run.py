"""The arguments of the command are read, and what they ask for is done."""

from __future__ import annotations

import argparse
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


def run(argv: Sequence[str] | None) -> int:
    """Fix, compare or explain; returns the exit code."""
    arguments = command_line.parse(argv)
    terminal = Terminal(arguments.color)
    try:
        settings = Settings.read(command_line.for_flake8(arguments))
        text = documentation.answer(arguments, settings)
        if text is None or arguments.show_settings:
            for line in settings.advice(arguments.isolated):
                terminal.message(f"nograd-fix: warning: {line}")
        if text is None:
            settings = settings.narrowed(*_filters(arguments))
            return Session(arguments, settings, terminal).run()
        terminal.result(text)
    except (SettingsError, documentation.UnknownError, SourceError) as error:
        terminal.message(f"nograd-fix: {error}")
        return ERRORS
    return CLEAN


def _filters(arguments: argparse.Namespace) -> Iterator[Filter]:
    """What lets only some of the findings through; raises `SourceError`."""
    if arguments.diff_base is not None:
        paths = [arguments.stdin_filename if path == "-" else path for path in arguments.paths]
        yield DiffBase.of(arguments.diff_base, paths)
    if arguments.baseline is not None:
        yield Baseline.read(arguments.baseline)
