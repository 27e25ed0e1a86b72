"""The one table of settings that flake8 and the command line share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple


class OptionError(ValueError):
    """A setting whose value cannot be used; the message names the option and the value."""


class OptionRow(NamedTuple):
    """One option: its command-line flag, the field of `Options` it fills, and its help text."""

    flag: str
    field: str
    help: str

    @property
    def destination(self) -> str:
        """The name under which an argument parser keeps the value."""
        return self.flag.removeprefix("--").replace("-", "_")


OPTION_TABLE: tuple[OptionRow, ...] = (
    OptionRow(
        "--nograd-model-factories",
        "model_factories",
        "Functions or classes whose result is an nn.Module (comma-separated names).",
    ),
    OptionRow(
        "--nograd-guards",
        "guards",
        "Decorators or context managers that switch gradient recording off.",
    ),
    OptionRow(
        "--nograd-inference-functions",
        "inference_functions",
        "Names of functions that only run inference, beside validate, test, predict and the like.",
    ),
    OptionRow(
        "--nograd-training-calls",
        "training_calls",
        "Calls that differentiate what they are given, beside backward() and autograd.grad().",
    ),
)


class Options(NamedTuple):
    """What a project adds to the vocabulary; every field holds plain or dotted names."""

    model_factories: frozenset[str] = frozenset()
    guards: frozenset[str] = frozenset()
    inference_functions: frozenset[str] = frozenset()
    training_calls: frozenset[str] = frozenset()

    @classmethod
    def from_values(cls, values: Mapping[str, Sequence[str] | None]) -> Options:
        """Build the options from field names to lists of names.

        Raises `OptionError` for a value that is not a plain or dotted Python name.
        """
        flags = {row.field: row.flag for row in OPTION_TABLE}
        checked = {
            name: frozenset(_check(flags[name], values.get(name) or ())) for name in cls._fields
        }
        return cls(**checked)


def _check(flag: str, names: Sequence[str]) -> Sequence[str]:
    for name in names:
        if not all(part.isidentifier() for part in name.split(".")):
            raise OptionError(
                f"{flag}: {name!r} is not a name such as load_model or lib.load_model"
            )
    return names


DEFAULT_OPTIONS = Options()
