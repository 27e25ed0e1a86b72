"""libcst's own way in."""

from __future__ import annotations

import subprocess
import sys

import libcst as cst
import pytest
from libcst.codemod import CodemodContext, SkipFile

from flake8_nograd.codemod import NoGradCommand

SAFE = (
    "import torch\nfrom torch import nn\n\nmodel = nn.Linear(4, 2).eval()\n"
    "print(model(torch.ones(4)).argmax().item())\n"
)
FIXED = SAFE.replace("print(", "with torch.no_grad():\n    print(")


def transform(text: str, **options: object) -> str:
    command = NoGradCommand(CodemodContext(filename="a.py"), **options)
    return command.transform_module(cst.parse_module(text)).code


def test_module_is_fixed():
    assert transform(SAFE) == FIXED
    assert transform(FIXED) == FIXED


def test_unsafe_fixes_on_request():
    program = SAFE + "\n\ndef predict(x):\n    return model.eval()(x)\n"
    assert "@torch" not in transform(program)
    assert "@torch.no_grad()\ndef predict" in transform(program, unsafe_fixes=True)


def test_finding_that_is_left_is_told():
    context = CodemodContext(filename="a.py")
    program = SAFE + "\n\ndef predict(x):\n    return model.eval()(x)\n"
    NoGradCommand(context).transform_module(cst.parse_module(program))
    (warning,) = context.warnings
    assert warning.startswith("a.py:10:12: NGR10")
    assert warning.endswith(" [unsafe fix not applied]")


def test_module_that_cannot_be_handled_is_skipped(monkeypatch):
    from flake8_nograd import fix_engine
    from flake8_nograd.fixing import FixError

    def fail(*arguments):
        raise FixError("a.py", "no")

    monkeypatch.setattr(fix_engine, "fix", fail)
    with pytest.raises(SkipFile, match=r"a\.py: no"):
        transform(SAFE)


def test_as_a_command(tmp_path):
    path = tmp_path / "a.py"
    path.write_text(SAFE)
    command = [sys.executable, "-m", "libcst.tool", "codemod", "-x", "--no-format"]
    command += ["--hide-progress", "flake8_nograd.codemod.NoGradCommand", "a.py"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert path.read_text() == FIXED
