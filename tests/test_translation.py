"""The Chinese README says what the README says: sections, programs, commands, figures, links."""

from __future__ import annotations

from pathlib import Path

import pytest
from translations import blocks, flags, levels, rows, targets, with_blocks_of, with_rules_of

ROOT = Path(__file__).parents[1]
TRANSLATION = ROOT / "README.zh-CN.md"


@pytest.fixture
def texts(request) -> tuple[str, str]:
    """Both texts; `--bless` copies programs and adds rules, and leaves the prose to translators."""
    original, translation = (
        (ROOT / name).read_text("utf-8") for name in ("README.md", TRANSLATION)
    )
    if request.config.getoption("--bless"):
        translation = with_rules_of(original, with_blocks_of(original, translation))
        TRANSLATION.write_text(translation, "utf-8")
    return original, translation


@pytest.mark.parametrize("part", [levels, blocks, rows, targets, flags])
def test_translation_is_in_step(part, texts):
    original, translation = map(part, texts)
    assert translation == original
