"""Which files a command line means."""

from __future__ import annotations

import os
import subprocess

import pytest

SAFE = (
    "import torch\nfrom torch import nn\n\nmodel = nn.Linear(4, 2).eval()\n"
    "print(model(torch.ones(4)).argmax().item())\n"
)


@pytest.fixture
def listed(run):
    """The files in which `nograd-fix --check` finds something."""

    def _listed(*arguments: str) -> list[str]:
        lines = run("--check", *arguments).out.splitlines()
        return list(dict.fromkeys(line.split(":")[0] for line in lines))

    return _listed


def test_directories_are_searched_in_order(listed, write):
    for name in ("b/c.py", "a.py", "b/a.py", "b/x.txt", "b/y.pyx"):
        write(name, SAFE)
    assert listed(".") == ["a.py", "b/a.py", "b/c.py"]


def test_named_file_needs_no_suffix(listed, write):
    write("script", SAFE)
    assert listed("script") == ["script"]


def test_file_named_twice_and_linked_is_handled_once(run, write, tmp_path):
    path = write("a.py", SAFE)
    (tmp_path / "link.py").symlink_to(path)
    ran = run("a.py", "a.py", "./a.py", "link.py", ".")
    assert ran.err == "fixed 1 finding in 1 file\n"
    assert (tmp_path / "link.py").is_symlink()


def test_hard_links_of_a_file_are_one_file(run, write, tmp_path):
    path = write("b.py", SAFE)
    os.link(path, tmp_path / "a.py")
    ran = run("-v", ".")
    assert ran.err.splitlines()[-1] == "fixed 1 finding in 1 file"
    assert ran.err.startswith("a.py:5:7: ")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes here")
def test_pipes_are_not_waited_for(listed, write, tmp_path):
    write("a.py", SAFE)
    os.mkfifo(tmp_path / "pipe.py")
    assert listed(".") == ["a.py"]


def test_dangling_link_is_told(run, write, tmp_path):
    write("a.py", SAFE)
    (tmp_path / "link.py").symlink_to("nowhere.py")
    ran = run("--check", ".")
    assert (ran.code, ran.err.splitlines()[0]) == (
        2,
        "nograd-fix: link.py: No such file or directory",
    )


def test_excludes_hold_for_directories_and_on_request_for_named_files(listed, write):
    write("old/a.py", SAFE)
    write("a.py", SAFE)
    assert listed("--exclude", "old", ".") == ["a.py"]
    assert listed("--extend-exclude", "old", ".") == ["a.py"]
    assert listed("--exclude", "old", "old/a.py") == ["old/a.py"]
    assert listed("--exclude", "old", "--force-exclude", "old/a.py", "a.py") == ["a.py"]


@pytest.mark.parametrize("name", ["old/a.py", "./old/inner/a.py"])
def test_force_exclude_holds_for_standard_input(run, name):
    options = ("--exclude", "old", "--stdin-filename", name, "-")
    ran = run("--force-exclude", *options, stdin=SAFE.encode())
    assert (ran.code, ran.out) == (0, SAFE)
    assert run(*options, stdin=SAFE.encode()).out != SAFE


def test_default_excludes_of_flake8(listed, write):
    write(".tox/a.py", SAFE)
    write("__pycache__/a.py", SAFE)
    write("a.py", SAFE)
    assert listed(".") == ["a.py"]


def test_no_python_file_at_all(run, write):
    write("x.txt", SAFE)
    ran = run(".")
    assert (ran.code, ran.err) == (0, "nothing to fix in 0 files\n")


IGNORED = {
    ".gitignore": "/build\n*_gen.py\n!kept_gen.py\nnested/\n",
    "src/.gitignore": "local.py\n!again_gen.py\n",
    ".git/info/exclude": "private.py\n",
}


def test_gitignore(listed, write, tmp_path, monkeypatch):
    for name, text in IGNORED.items():
        write(name, text)
    files = ["a.py", "src/a.py", "src/build/a.py", "kept_gen.py", "src/again_gen.py", "local.py"]
    hidden = ["build/a.py", "a_gen.py", "src/local.py", "private.py", "nested/a.py", "src/b_gen.py"]
    for name in files + hidden:
        write(name, SAFE)
    assert listed(".") == sorted(files)
    assert listed("src") == ["src/a.py", "src/again_gen.py", "src/build/a.py"]
    assert listed("build/a.py") == ["build/a.py"]
    monkeypatch.chdir(tmp_path / "src")
    assert listed(".") == ["a.py", "again_gen.py", "build/a.py"]


def test_gitignore_agrees_with_git(listed, write, tmp_path):
    git = ["git", "-C", str(tmp_path)]
    try:
        subprocess.run([*git, "init", "-q"], check=True, env={**os.environ, "HOME": "/nowhere"})
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("git is not there")
    for name, text in IGNORED.items():
        write(name, text)
    for name in (
        "a.py",
        "build/a.py",
        "x_gen.py",
        "src/local.py",
        "src/again_gen.py",
        "private.py",
    ):
        write(name, SAFE)
    command = [*git, "ls-files", "-co", "--exclude-standard", "*.py"]
    known = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert listed(".") == sorted(known.split())


def test_gitignore_outside_of_a_repository(listed, write):
    write(".gitignore", "a.py\n")
    write("a.py", SAFE)
    write("b.py", SAFE)
    assert listed(".") == ["b.py"]
