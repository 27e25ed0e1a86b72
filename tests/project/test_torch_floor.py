"""The oldest torch that counts is what the project requires, unless an option says it."""

from __future__ import annotations

from pathlib import Path

import pytest

from flake8_nograd import engine
from flake8_nograd.options import Options
from flake8_nograd.project.project import begin_session
from flake8_nograd.project.requirements import lowest_required
from flake8_nograd.project.torch_floor import declared_floor
from flake8_nograd.source import Source

PROGRAM = "import torch\n\n\n@torch.no_grad\ndef f(net, x):\n    return net(x)\n"
PYPROJECT = {
    "dependencies": '[project]\ndependencies = ["numpy", "torch>=1.8"]\n',
    "optional": '[project]\nname = "a"\n[project.optional-dependencies]\ngpu = ["torch==1.8"]\n',
    "poetry": '[tool.poetry.dependencies]\ntorch = "^1.8"\n',
    "poetry table": '[tool.poetry.dependencies]\ntorch = {version = "~1.8", optional = true}\n',
    "poetry group": '[tool.poetry.group.dev.dependencies]\ntorch = ">=1.8,<2"\n',
    "dependency group": '[dependency-groups]\ndev = ["torch~=1.8", {include-group = "x"}]\n',
}
SETUP_CFG = {
    "install": "[options]\ninstall_requires =\n    numpy\n    torch>=1.8\n",
    "extras": "[options.extras_require]\ngpu =\n    torch >= 1.8, < 2\n",
}
NOTHING = {
    "no bound": '[project]\ndependencies = ["torch", "torchvision>=0.1"]\n',
    "an upper bound": '[project]\ndependencies = ["torch<2.1"]\n',
    "an address": '[project]\ndependencies = ["torch @ https://x.org/torch-1.8-cp38.whl"]\n',
    "any": '[tool.poetry.dependencies]\ntorch = "*"\n',
    "broken": '[project\ndependencies = ["torch>=1.8"]\n',
    "of other types": 'tool = 3\n[project]\ndependencies = "torch>=1.8"\n',
}


@pytest.mark.parametrize(
    ("requirement", "floor"),
    [
        ("torch>=1.8,<2", (1, 8)),
        ("torch==1.13.1+cu117", (1, 13, 1)),
        ("torch==1.*", (1,)),
        ("Torch [extra] ~= 1.10.0 ; python_version < '3.8'", (1, 10, 0)),
        ("torch (>=1.8)", (1, 8)),
        ("torch>1.7  # why", (1, 7)),
        ("torch>=2.1.0rc1", (2, 1, 0)),
        ("torch>=1.6,>=1.8", (1, 8)),
        ("torch", None),
        ("torch<2.1,!=1.7", None),
        ("torchvision>=0.9", None),
        ("torch-scatter==2.0", None),
        ("-r torch.txt", None),
        ("", None),
    ],
)
def test_a_requirement_has_a_lowest_version(requirement, floor):
    assert lowest_required([requirement], "torch") == floor


def test_the_lowest_of_several_requirements_counts():
    both = ["torch>=1.8; python_version < '3.8'", "torch>=2; python_version >= '3.8'"]
    assert lowest_required(both, "torch") == (1, 8)


@pytest.mark.parametrize("text", PYPROJECT.values(), ids=PYPROJECT)
def test_pyproject_declares_it(text, tmp_path):
    (tmp_path / "pyproject.toml").write_text(text)
    assert declared_floor(str(tmp_path)) == (1, 8)


@pytest.mark.parametrize("text", SETUP_CFG.values(), ids=SETUP_CFG)
def test_setup_cfg_declares_it(text, tmp_path):
    (tmp_path / "setup.cfg").write_text(text)
    assert declared_floor(str(tmp_path)) == (1, 8)


@pytest.mark.parametrize("text", NOTHING.values(), ids=NOTHING)
def test_nothing_is_declared(text, tmp_path):
    (tmp_path / "pyproject.toml").write_text(text)
    assert declared_floor(str(tmp_path)) is None


def test_requirements_files_declare_it_if_no_package_does(tmp_path):
    (tmp_path / "requirements-dev.txt").write_text("-e .\ntorch==1.6\n")
    assert declared_floor(str(tmp_path)) == (1, 6)
    (tmp_path / "requirements.txt").write_text("numpy\ntorch==1.8 --hash=sha256:0\n")
    assert declared_floor(str(tmp_path)) == (1, 8)
    (tmp_path / "pyproject.toml").write_text('[project]\ndependencies = ["torch>=2"]\n')
    assert declared_floor(str(tmp_path)) == (2,)


def codes(folder: Path, options: Options | None = None) -> list[str]:
    path = folder / "lab" / "file.py"
    path.parent.mkdir(exist_ok=True)
    path.write_text(PROGRAM)
    begin_session({})
    return [found.code for found in engine.check(Source.from_path(path), options or Options())]


def test_the_project_around_a_file_decides(tmp_path):
    assert codes(tmp_path) == []
    (tmp_path / "pyproject.toml").write_text(PYPROJECT["dependencies"])
    assert codes(tmp_path) == ["NGR312"]
    assert codes(tmp_path, Options(project="off")) == []


def test_the_option_overrules_the_project(tmp_path):
    (tmp_path / "pyproject.toml").write_text(PYPROJECT["dependencies"])
    assert codes(tmp_path, Options(torch_version="newest")) == []
    assert codes(tmp_path, Options(torch_version="2.1")) == []
    assert codes(tmp_path, Options(torch_version="2.0.1")) == ["NGR312"]


def test_flake8_takes_the_option(run_flake8_on):
    run = run_flake8_on(PROGRAM, "--nograd-torch-version=1.13")
    assert run.codes == ["NGR312"]
    assert "before torch 2.1, and 1.13 is allowed" in run.out
    wrong = run_flake8_on(PROGRAM, "--nograd-torch-version=old")
    assert wrong.exit_code == 1
    assert "--nograd-torch-version: 'old' is neither auto" in wrong.err + wrong.out


@pytest.fixture
def run_flake8_on(tmp_path):
    from real_flake8 import run_flake8

    def run(program: str, *arguments: str):
        (tmp_path / "a.py").write_text(program)
        return run_flake8("--isolated", *arguments, "a.py", folder=tmp_path)

    return run
