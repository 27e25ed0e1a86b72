"""The picture of a terminal in the README: what the commands print there, in their colours."""

from __future__ import annotations

import io
import re
import subprocess
import sys
from pathlib import Path
from xml.sax.saxutils import unescape

from rich.console import Console
from rich.text import Text

ROOT = Path(__file__).parents[2]
PROGRAM = "fixtures/NGR102/test_beside_train.py"
COMMANDS = (
    ("nograd-fix", "--check", "--output-format", "full", PROGRAM),
    ("nograd-fix", "--diff", PROGRAM),
)
_WIDTH = 104
_NO_FONT = re.compile(r"\s*@font-face \{.*?\}", re.DOTALL)
_LINE = re.compile(r'<text class="[^"]*-r\d+"[^>]*>(.*?)</text>')


def printed(command: tuple[str, ...]) -> str:
    """What a command prints for people, results first."""
    arguments = ("--isolated", "--nograd-project=off", "--color=always", *command[1:])
    done = subprocess.run(
        [sys.executable, "-m", "flake8_nograd", *arguments],
        cwd=ROOT,
        check=False,
        capture_output=True,
        encoding="utf-8",
    )
    return f"{done.stdout.rstrip()}\n{done.stderr.rstrip()}"


def session() -> Text:
    """All commands, each below its prompt."""
    parts = []
    for command in COMMANDS:
        parts += [Text(f"$ {' '.join(command)}", "bold green"), Text.from_ansi(printed(command))]
        parts += [Text("")]
    return Text("\n").join(parts[:-1])


def picture() -> str:
    """The session as SVG, which looks for no font in the network."""
    console = Console(width=_WIDTH, record=True, file=io.StringIO(), force_terminal=True)
    console.print(session(), highlight=False)
    return _NO_FONT.sub("", console.export_svg(title="nograd-fix"))


def words(svg: str) -> str:
    """The text in such a picture without any space, however its lines were broken."""
    return "".join("".join(map(_plain, _LINE.findall(svg))).split())


def _plain(text: str) -> str:
    return unescape(text, {"&#160;": " ", "&#x27;": "'", "&quot;": '"'})
