"""What the documentation tells to copy can be read by what it is for."""

from __future__ import annotations

import ast
import configparser
import json
import re
from pathlib import Path

import pytest
import yaml

try:
    import tomllib
except ModuleNotFoundError:
    import tomli as tomllib

ROOT = Path(__file__).parents[1]
_BLOCK = re.compile(r"```(?P<language>json|toml|yaml|ini|python)\n(?P<text>.*?)```", re.DOTALL)


def _sections(text: str) -> list[str]:
    reader = configparser.ConfigParser()
    reader.read_string(text)
    return reader.sections()


READERS = {
    "ini": _sections,
    "json": json.loads,
    "python": ast.parse,
    "toml": tomllib.loads,
    "yaml": yaml.safe_load,
}


def blocks() -> list[tuple[str, str]]:
    return [
        (match["language"], match["text"])
        for page in (*sorted(ROOT.glob("*.md")), *sorted(ROOT.glob("docs/*.md")))
        for match in _BLOCK.finditer(page.read_text("utf-8"))
    ]


@pytest.mark.parametrize(("language", "text"), blocks())
def test_snippet_can_be_read(language, text):
    assert READERS[language](text)
