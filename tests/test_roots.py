"""How the files of a project are called, wherever one stands."""

from __future__ import annotations

import os

import pytest

from flake8_nograd import roots
from flake8_nograd.engine import check
from flake8_nograd.roots import path_from_root
from flake8_nograd.source import Source

SHAPES = (
    "import torch\nfrom torch import nn\n\n\ndef helper():\n    net = nn.Linear(2, 2)\n"
    "    net.eval()\n    return net(torch.ones(1, 2)).tolist()\n"
)


@pytest.fixture
def file_in_tests(tmp_path):
    (tmp_path / "pyproject.toml").touch()
    file = tmp_path / "unit_tests" / "net" / "test_net.py"
    file.parent.mkdir(parents=True)
    file.write_text(SHAPES, "utf-8")
    return file


@pytest.mark.parametrize("above", range(3))
def test_a_path_starts_at_the_root_of_its_project(file_in_tests, above, monkeypatch):
    monkeypatch.chdir(file_in_tests.parents[above])
    expected = os.path.join("unit_tests", "net", "test_net.py")
    assert path_from_root(str(file_in_tests)) == expected
    assert path_from_root(os.path.relpath(file_in_tests)) == expected


def test_a_file_without_a_project_keeps_its_path(tmp_path):
    file = str(tmp_path / "net.py")
    assert path_from_root(file) == file


def test_settings_of_a_home_in_git_are_no_project(tmp_path, monkeypatch):
    monkeypatch.setattr(roots, "homes_of_projects", lambda: {str(tmp_path)})
    (tmp_path / ".git").mkdir()
    file = str(tmp_path / "tests" / "net.py")
    assert path_from_root(file) == file


@pytest.mark.parametrize("above", range(3))
def test_tests_are_told_wherever_one_stands(file_in_tests, above, monkeypatch):
    monkeypatch.chdir(file_in_tests.parents[above])
    for path in (str(file_in_tests), os.path.relpath(file_in_tests)):
        assert not check(Source.from_path(path))
    other = file_in_tests.parents[2] / "net.py"
    other.write_text(SHAPES, "utf-8")
    assert check(Source.from_path(other))
