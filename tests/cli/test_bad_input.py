"""Bad input: one line that names the file, exit code 2, nothing lost, the others handled."""

from __future__ import annotations

import os

import pytest

SAFE = (
    "import torch\nfrom torch import nn\n\nmodel = nn.Linear(4, 2).eval()\n"
    "print(model(torch.ones(4)).argmax().item())\n"
)


@pytest.mark.parametrize(
    ("data", "place"),
    [
        (b"import torch\nprint 'x'\n", "bad.py:2: "),
        (b"import torch\nx.cuda(async=True)\n", "bad.py:2: "),
        (b"# coding: nonsense\nimport torch\n", "bad.py:1: unknown encoding"),
        (b"import torch  # \xff\n", "bad.py:1: "),
        (b"import torch\nx = '\0'\n", "bad.py:2: "),
        (b"import torch\nx = " + b"(" * 300 + b")" * 300 + b"\n", "bad.py"),
        (b"import torch\nx = " + b"-" * 90000 + b"1\n", "bad.py"),
    ],
)
def test_file_that_is_not_python(run, write, tmp_path, data, place):
    (tmp_path / "bad.py").write_bytes(data)
    good = write("good.py", SAFE)
    ran = run("bad.py", "good.py")
    assert ran.code == 2
    first, *rest = ran.err.splitlines()
    assert first.startswith(f"nograd-fix: {place}")
    assert rest == ["fixed 1 finding in 1 file, 1 error"]
    assert (tmp_path / "bad.py").read_bytes() == data
    assert "no_grad" in good.read_text()


@pytest.mark.parametrize("data", [b"x = '\xff'\n", b"# coding: nonsense\n", b"print 'x'\n"])
def test_file_without_torch_is_not_our_business(run, write, tmp_path, data):
    (tmp_path / "a.py").write_bytes(data)
    assert (run(".").code, run(".").err) == (0, "nothing to fix in 1 file\n")


def test_missing_file(run, write):
    write("good.py", SAFE)
    ran = run("missing.py", "good.py")
    assert ran.code == 2
    assert "nograd-fix: missing.py: no such file or directory\n" in ran.err
    assert "fixed 1 finding" in ran.err


def test_read_only_file(run, write, monkeypatch):
    path = write("a.py", SAFE)
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    ran = run("a.py")
    assert ran.code == 2
    assert ran.err.startswith("nograd-fix: a.py: not written: ")
    assert path.read_text() == SAFE


def test_empty_file(run, write):
    write("a.py", "")
    assert run("a.py").code == 0


def test_surprise_in_one_file_does_not_end_the_run(run, write, monkeypatch):
    from flake8_nograd import fix_engine

    original = fix_engine.fix

    def fix(data, path, *rest):
        if path == "bad.py":
            raise KeyError("surprise")
        return original(data, path, *rest)

    monkeypatch.setattr(fix_engine, "fix", fix)
    write("bad.py", SAFE)
    write("good.py", SAFE)
    ran = run("bad.py", "good.py")
    assert ran.code == 2
    assert "nograd-fix: bad.py: the file could not be handled (KeyError: 'surprise')" in ran.err
    assert "fixed 1 finding in 1 file, 1 error" in ran.err


def test_interrupt(run, write, monkeypatch):
    from flake8_nograd.command import jobs

    def interrupt(*arguments):
        raise KeyboardInterrupt

    monkeypatch.setattr(jobs, "run", interrupt)
    write("a.py", SAFE)
    ran = run("a.py")
    assert ran.code == 130
    assert "interrupted" in ran.err
