"""What in a configuration cannot mean what was meant."""

from __future__ import annotations

import argparse
import configparser
from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from itertools import takewhile
from pathlib import Path

from flake8.options.config import load_config
from flake8.utils import parse_files_to_codes_mapping

from flake8_nograd.command.configuration_files import (
    PLUGIN,
    is_plugin_installed,
    keys_of_pyproject,
    unread_file,
)
from flake8_nograd.options import OPTION_TABLE
from flake8_nograd.rules import RULES

_FAMILY = "NGR"
_CODES = (*RULES, "NGR000")
_SELECTORS = ("select", "ignore", "extend_select", "extend_ignore")


def advice(flake8_options: argparse.Namespace, isolated: bool) -> Iterator[str]:
    """A line for each selector or option that matches nothing, and for a file nobody reads."""
    for name, code in _codes(flake8_options):
        # The letters in another order are meant for this family, and are in no other.
        is_ours = sorted(code[: len(_FAMILY)].upper()) == sorted(_FAMILY)
        if is_ours and not any(item.startswith(code) for item in _CODES):
            known = {item[: len(code)] for item in _CODES} if len(code) > len(_FAMILY) + 1 else ()
            yield f"{name} {code} matches no rule{meant(code, known)}"
    if isolated:
        return
    options = [row.flag.removeprefix("--") for row in OPTION_TABLE]
    for key in _own_options(flake8_options):
        if key not in options:
            yield f"there is no option {key}{meant(key, options)}"
    path = unread_file()
    if path is not None:
        yield (
            f"{path}: flake8 and nograd-fix read [tool.flake8] only if {PLUGIN} is installed:"
            f" python -m pip install {PLUGIN}"
        )


def _codes(flake8_options: argparse.Namespace) -> Iterator[tuple[str, str]]:
    for name in _SELECTORS:
        for code in getattr(flake8_options, name) or ():
            yield name.replace("_", "-"), code
    for codes in pairs_of(flake8_options).values():
        for code in codes:
            yield "per-file-ignores", code


def pairs_of(flake8_options: argparse.Namespace) -> dict[str, list[str]]:
    """The codes that are ignored in the files of a pattern."""
    pairs: dict[str, list[str]] = {}
    for pattern, codes in parse_files_to_codes_mapping(flake8_options.per_file_ignores or ""):
        pairs.setdefault(pattern, []).extend(codes)
    return pairs


def _own_options(flake8_options: argparse.Namespace) -> Iterator[str]:
    """The options of ours, or nearly, that the configuration file sets."""
    try:
        config, _ = load_config(
            flake8_options.config, flake8_options.append_config or [], isolated=False
        )
    except (configparser.Error, OSError):
        return
    keys = config.options("flake8") if config.has_section("flake8") else []
    if is_plugin_installed():
        keys += keys_of_pyproject(Path.cwd())
    for key in keys:
        if key.replace("_", "-").startswith(("nograd", "no-grad")):
            yield key.replace("_", "-")


def meant(word: str, known: Iterable[str]) -> str:
    """The known word that is closest, of several the one that begins most alike; or nothing."""
    close = get_close_matches(word, sorted(known))
    meant = max(close, key=lambda item: _shared_start(word, item), default=None)
    return f"; did you mean {meant}?" if meant is not None else ""


def _shared_start(one: str, other: str) -> int:
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))
