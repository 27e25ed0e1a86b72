"""What goes wrong around a run: one line at most, the right exit code, no traceback."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

SAFE = (
    "import torch\nfrom torch import nn\n\nmodel = nn.Linear(4, 2).eval()\n"
    "print(model(torch.ones(4)).argmax().item())\n"
)
COMMAND = f"{sys.executable} -m flake8_nograd --isolated"
only_posix = pytest.mark.skipif(os.name == "nt", reason="a shell of POSIX")


@pytest.fixture
def shell(tmp_path):
    """Run a line of the shell in the temporary directory."""

    def _shell(line: str) -> subprocess.CompletedProcess[str]:
        argv = ["bash", "-c", f"set -o pipefail; {line}"]
        return subprocess.run(argv, cwd=tmp_path, capture_output=True, text=True, check=False)

    return _shell


@only_posix
def test_reader_that_goes_away(shell, write):
    write("a.py", SAFE)
    done = shell(f"{COMMAND} --check -q . | true")
    assert (done.returncode, done.stderr) == (1, "")
    done = shell(f"{COMMAND} --list-rules | true")
    assert (done.returncode, done.stderr) == (0, "")


@only_posix
@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs a device that is full")
@pytest.mark.parametrize("arguments", ["--check -q a.py", "--diff -q a.py", "--list-rules"])
def test_output_that_is_full(shell, write, arguments):
    write("a.py", SAFE)
    done = shell(f"{COMMAND} {arguments} > /dev/full")
    assert done.returncode == 2
    assert done.stderr.startswith("nograd-fix: the output could not be written: No space left")
    assert done.stderr.count("\n") == 1


@only_posix
def test_streams_that_are_closed(shell, write):
    write("a.py", SAFE)
    done = shell(f"{COMMAND} --check -q a.py >&-")
    assert (done.returncode, done.stderr) == (1, "")
    done = shell(f"{COMMAND} --check -q a.py 2>&-")
    assert (done.returncode, done.stdout.count("\n")) == (1, 1)
    done = shell(f"{COMMAND} -q - <&-")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "nograd-fix: stdin: standard input is closed\n"
    done = shell(f"{COMMAND} -q - < a.py >&-")
    assert done.returncode == 2
    assert done.stderr == (
        "nograd-fix: the output could not be written: standard output is closed\n"
    )


def test_interrupted_while_modules_are_imported(write, tmp_path):
    write("a.py", SAFE)
    code = (
        "import sys\n"
        "from flake8_nograd.cli import main\n"
        "class Impatient:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name == 'flake8_nograd.fixing': raise KeyboardInterrupt\n"
        "sys.meta_path.insert(0, Impatient())\n"
        "sys.exit(main(['--isolated', '--check', 'a.py']))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (130, "")
    assert done.stderr.startswith("nograd-fix: interrupted; ")
    assert done.stderr.count("\n") == 1


def test_explanation_of_what_is_too_deep(run, write):
    write("deep.py", f"{SAFE}s = {' + '.join('1' * 3000)}\n")
    ran = run("--explain-finding", "deep.py:5")
    assert ran.code == 2
    assert ran.err.startswith("nograd-fix: deep.py: ")
    assert ran.err.count("\n") == 1


def test_explanation_of_what_is_oddly_encoded(run, tmp_path):
    (tmp_path / "odd.py").write_bytes(b"# coding: punycode\nimport torch\n")
    ran = run("--explain-finding", "odd.py:2")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("nograd-fix: odd.py:1: ")
    assert ran.err.count("\n") == 1


@pytest.mark.parametrize("place", ["a.py:5", "a.py:5:7", "a.py:5:7:"])
def test_explanation_of_a_place_as_it_is_printed(run, write, place):
    write("a.py", SAFE)
    ran = run("--explain-finding", place)
    assert ran.code == 0
    assert "is it a model?" in ran.out


def test_module_is_run_without_the_directory_in_sight(write, tmp_path):
    for name in ("argparse.py", "torch.py", "rich.py", "flake8.py"):
        write(name, "raise SystemExit('imported from the working directory')\n")
    write("a.py", SAFE)
    done = subprocess.run(
        [*COMMAND.split(), "--check", "-q", "a.py"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (1, "")


@only_posix
def test_pipes_and_devices_are_refused(run, tmp_path):
    os.mkfifo(tmp_path / "pipe.py")
    ran = run("pipe.py", os.devnull)
    assert ran.code == 2
    assert "nograd-fix: pipe.py: neither a file nor a directory\n" in ran.err
    assert f"nograd-fix: {os.devnull}: neither a file nor a directory\n" in ran.err


def test_notebook_is_refused_with_the_way_to_go(run, write):
    write("a.ipynb", "{}")
    ran = run("a.ipynb")
    assert ran.code == 2
    assert "nograd-fix: a.ipynb: a notebook; fix it by way of nbqa: nbqa flake8_nograd" in ran.err


@only_posix
def test_directory_that_cannot_be_read_is_told(run, write, tmp_path, monkeypatch):
    write("good/a.py", SAFE)
    write("bad/b.py", SAFE)
    scandir = os.scandir

    def refusing(path="."):
        if os.path.basename(os.fspath(path)) == "bad":
            raise PermissionError(13, "Permission denied", path)
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refusing)
    ran = run("--check", ".")
    assert ran.code == 2
    assert f"nograd-fix: {os.path.join('.', 'bad')}: Permission denied\n" in ran.err
    assert "good" in ran.out


@pytest.mark.parametrize("data", [b"x = '\xff'\n", b"# coding: nonsense\n", b"print 'x'\n"])
def test_what_is_named_and_cannot_be_parsed_is_told(run, tmp_path, data):
    (tmp_path / "a.py").write_bytes(data)
    ran = run("a.py")
    assert ran.code == 2
    assert ran.err.startswith("nograd-fix: a.py:1: ")
    assert ran.err.endswith(", 1 error\n")
    assert run(".").code == 0
