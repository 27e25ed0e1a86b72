"""The page of the configuration lists every option that there is."""

from __future__ import annotations

import re
from pathlib import Path

from flake8_nograd.options import OPTION_TABLE

PAGE = Path(__file__).parents[1] / "docs" / "configuration.md"
_BEGIN, _END = "<!-- options: begin -->\n", "<!-- options: end -->"
_TABLE = re.compile(f"(?<={re.escape(_BEGIN)}).*?(?={re.escape(_END)})", re.DOTALL)


def table() -> str:
    rows = "".join(f"| `{row.flag.removeprefix('--')}` | {row.help} |\n" for row in OPTION_TABLE)
    return f"| Option | What it takes |\n| --- | --- |\n{rows}"


def test_table_of_options_is_current(request):
    text = PAGE.read_text("utf-8")
    current = _TABLE.sub(lambda _: table(), text)
    if request.config.getoption("--bless") and current != text:
        PAGE.write_text(current, "utf-8")
    assert PAGE.read_text("utf-8") == current
