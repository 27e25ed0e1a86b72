"""The edits that programs are given are those of the command."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from flake8_nograd import fix_engine
from flake8_nograd.engine import keep_all
from flake8_nograd.fixing import Style
from flake8_nograd.options import DEFAULT_OPTIONS
from flake8_nograd.quick_fix import QuickFix, Repairs
from flake8_nograd.source import text_lines
from flake8_nograd.text_edits import apply

FIXTURES = Path(__file__).parents[2] / "fixtures"
_LEFT_OUT = ("clean", "attacks")
PROGRAMS = sorted(path for path in FIXTURES.glob("*/*.py") if path.parent.name not in _LEFT_OUT)
MARKER = re.compile(rb"  # expect: .*")
HEAD = "import torch\nfrom torch import nn\n\nmodel = nn.Linear(4, 2).eval()\n"


def quick_fixes(data: bytes, path: str = "a.py") -> list[QuickFix]:
    found = fix_engine.fix(data, path).found
    return list(Repairs(path, DEFAULT_OPTIONS, Style(), keep_all).of(data, found).values())


def together(data: bytes, offered: list[QuickFix]) -> str:
    edits = {edit for quick_fix in offered for edit in quick_fix.edits}
    return apply(text_lines(data, "a.py"), sorted(edits))


@pytest.mark.parametrize("path", PROGRAMS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_quick_fixes_together_are_the_fix_of_the_file(path):
    data = MARKER.sub(b"", path.read_bytes())
    safe = [quick_fix for quick_fix in quick_fixes(data) if quick_fix.is_safe]
    assert together(data, safe) == fix_engine.fix(data, "a.py").after.decode()


def test_findings_under_one_decorator_share_their_edit():
    first = "    print(model(torch.ones(4)).argmax().item())\n"
    data = f"{HEAD}\n\ndef evaluate():\n{first}    print('now')\n{first}".encode()
    offered = quick_fixes(data)
    assert {item.title for item in offered} == {"Decorate with `@torch.no_grad()`"}
    assert together(data, offered[:1]) == fix_engine.fix(data).after.decode()


def test_findings_of_different_functions_do_not():
    body = "    print(model(torch.ones(4)).argmax().item())\n"
    data = f"{HEAD}\n\ndef test_a():\n{body}\n\ndef test_b():\n{body}".encode()
    one, other = quick_fixes(data)
    assert (one.others, other.others) == (0, 0)
    assert together(data, [one]).count("@torch.no_grad()") == 1


def test_import_comes_with_each_fix_that_needs_it():
    data = b"from torch import nn, ones\n\nmodel = nn.Linear(4, 2).eval()\n"
    data += b"print(model(ones(4)).argmax().item())\n"
    (offered,) = quick_fixes(data)
    assert offered.edits[0].text == "import torch\n"


def test_unsafe_fix_is_offered_and_marked():
    data = f"{HEAD}\n\ndef predict(x):\n    return model.eval()(x)\n".encode()
    (offered,) = quick_fixes(data)
    assert not offered.is_safe
    assert (
        together(data, [offered]) == fix_engine.fix(data, style=Style(unsafe=True)).after.decode()
    )


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_sarif_replacements_make_the_file_that_the_command_writes(tmp_path, newline):
    program = f"{HEAD}print('é', model(torch.ones(4)).argmax().item())".replace("\n", newline)
    path = tmp_path / "a.py"
    path.write_bytes(program.encode())
    command = [sys.executable, "-m", "flake8_nograd", "--isolated", "--quiet", "a.py"]
    log = json.loads(
        subprocess.run(
            [*command, "--check", "--output-format=sarif"],
            cwd=tmp_path,
            check=False,
            capture_output=True,
            encoding="utf-8",
        ).stdout
    )
    (result,) = log["runs"][0]["results"]
    subprocess.run(command, cwd=tmp_path, check=True)
    assert replaced(program, result["fixes"][0]).encode() == path.read_bytes()


def replaced(text: str, fix: dict[str, object]) -> str:
    """What a reader of SARIF makes of a text."""
    lines = text.splitlines(keepends=True)
    starts = [sum(map(len, lines[:number])) for number in range(len(lines) + 1)]
    (change,) = fix["artifactChanges"]  # type: ignore[misc]
    for edit in reversed(change["replacements"]):
        region = edit["deletedRegion"]
        first = starts[region["startLine"] - 1] + region["startColumn"] - 1
        last = starts[region["endLine"] - 1] + region["endColumn"] - 1
        text = text[:first] + edit["insertedContent"]["text"] + text[last:]
    return text
