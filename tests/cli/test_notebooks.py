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


def fix(path, *arguments: str) -> tuple[int, list[str]]:
    """The exit code of the command, and the cells afterwards."""
    pytest.importorskip("nbqa")
    command = [sys.executable, "-m", "nbqa", "flake8_nograd", path.name, *arguments]
    done = subprocess.run(command, cwd=path.parent, check=False, capture_output=True)
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
