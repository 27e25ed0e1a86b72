"""What the README and its translation have in common, whatever the language."""

from __future__ import annotations

import re

_FENCE = re.compile(r"^```.*?^```$", re.DOTALL | re.MULTILINE)
_HEADING = re.compile(r"^(#+) ", re.MULTILINE)
_NUMBER = re.compile(r"\d+(?:\.\d+)*")
_TARGET = re.compile(r"\]\(([^)]+)\)")
_CODE = re.compile(r"`([^`\n]+)`")
_TABLE = re.compile(
    r"(?P<head><!-- rules: begin -->\n[^\n]*\n[^\n]*\n)(?P<rows>.*?)(?=<!-- rules: end -->)",
    re.DOTALL,
)
_RULE = re.compile(r"^\| \[(NGR\d+)\]\([^)]*\) \| (.*?) \| (\S+) \| (\S+) \|$", re.MULTILINE)
_SWITCH, _ANSWER = {"on": "开", "off": "关"}, {"yes": "是", "no": "否"}
_LANGUAGES = {"README.md", "README.zh-CN.md"}


def blocks(text: str) -> list[str]:
    """The programs, commands and what they print."""
    return _FENCE.findall(text)


def levels(text: str) -> list[str]:
    """How deep each heading is."""
    return _HEADING.findall(_FENCE.sub("", text))


def rows(text: str) -> list[tuple[list[str], list[str]]]:
    """The figures and the links of each row of a table."""
    lines = [line for line in _FENCE.sub("", text).splitlines() if line.startswith("|")]
    return [(_NUMBER.findall(line), _TARGET.findall(line)) for line in lines]


def targets(text: str) -> set[str]:
    """Where the links lead."""
    return set(_TARGET.findall(_FENCE.sub("", text))) - _LANGUAGES


def flags(text: str) -> set[str]:
    """The commands and options that the prose speaks of."""
    said = _CODE.findall(" ".join(_FENCE.sub("", text).split()))
    return {code for code in said if code.startswith(("nograd-", "-", "python ", "flake8 "))}


def with_rules_of(original: str, translation: str) -> str:
    """The translation with a row for each rule; what is new there stays English at first."""
    said = {code: cells for code, *cells in _rules(translation)}
    rows = "".join(
        f"| [{code}](docs/rules/{code}.md) | {said.get(code, cells)[0]}"
        f" | {_SWITCH[cells[1]]} | {_ANSWER[cells[2]]} |\n"
        for code, *cells in _rules(original)
    )
    return _TABLE.sub(lambda match: f"{match['head']}{rows}", translation)


def _rules(text: str) -> list[tuple[str, ...]]:
    table = _TABLE.search(text)
    assert table is not None
    return [match.groups() for match in _RULE.finditer(table["rows"])]


def with_blocks_of(original: str, translation: str) -> str:
    """The translation with the programs of the original, if there are as many."""
    current = blocks(original)
    if len(current) != len(blocks(translation)):
        return translation
    remaining = iter(current)
    return _FENCE.sub(lambda _: next(remaining), translation)
