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


def test_each_cell_gets_its_own_guard(tmp_path):
    pytest.importorskip("nbqa")
    path = tmp_path / "a.ipynb"
    path.write_text(notebook(CELLS))
    command = [sys.executable, "-m", "nbqa", "flake8_nograd", "a.ipynb"]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)
    fixed = ["".join(cell["source"]) for cell in json.loads(path.read_text())["cells"]]
    assert fixed == [
        CELLS[0],
        CELLS[1].replace("a = ", "with torch.no_grad():\n    a = "),
        CELLS[2].replace("b = ", "with torch.no_grad():\n    b = "),
    ]
