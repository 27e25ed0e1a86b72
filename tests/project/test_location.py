"""Where a project is found, and which files belong to it."""

from __future__ import annotations

import os

import pytest

from flake8_nograd import roots
from flake8_nograd.project import location, texts
from flake8_nograd.project.location import python_files, root_of
from flake8_nograd.project.texts import read


@pytest.fixture
def tree(tmp_path, monkeypatch):
    """A folder of two packages; the working directory is elsewhere."""
    (elsewhere := tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(elsewhere)
    for name in ("lab/models/net.py", "lab/train.py", "other/a.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("")
    return tmp_path


def root(path, setting="auto"):
    return root_of(str(path), setting)


@pytest.mark.parametrize("marker", roots.MARKERS)
def test_the_nearest_marker_is_the_root(tree, marker):
    (tree / "setup.py").write_text("")
    (tree / "lab" / marker).mkdir()
    assert root(tree / "lab/models/net.py") == str(tree / "lab")
    assert root(tree / "other/a.py") == str(tree)


def test_a_file_that_is_not_saved_yet_has_a_project(tree):
    (tree / "setup.py").write_text("")
    assert root(tree / "lab/new.py") == str(tree)
    assert root(tree / "nowhere/new.py") is None


def test_no_project_is_wanted(tree):
    (tree / "setup.py").write_text("")
    assert root(tree / "lab/train.py", "off") is None
    assert root(tree / "lab/train.py", str(tree / "other")) == str(tree / "other")


def test_the_working_directory_does_not_matter(tree, monkeypatch):
    for here in ("", "lab", "lab/models", "other"):
        monkeypatch.chdir(tree / here)
        assert root(tree / "lab/models/net.py") == str(tree / "lab")


@pytest.mark.parametrize("sign", ["requirements.txt", ".flake8", "LICENSE", "run.py"])
def test_without_a_marker_other_signs_tell(tree, sign):
    (tree / "src/lab/models").mkdir(parents=True)
    (tree / sign).write_text("")
    assert root(tree / "src/lab/models/net.py") == str(tree)
    (tree / "a/b/c/d").mkdir(parents=True)
    (tree / "a/b/c/d/net.py").write_text("")
    assert root(tree / "a/b/c/d/net.py") == str(tree / "a/b/c/d")


def test_without_a_marker_imports_tell_of_the_folder_that_they_start_from(tree):
    path = str(tree / "lab/models/net.py")
    assert root_of(path, "auto", {"torch", "other"}) == str(tree)
    assert root_of(path, "auto", {"torch", "another"}) == str(tree / "lab")
    (tree / "other" / "setup.py").touch()  # a project of its own
    assert root_of(path, "auto", {"torch", "other"}) == str(tree / "lab")


def test_settings_of_a_home_in_git_are_no_project(tree, monkeypatch):
    monkeypatch.setattr(roots, "homes_of_projects", lambda: {str(tree), "/"})
    (tree / ".git").mkdir()
    assert root(tree / "lab/models/net.py") == str(tree / "lab")
    (tree / "pyproject.toml").touch()
    assert root(tree / "lab/models/net.py") == str(tree)


def test_without_a_marker_it_is_the_folders_with_python_files(tree):
    assert root(tree / "lab/models/net.py") == str(tree / "lab")


def test_without_a_marker_a_package_is_in_its_project(tree):
    (tree / "lab/models/__init__.py").touch()
    assert root(tree / "lab/models/net.py") == str(tree / "lab")
    (tree / "lab/__init__.py").touch()
    assert root(tree / "lab/models/net.py") == str(tree)


def test_home_and_the_like_are_no_projects(tree, monkeypatch):
    monkeypatch.setattr(roots, "homes_of_projects", lambda: {str(tree), "/"})
    monkeypatch.chdir(tree)
    (tree / "a.py").write_text("")
    assert root(tree / "a.py") is None


def test_environments_and_builds_are_not_read(tree):
    for name in (".venv/a.py", "build/lib/a.py", "env2/pyvenv.cfg", "env2/lib/a.py", "x/.git/a.py"):
        (tree / name).parent.mkdir(parents=True, exist_ok=True)
        (tree / name).write_text("")
    names = [os.path.relpath(path, tree) for path in python_files(str(tree))]
    assert names == ["lab/train.py", "other/a.py", "lab/models/net.py"]


def test_links_lead_nowhere(tree):
    (tree / "lab" / "loop").symlink_to(tree)
    (tree / "lab" / "gone.py").symlink_to(tree / "nowhere.py")
    assert len(python_files(str(tree))) == 3


def test_bounds(tree, monkeypatch):
    monkeypatch.setattr(location, "_MOST_FILES", 2)
    monkeypatch.setattr(texts, "_BIGGEST", 3)
    assert len(python_files(str(tree))) == 2
    (tree / "big.py").write_text("1234")
    assert read(str(tree / "big.py")) is None
    assert read(str(tree / "nowhere.py")) is None
    assert python_files(str(tree / "nowhere")) == {}
