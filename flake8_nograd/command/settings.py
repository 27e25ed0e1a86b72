"""flake8's configuration and its decisions about findings, so that linter and fixer agree."""

from __future__ import annotations

import argparse
import configparser
import logging
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any, Protocol

from flake8 import utils
from flake8.exceptions import ExecutionError
from flake8.main.options import stage1_arg_parser
from flake8.options.parse_args import parse_args
from flake8.processor import FileProcessor

from flake8_nograd.command.advice import advice, pairs_of
from flake8_nograd.command.configuration_files import files_read
from flake8_nograd.findings import Finding
from flake8_nograd.options import OPTION_TABLE, OptionError, Options, opt_in_of
from flake8_nograd.selection import Selection
from flake8_nograd.source import Source

_LOG = logging.getLogger(__name__)


Value = str | bool | list[str] | dict[str, list[str]]

# What flake8 itself has to say about which files and which findings count.
_SHOWN = (
    "filename",
    "exclude",
    "extend_exclude",
    "select",
    "extend_select",
    "ignore",
    "extend_ignore",
    "disable_noqa",
)
_PAIRS = "per-file-ignores"


class Filter(Protocol):
    """Lets some of the findings of a file through."""

    def keep(self, source: Source, findings: Sequence[Finding]) -> Sequence[Finding]:
        """Those that count."""
        ...


class SettingsError(Exception):
    """A configuration that cannot be used."""


class Settings:
    """What flake8 would make of its configuration files and of the arguments given."""

    def __init__(
        self, flake8_options: argparse.Namespace, filters: tuple[Filter, ...] = ()
    ) -> None:
        self._flake8 = flake8_options
        self._filters = filters
        values = {row.field: getattr(flake8_options, row.destination, ()) for row in OPTION_TABLE}
        try:
            self.options = Options.from_values(
                values, self._excluded, flake8_options.disable_noqa, opt_in_of(flake8_options)
            )
        except OptionError as error:
            raise SettingsError(str(error)) from error

    @classmethod
    def read(cls, argv: Sequence[str]) -> Settings:
        """Read the configuration as `flake8 *argv` would; raises `SettingsError`."""
        try:
            _, flake8_options = parse_args(list(argv))
            # flake8 forgets which files it was told to read.
            stage1_arg_parser().parse_known_args(list(argv), flake8_options)
            settings = cls(flake8_options)
            _ = settings._selection.guides
        except (ExecutionError, ValueError, configparser.Error) as error:
            why = " ".join(str(error).split())
            raise SettingsError(f"flake8 cannot use its configuration: {why}") from error
        return settings

    def narrowed(self, *filters: Filter) -> Settings:
        """The same, but only what all filters let through is reported."""
        return Settings(self._flake8, (*self._filters, *filters))

    def advice(self, isolated: bool) -> Iterator[str]:
        """What in the configuration cannot mean what was meant, a line each."""
        return advice(self._flake8, isolated)

    def shown(self) -> dict[str, Value]:
        """The settings that hold, by the names that they have in a configuration."""
        values: dict[str, Value] = {"config": files_read(self._flake8)}
        for name in _SHOWN:
            values[name.replace("_", "-")] = _plain(getattr(self._flake8, name))
        values[_PAIRS] = pairs_of(self._flake8)
        for row in OPTION_TABLE:
            values[row.flag.removeprefix("--")] = _plain(getattr(self.options, row.field))
        return values

    @property
    def patterns(self) -> list[str]:
        """The names of files to look for in directories."""
        return list(self._flake8.filename)

    def is_excluded(self, path: str) -> bool:
        """Whether the configuration leaves a file or directory out."""
        return bool(
            utils.matches_filename(
                path, patterns=self._excluded, log_message="%(path)s", logger=_LOG
            )
        )

    @property
    def _excluded(self) -> Sequence[str]:
        return [*self._flake8.exclude, *self._flake8.extend_exclude]

    def keep(self, source: Source, findings: Sequence[Finding]) -> list[Finding]:
        """The findings that flake8 would report: selected, and not silenced by `# noqa`."""
        kept: Sequence[Finding] = self._selection.keep(source, findings)
        for item in self._filters:
            kept = item.keep(source, kept)
        return list(kept)

    def processor(self, source: Source) -> FileProcessor:
        """flake8's view of a file, which knows what line a `# noqa` belongs to."""
        return self._selection.processor(source)

    @cached_property
    def _selection(self) -> Selection:
        return Selection(self._flake8)

    def __getstate__(self) -> Mapping[str, Any]:
        """Leave out what flake8 caches and cannot be sent to another process."""
        return {
            "_flake8": self._flake8,
            "_filters": self._filters,
            "options": self.options,
        }


def _plain(value: str | bool | Collection[str] | None) -> Value:
    """A value for people and for JSON; lists of flake8 that nobody has set are None there."""
    if isinstance(value, str | bool):
        return value
    return sorted(value) if isinstance(value, frozenset) else list(value or ())
