"""The commands that the pages show: in blocks for a shell, in tables, and in files to copy."""

from __future__ import annotations

import configparser
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
PAGES = (ROOT / "README.md", *sorted(ROOT.glob("docs/*.md")))
HOOKS = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))
_BLOCK = re.compile(r"^```(?P<language>\w+)\n(?P<text>.*?)^```", re.DOTALL | re.MULTILINE)
_CODE = re.compile(r"`([^`]+)`")
_ROW = re.compile(r"^\|.*\|$", re.MULTILINE)
_OPTION = re.compile(r"(?<![\w-])--[a-z][a-z-]*")


def of_shell_blocks(text: str) -> Iterator[str]:
    """What is typed, without comments."""
    for block in _blocks(text, "sh"):
        for line in block.replace("\\\n", " ").splitlines():
            yield line.partition("  #")[0].strip()


def of_tables(text: str, programs: frozenset[str]) -> Iterator[str]:
    """The code in tables that begins with a program and goes on."""
    for row in _ROW.findall(text):
        for code in _CODE.findall(row):
            program, _, rest = code.partition(" ")
            if program in programs and rest:
                yield code.replace("PATH...", ".").replace("FILE:LINE", "src/a.py:10")


def of_files_to_copy(text: str) -> Iterator[str]:
    """What workflows, build jobs, hooks, make and tox would run."""
    for block in _blocks(text, "yaml"):
        yield from _of_yaml(yaml.safe_load(block))
    for block in _blocks(text, "make"):
        yield from (line.strip() for line in block.splitlines() if line.startswith("\t"))
    for block in _blocks(text, "ini"):
        reader = configparser.ConfigParser()
        reader.read_string(block)
        for section in reader.values():
            yield from section.get("commands", "").splitlines()


def options_named(text: str) -> set[str]:
    """The long options that a page speaks of outside of its blocks."""
    prose = _BLOCK.sub("", text)
    return {option for code in _CODE.findall(prose) for option in _OPTION.findall(code)}


def _blocks(text: str, language: str) -> Iterator[str]:
    return (match["text"] for match in _BLOCK.finditer(text) if match["language"] == language)


def _of_yaml(value: Any) -> Iterator[str]:
    match value:
        case {"repo": str(repository), "hooks": list(hooks)} if repository.startswith("<URL"):
            yield from map(_of_hook, hooks)
        case {"run": str(steps)}:
            yield from steps.splitlines()
        case {"script": str(step)}:
            yield step
        case {"script": list(steps)}:
            yield from steps
        case dict():
            for item in value.values():
                yield from _of_yaml(item)
        case list():
            for item in value:
                yield from _of_yaml(item)


def _of_hook(hook: dict[str, Any]) -> str:
    """What pre-commit makes of a hook of this repository."""
    (entry,) = (known["entry"] for known in HOOKS if known["id"] == hook["id"])
    return " ".join((entry, *hook.get("args", ()), "src/a.py"))
