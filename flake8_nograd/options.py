"""The one table of settings that flake8 and the command line share."""

from __future__ import annotations

import argparse
import os
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from flake8_nograd.torch_versions import version_of


class OptionError(ValueError):
    """A setting whose value cannot be used; the message names the option and the value."""


class OptionRow(NamedTuple):
    """One option: its command-line flag, the field of `Options` it fills, and its help text."""

    flag: str
    field: str
    help: str
    metavar: str = "NAMES"

    @property
    def is_list(self) -> bool:
        """Whether the value is a list of names."""
        return self.metavar == "NAMES"

    @property
    def is_path(self) -> bool:
        """Whether the value is a folder, which flake8 reads from where its configuration is."""
        return self.metavar == "ROOT"

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
    OptionRow(
        "--nograd-project",
        "project",
        "Where the other files are that a file is read together with: auto looks for"
        " pyproject.toml, setup.py, setup.cfg or .git, off reads no other file (default: auto).",
        metavar="ROOT",
    ),
    OptionRow(
        "--nograd-torch-version",
        "torch_version",
        "The oldest torch that the code has to run on, such as 1.13: auto reads what the project"
        " requires, newest reports nothing about older ones (default: auto).",
        metavar="VERSION",
    ),
)

# Values of the option for the project that are no folder.
AUTO, OFF = "auto", "off"
NEWEST_TORCH = "newest"

_OPT_IN = "NGR9"
_SELECTORS = ("select", "extend_select")


class Options(NamedTuple):
    """What a project adds to the vocabulary, in plain or dotted names, and where it is."""

    model_factories: frozenset[str] = frozenset()
    guards: frozenset[str] = frozenset()
    inference_functions: frozenset[str] = frozenset()
    training_calls: frozenset[str] = frozenset()
    project: str = AUTO
    torch_version: str = AUTO
    excluded: tuple[str, ...] = ()  # patterns of files that are not read, as flake8 has them
    disable_noqa: bool = False  # as flake8 has it
    opt_in: frozenset[str] = frozenset()  # beginnings of codes that are off unless asked for

    def asks_for(self, code: str) -> bool:
        """Whether a rule that is off by default is to be on."""
        return code.startswith(tuple(self.opt_in))

    @classmethod
    def from_values(
        cls,
        values: Mapping[str, Sequence[str] | str | None],
        excluded: Sequence[str] = (),
        disable_noqa: bool = False,
        opt_in: frozenset[str] = frozenset(),
    ) -> Options:
        """Build the options from field names to lists of names, or to one value.

        Raises `OptionError` for a value that is not a plain or dotted Python name, for a project
        that is no folder, and for a torch that is no version.
        """
        checked: dict[str, frozenset[str]] = {
            row.field: frozenset(_check(row.flag, values.get(row.field) or ()))
            for row in OPTION_TABLE
            if row.is_list
        }
        return cls(
            **checked,
            project=_check_project(values.get("project")),
            torch_version=_check_version(values.get("torch_version")),
            excluded=tuple(excluded),
            disable_noqa=disable_noqa,
            opt_in=opt_in,
        )


def opt_in_of(flake8_options: argparse.Namespace) -> frozenset[str]:
    """The beginnings of opt-in codes that flake8 is told to select.

    `NGR` alone selects none of them, nor does an `ignore` that replaces flake8's own.
    """
    chosen = (getattr(flake8_options, name, None) or () for name in _SELECTORS)
    return frozenset(code for codes in chosen for code in codes if code.startswith(_OPT_IN))


def _check(flag: str, names: Sequence[str]) -> Sequence[str]:
    for name in names:
        if not all(part.isidentifier() for part in name.split(".")):
            raise OptionError(
                f"{flag}: {name!r} is not a name such as load_model or lib.load_model"
            )
    return names


def _check_project(value: Sequence[str] | str | None) -> str:
    if not value:
        return AUTO
    project = value if isinstance(value, str) else value[0]
    if project not in (AUTO, OFF) and not os.path.isdir(project):
        raise OptionError(f"--nograd-project: {project!r} is neither auto, off nor a folder")
    return project


def _check_version(value: Sequence[str] | str | None) -> str:
    if not value:
        return AUTO
    version = value if isinstance(value, str) else value[0]
    if version not in (AUTO, NEWEST_TORCH) and version_of(version) is None:
        raise OptionError(
            f"--nograd-torch-version: {version!r} is neither auto, newest nor a version such as 2.1"
        )
    return version


DEFAULT_OPTIONS = Options()
