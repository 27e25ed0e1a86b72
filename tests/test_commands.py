"""Every command that the pages tell people to type is one that works."""

from __future__ import annotations

import io
import json
import re
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from page_commands import PAGES, of_files_to_copy, of_shell_blocks, of_tables, options_named

from flake8_nograd.cli import main as nograd_fix
from flake8_nograd.survey.cli import main as nograd_survey

HERE: dict[str, Callable[[list[str]], int]] = {
    "nograd-fix": nograd_fix,
    "nograd-survey": nograd_survey,
}
APART = {
    "flake8": ["-m", "flake8"],
    "nbqa": ["-m", "nbqa"],
    "pytest": ["-m", "pytest", "-p", "no:xdist"],
    "nograd-trace": ["-m", "flake8_nograd.trace"],
    "python": [],
}
# What is run elsewhere: by `.ci/run`, in tests of its own, or by hand.
ELSEWHERE = re.compile(
    r"python -m pip|cd |mpiexec|python tests/bench|.*pytest -n auto|.*flake8_nograd\.trace\.cost"
    r"|.*--executor cluster:|git |python benchmarks|pre-commit"
)
OF_OTHERS = {"--two-files"}  # of tests/bench/try_fixes.py
VARIABLES = {
    "$FILE": "src/a.py",
    "$GITHUB_BASE_REF": "main",
    "$CI_MERGE_REQUEST_DIFF_BASE_SHA": "HEAD",
}
PROGRAM = """\
import torch
from torch import nn

model = nn.Linear(4, 2).eval()


def evaluate():
    print(model(torch.ones(4)).argmax().item())


evaluate()
"""


def commands() -> list[str]:
    """The commands of all pages, each once."""
    programs = frozenset((*HERE, *APART))
    lines = [
        line
        for text in (page.read_text("utf-8") for page in PAGES)
        for line in (*of_shell_blocks(text), *of_tables(text, programs), *of_files_to_copy(text))
    ]
    return list(dict.fromkeys(line for line in lines if line and not ELSEWHERE.match(line)))


@pytest.fixture
def project(tmp_path, monkeypatch) -> Path:
    """A folder with all that the commands speak of."""
    for name in ("src/a.py", "evaluate.py", "script.py", "package/module.py", "project/b.py"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(PROGRAM)
    (tmp_path / "your").mkdir()
    (tmp_path / "your/project").mkdir()
    (tmp_path / "test_it.py").write_text("def test_it():\n    import package.module\n")
    (tmp_path / "nograd-baseline.json").write_text('{"version": 1, "counts": {}}')
    (tmp_path / ".local/share/bash-completion/completions").mkdir(parents=True)
    (tmp_path / "DATA").mkdir()
    (tmp_path / "DATA/a.jsonl").write_text(json.dumps({"path": "r/a.py", "content": PROGRAM}))
    cell = {"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": []}
    notebook = {
        "cells": [{**cell, "source": PROGRAM.splitlines(keepends=True)}],
        "metadata": {},
        "nbformat": 4,
        "nbformat_minor": 4,
    }
    (tmp_path / "notebook.ipynb").write_text(json.dumps(notebook))
    git = ("git", "-c", "user.name=a", "-c", "user.email=a@example.org")
    for step in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "a"]):
        subprocess.run([*git, *step], cwd=tmp_path, check=True)
    refs = ["update-ref", "refs/remotes/origin/main", "HEAD"]
    subprocess.run([*git, *refs], cwd=tmp_path, check=True)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("command", commands())
def test_command(command, project, monkeypatch, capfd):
    words = _words(command)
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(PROGRAM.encode())))
    if words[0] in HERE:
        try:
            code = HERE[words[0]](words[1:])
        except SystemExit as end:
            code = int(end.code or 0)
    else:
        program = [sys.executable, *APART[words[0]], *words[1:]]
        code = subprocess.run(program, cwd=project, check=False).returncode
    told = capfd.readouterr().err
    assert code in (0, 1), told
    assert "Traceback" not in told
    assert "usage:" not in told


def _words(command: str) -> list[str]:
    """The words of one command; where its output goes is not its business."""
    command = re.split(r"\s[|<>]\s", command)[0]
    command = command.replace("[arguments]", "")
    for variable, value in VARIABLES.items():
        command = command.replace(variable, value)
    return shlex.split(command.replace(" --data test/", ""))


def test_there_are_commands_of_each_program():
    assert {_words(command)[0] for command in commands()} == {*HERE, *APART}


def test_commands_are_found_wherever_they_stand():
    page = "```yaml\n- run: a b\n```\n| `a c` | `a` |\n```ini\n[x]\ncommands = a d\n```\n"
    page += "```yaml\nx:\n  script:\n    - a e\ny:\n  script: a h\n```\n"
    page += "```sh\na f \\\n  g  # why\n```\n"
    page += "```make\nx:\n\ta i\n```\n"
    hook = "```yaml\nrepos:\n  - repo: <URL>\n    hooks:\n      - id: nograd-fix\n```\n"
    assert [*of_shell_blocks(page)] == ["a f    g"]
    assert [*of_tables(page, frozenset("a"))] == ["a c"]
    assert [*of_files_to_copy(page)] == ["a b", "a e", "a h", "a i", "a d"]
    assert [*of_files_to_copy(hook)] == ["nograd-fix --force-exclude src/a.py"]


@pytest.fixture(scope="module")
def options() -> set[str]:
    """The long options of all programs, by their own account."""
    programs = [*APART.values(), ["-m", "flake8_nograd"], ["-m", "flake8_nograd.survey"]]
    told = [
        subprocess.run(
            [sys.executable, *program, "--help"], check=True, capture_output=True, text=True
        ).stdout
        for program in programs
        if program
    ]
    return set(re.findall(r"(?<![\w-])--[a-z][a-z-]*", "".join(told))) | OF_OTHERS


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_options_that_pages_speak_of_exist(page, options):
    assert options_named(page.read_text("utf-8")) - options == set()
