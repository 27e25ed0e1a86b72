"""Notebooks go through nbqa, cell by cell."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

CELLS = [
    "import torch\nfrom torch import nn\n%matplotlib inline",
    "model = nn.Linear(4, 2).eval()\na = model(torch.ones(4)).argmax().item()",
    "b = model(torch.ones(4)).argmax().item()\nprint(a, b)",
]


def notebook(sources: list[str]) -> str:
    cells = [
        {
            "cell_type": "code",
            "execution_count": None,
            "metadata": {},
            "outputs": [],
            "source": source.splitlines(keepends=True),
        }
        for source in sources
    ]
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 4})


def nbqa(path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a program on the notebook."""
    command = [sys.executable, "-m", "nbqa", arguments[0], path.name, *arguments[1:]]
    return subprocess.run(
        command, cwd=path.parent, check=False, capture_output=True, encoding="utf-8"
    )


def fix(path, *arguments: str) -> tuple[int, list[str]]:
    """The exit code of the command, and the cells afterwards."""
    done = nbqa(path, "flake8_nograd", *arguments)
    cells = json.loads(path.read_text())["cells"]
    return done.returncode, ["".join(cell["source"]) for cell in cells]


def test_each_cell_gets_its_own_guard(tmp_path):
    path = tmp_path / "a.ipynb"
    path.write_text(notebook(CELLS))
    code, fixed = fix(path)
    assert code == 0
    assert fixed == [
        CELLS[0],
        CELLS[1].replace("a = ", "with torch.no_grad():\n    a = "),
        CELLS[2].replace("b = ", "with torch.no_grad():\n    b = "),
    ]


def test_value_that_a_cell_shows_stays_shown(tmp_path):
    cells = [CELLS[0], "model = nn.Linear(4, 2).eval()\nmodel(torch.ones(4)).tolist()"]
    path = tmp_path / "a.ipynb"
    path.write_text(notebook(cells))
    assert fix(path, "--unsafe-fixes") == (1, cells)


SPREAD = [
    CELLS[0],
    "%%bash\nls",  # nbqa leaves it out, and counts it
    "model = nn.Linear(4, 2)\nmodel.eval()\na = model(torch.ones(4)).argmax().item()",
    "print(a)\n\nmodel(torch.ones(4)).tolist()",  # its value is shown, so it stays bare
]
HERE = "NGR102 forward pass model() in eval mode (line 2 of this cell) still records"
ABOVE = "NGR102 forward pass model() in eval mode (line 2 of an earlier cell) still records"


@pytest.mark.parametrize("command", [("flake8", "--select=NGR"), ("flake8_nograd", "--check")])
def test_messages_speak_of_lines_of_cells(tmp_path, command):
    path = tmp_path / "a.ipynb"
    last = "print(a)\n\n\ndef show(x):\n    print(model(x).argmax().item())"
    path.write_text(notebook([*SPREAD[:3], last]))
    first, second, *_ = nbqa(path, *command).stdout.splitlines()
    assert first.startswith(f"a.ipynb:cell_3:3:5: {HERE}")
    assert second.startswith(f"a.ipynb:cell_4:5:11: {ABOVE}")


def test_what_is_left_after_a_fix_is_found_where_it_is_said_to_be(tmp_path):
    path = tmp_path / "a.ipynb"
    cells = [*SPREAD[:3], f"b = model(torch.ones(4)).argmax().item()\n{SPREAD[3]}"]
    path.write_text(notebook(cells))
    told = nbqa(path, "flake8_nograd").stdout
    fixed = "".join(json.loads(path.read_text())["cells"][3]["source"]).splitlines()
    assert fixed[:2] == ["with torch.no_grad():", "    b = model(torch.ones(4)).argmax().item()"]
    assert fixed[4] == "model(torch.ones(4)).tolist()"
    # The last cell has become longer than nbqa knows.
    assert told.startswith(
        "a.ipynb:cell_4:4:1: NGR105 the guard of line 1 of this cell ends before"
    )
    assert "(now line 5 of its cell) [no fix]" in told
    longer = [*cells, "pass\n" * 9]
    path.write_text(notebook(longer))
    assert nbqa(path, "flake8_nograd").stdout.startswith("a.ipynb:cell_4:5:1: NGR105 the guard of")
