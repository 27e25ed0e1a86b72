"""The command `nograd-survey`: what may go wrong around a run ends here, in one line."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from flake8_nograd.command.settings import SettingsError
from flake8_nograd.command.terminal import Terminal
from flake8_nograd.survey.arguments import parse

_ERRORS, _INTERRUPTED = 2, 130


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code."""
    arguments = parse(argv)
    try:
        from flake8_nograd.survey.data_set import DataSetError
        from flake8_nograd.survey.session import Survey
    except ModuleNotFoundError as error:
        return _refused(f"{error.name} is needed: python -m pip install pyarrow")
    try:
        return Survey(arguments, Terminal("auto")).run()
    except (DataSetError, SettingsError) as error:
        return _refused(str(error))
    except OSError as error:
        place = f"{error.filename}: " if error.filename else ""
        return _refused(f"{place}{error.strerror or error}")
    except KeyboardInterrupt:
        _refused("interrupted")
        return _INTERRUPTED


def _refused(why: str) -> int:
    print(f"nograd-survey: {why}", file=sys.stderr)
    return _ERRORS


if __name__ == "__main__":
    sys.exit(main())
