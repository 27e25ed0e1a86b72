"""The hooks of `.pre-commit-hooks.yaml` call the command rightly."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest
import yaml

HOOKS = Path(__file__).parents[2] / ".pre-commit-hooks.yaml"
SAFE = (
    "import torch\nfrom torch import nn\n\nmodel = nn.Linear(4, 2).eval()\n"
    "print(model(torch.ones(4)).argmax().item())\n"
)


@pytest.fixture(params=yaml.safe_load(HOOKS.read_text()), ids=lambda hook: hook["id"])
def hook(request):
    """One hook of the manifest."""
    return request.param


def test_hook_fails_or_changes_the_file_and_then_passes(run, write, hook):
    path = write("a.py", SAFE)
    program, *arguments = shlex.split(hook["entry"])
    assert program == "nograd-fix"
    ran = run(*arguments, "a.py", "a.py")
    assert (ran.code == 1) is (hook["id"] == "nograd-check")
    assert (path.read_text() != SAFE) is (hook["id"] == "nograd-fix")
    run("a.py")
    assert run(*arguments, "a.py").code == 0


def test_hook_leaves_excluded_files_alone(run, write, hook):
    write("setup.cfg", "[flake8]\nexclude = old\n")
    path = write("old/a.py", SAFE)
    assert run(*shlex.split(hook["entry"])[1:], "old/a.py").code == 0
    assert path.read_text() == SAFE


def test_hook_has_its_own_processes_and_wants_python_files(hook):
    assert hook["require_serial"] is True
    assert hook["types"] == ["python"]
    assert hook["language"] == "python"
