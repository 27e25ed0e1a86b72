"""The command `nograd-fix`."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from flake8_nograd.command import arguments as command_line
from flake8_nograd.command import documentation
from flake8_nograd.command.session import Session
from flake8_nograd.command.settings import Settings, SettingsError
from flake8_nograd.command.terminal import Terminal
from flake8_nograd.report import CLEAN, ERRORS
from flake8_nograd.source import SourceError

_INTERRUPTED = 130


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code."""
    arguments = command_line.parse(argv)
    terminal = Terminal(arguments.color)
    try:
        settings = Settings.read(command_line.for_flake8(arguments))
        text = documentation.answer(arguments, settings.options)
        if text is None:
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
