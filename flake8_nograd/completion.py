"""The option that prints what a shell needs to complete a command."""

from __future__ import annotations

import argparse

# What an argument takes, by the name that its help has for it; see `shtab.FILE`.
_FILES = frozenset(("DATA", "FILE", "PATH", "SCRIPT"))
_FOLDERS = frozenset(("ROOT",))


def add_completion(parser: argparse._ActionsContainer) -> None:
    """Add `--print-completion SHELL`."""
    parser.add_argument(
        "--print-completion",
        action=_Completion,
        metavar="SHELL",
        help="print what makes bash, zsh, fish or tcsh complete this command (needs shtab)",
    )


class _Completion(argparse.Action):
    """Prints the completion of the whole parser for one shell."""

    def __call__(self, parser: argparse.ArgumentParser, *values: object) -> None:
        """End the program with the text, or with what is missing."""
        shell = values[1]
        try:
            import shtab
        except ModuleNotFoundError:
            parser.error("completion needs shtab: python -m pip install shtab")
        if shell not in shtab.SUPPORTED_SHELLS:
            parser.error(f"{shell!r} is none of {', '.join(shtab.SUPPORTED_SHELLS)}")
        for action in parser._actions:
            if action.metavar in _FILES | _FOLDERS:
                kind = shtab.FILE if action.metavar in _FILES else shtab.DIRECTORY
                action.complete = kind  # type: ignore[attr-defined]
        print(shtab.complete(parser, shell=str(shell)))
        parser.exit()
