"""Shells that have been told complete the options of each command, and names of files."""

from __future__ import annotations

import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

pytest.importorskip("shtab")

MODULES = {
    "nograd-fix": "flake8_nograd",
    "nograd-survey": "flake8_nograd.survey",
    "nograd-trace": "flake8_nograd.trace",
}
# What bash does when somebody types the words and presses the key.
PRESSED = """
. ./completion
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1))
$(complete -p "$1" | sed 's/.*-F \\([^ ]*\\) .*/\\1/') "$1" "${COMP_WORDS[COMP_CWORD]}" \\
    "${COMP_WORDS[COMP_CWORD - 1]}"
echo "${COMPREPLY[@]}"
"""


@cache
def script(program: str, shell: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", MODULES[program], "--print-completion", shell]
    return subprocess.run(command, check=False, capture_output=True, text=True)


@pytest.mark.skipif(
    sys.platform == "win32" or shutil.which("bash") is None, reason="no shell to ask"
)
@pytest.mark.parametrize(
    ("words", "offered"),
    [
        ("nograd-fix --output-format j", "json json-lines junit"),
        ("nograd-fix --check scr", "script.py"),
        ("nograd-fix --baseline scr", "script.py"),
        ("nograd-survey --repo", "--repositories --repository-column"),
        ("nograd-survey scr", "script.py"),
        ("nograd-trace --fail", "--fail-on-waste"),
        ("nograd-trace --lint scr", "script.py"),
        ("nograd-trace script.py dat", "data"),
        ("nograd-trace --html scr", "script.py"),
    ],
)
def test_bash_completes(tmp_path: Path, words, offered):
    for name in ("script.py", "data"):
        (tmp_path / name).touch()
    (tmp_path / "completion").write_text(script(words.split()[0], "bash").stdout)
    command = ["bash", "-c", PRESSED, "bash", *words.split()]
    done = subprocess.run(command, cwd=tmp_path, check=True, capture_output=True, text=True)
    assert sorted(done.stdout.split()) == offered.split()


@pytest.mark.parametrize("shell", ["zsh", "fish", "tcsh"])
@pytest.mark.parametrize("program", MODULES)
def test_other_shells_get_the_options(program, shell):
    done = script(program, shell)
    option = {"nograd-fix": "diff", "nograd-survey": "findings", "nograd-trace": "lint"}[program]
    assert (done.returncode, option in done.stdout) == (0, True)


@pytest.mark.parametrize("program", MODULES)
def test_shell_that_is_not_known_is_refused(program):
    done = script(program, "ash")
    assert done.returncode == 2
    assert "error: 'ash' is none of bash, zsh, tcsh" in done.stderr
