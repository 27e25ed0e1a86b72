"""The flake8 adapter."""

from __future__ import annotations

import argparse
import ast
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from flake8.exceptions import ExecutionError

from flake8_nograd.mentions import speaks_of_torch
from flake8_nograd.options import OPTION_TABLE, OptionError, Options, opt_in_of

if TYPE_CHECKING:
    from flake8_nograd.findings import Finding
    from flake8_nograd.selection import Selection
    from flake8_nograd.source import Source


class Checker:
    """Runs the engine over the tree that flake8 has parsed."""

    options = Options()
    _flake8: argparse.Namespace | None = None  # until flake8 has read its configuration
    _selection: Selection | None = None

    def __init__(self, tree: ast.Module, lines: list[str], filename: str) -> None:
        self._tree = tree
        self._lines = lines
        self._filename = filename

    @staticmethod
    def add_options(option_manager: Any) -> None:
        """Register the options, for the command line and for flake8's configuration files."""
        for row in OPTION_TABLE:
            option_manager.add_option(
                row.flag,
                parse_from_config=True,
                comma_separated_list=row.is_list,
                normalize_paths=row.is_path,
                default="",
                help=row.help,
            )

    @classmethod
    def parse_options(cls, options: argparse.Namespace) -> None:
        """Check the values; a wrong one ends the run with flake8's own kind of message."""
        values = {row.field: getattr(options, row.destination) for row in OPTION_TABLE}
        try:
            excluded = [*options.exclude, *options.extend_exclude]
            cls.options = Options.from_values(
                values, excluded, options.disable_noqa, opt_in_of(options)
            )
        except OptionError as error:
            raise ExecutionError(str(error)) from error
        cls._flake8, cls._selection = options, None

    def run(self) -> Iterator[tuple[int, int, str, type[Checker]]]:
        """Yield flake8's records: line, 0-based column, text, plugin."""
        if not speaks_of_torch("".join(self._lines)):
            return
        # Most files end above; the others pay for the analysis.
        from flake8_nograd import engine, source

        read = source.Source(self._filename, self._lines, self._tree)
        try:
            findings = engine.check(read, self.options, keep=self._kept)
        except Exception as error:  # flake8 would stop here and lose every other file's findings
            what = f"{type(error).__name__}: {error}".splitlines()[0]
            yield 1, 0, f"NGR000 this file could not be analysed ({what})", type(self)
            return
        if not findings:
            return
        from flake8_nograd.notebook_cells import Cells

        cells = Cells(self._lines)
        for finding in findings:
            text = f"{finding.code} {cells.in_words(finding.message, finding.line)}"
            yield finding.line, finding.column - 1, text, type(self)

    def _kept(self, source: Source, findings: Sequence[Finding]) -> Sequence[Finding]:
        """What flake8 will show: nothing is planned for the rest, and no guard covers it."""
        cls = type(self)
        if cls._flake8 is None:
            return findings
        if cls._selection is None:
            from flake8_nograd.selection import Selection

            cls._selection = Selection(cls._flake8)
        return cls._selection.keep(source, findings)
