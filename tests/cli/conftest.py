"""The command run on files of a temporary directory."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from flake8_nograd.cli import main

HEAD = "import torch\nfrom torch import nn\n\nmodel = nn.Linear(4, 2).eval()\n"
SAFE = f"{HEAD}print(model(torch.ones(4)).argmax().item())\n"
SAFE_FIXED = f"{HEAD}with torch.no_grad():\n    print(model(torch.ones(4)).argmax().item())\n"
UNSAFE = f"{HEAD}\n\ndef predict(x):\n    return model.eval()(x)\n"
UNSAFE_FIXED = f"{HEAD}\n\n@torch.no_grad()\ndef predict(x):\n    return model.eval()(x)\n"
CLEAN = "import torch\n\nprint(torch.ones(2).sum().item())\n"


@dataclass(frozen=True)
class Ran:
    """What a run of the command returned and printed."""

    code: int
    raw: bytes
    err: str

    @property
    def out(self) -> str:
        return self.raw.decode()


@pytest.fixture
def run(tmp_path, monkeypatch, capsysbinary) -> Callable[..., Ran]:
    """Run `nograd-fix` in the temporary directory."""
    monkeypatch.chdir(tmp_path)

    def _run(*argv: str, stdin: bytes = b"") -> Ran:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        capsysbinary.readouterr()
        try:
            code = main(list(argv))
        except SystemExit as error:
            code = int(error.code or 0)
        captured = capsysbinary.readouterr()
        return Ran(code, captured.out, captured.err.decode())

    return _run


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str, str], Path]:
    """Write a file below the temporary directory."""

    def _write(name: str, text: str) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
        return path

    return _write
