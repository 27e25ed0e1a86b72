"""The findings of small programs, in every format."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from flake8_nograd.cli import main

HEAD = "import torch\nfrom torch import nn\n\nmodel = nn.Linear(4, 2).eval()\n"
PROGRAMS = {
    "safe.py": f"{HEAD}print('größer', model(torch.ones(4)).argmax().item())\n",
    "unsafe.py": f"{HEAD}\n\ndef predict(x):\n    return model.eval()(\n        x\n    )\n",
    "no fix, really.py": f"{HEAD}key = lambda x: model(x).argmax().item()\n",
    "twice.py": f"{HEAD}print(model(torch.ones(4)).argmax().item())\n" * 2,
    "raises.py": f"{HEAD}with torch.no_grad():\n    loss = model(torch.ones(4)).sum()\n"
    "loss.backward()\n",
    "no_newline.py": f"{HEAD}\nprint(model(torch.ones(4)).argmax().item())",
}


@pytest.fixture
def lint(tmp_path: Path, monkeypatch, capsysbinary) -> Callable[..., str]:
    """Write the programs and run `nograd-fix --check` over them; returns what it prints."""
    for name, text in PROGRAMS.items():
        (tmp_path / name).write_text(text, "utf-8")
    monkeypatch.chdir(tmp_path)

    def _lint(output_format: str, *arguments: str, paths: tuple[str, ...] = (".",)) -> str:
        capsysbinary.readouterr()
        main(["--isolated", "--check", *arguments, "--output-format", output_format, *paths])
        return capsysbinary.readouterr().out.decode()

    return _lint
