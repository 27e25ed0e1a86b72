"""flake8's configuration means the same for the fixer as for the linter."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAD = "import torch\nfrom torch import nn\n\nmodel = nn.Linear(4, 2).eval()\n"
LINE = "print(model(torch.ones(4)).argmax().item())"
SAFE = f"{HEAD}{LINE}\n"


def is_fixed(path) -> bool:
    return "no_grad" in path.read_text()


@pytest.mark.parametrize(
    ("comment", "fixed"),
    [
        ("# noqa", False),
        ("# noqa: NGR102", False),
        ("# noqa: NGR1", False),
        ("# noqa: E501,NGR102", False),
        ("# NOQA:NGR102", False),
        ("# noqa: E501", True),
        ("# no comment", True),
    ],
)
def test_noqa(run, write, comment, fixed):
    path = write("a.py", f"{HEAD}{LINE}  {comment}\n")
    assert run("a.py").code == 0
    assert is_fixed(path) is fixed


@pytest.mark.parametrize("comment", ["# noqa", "# noqa: NGR102"])
@pytest.mark.parametrize("style", ["auto", "with", "decorator"])
def test_noqa_between_others_stays_outside_of_their_guards(run, write, comment, style):
    call = "model(torch.ones(4)).argmax().item()"
    loop = f"for _ in range(2):\n    a = {call}\n    b = {call}  {comment}\n    c = {call}\n"
    path = write("a.py", f"{HEAD}{loop}    print(a, b, c)\n")
    run("--style", style, "a.py")
    guard = "    with torch.no_grad():\n        "
    assert path.read_text() == (
        f"{HEAD}for _ in range(2):\n{guard}a = {call}\n    b = {call}  {comment}\n"
        f"{guard}c = {call}\n    print(a, b, c)\n"
    )


def test_noqa_below_a_string_of_several_lines(run, write):
    path = write("a.py", f'{HEAD}print(model(torch.ones(4)).item(), """\n""")  # noqa: NGR102\n')
    run("a.py")
    assert not is_fixed(path)


def test_noqa_for_the_whole_file(run, write):
    path = write("a.py", f"# flake8: noqa\n{SAFE}")
    run("a.py")
    assert not is_fixed(path)


def test_disable_noqa(run, write):
    path = write("a.py", f"{HEAD}{LINE}  # noqa\n")
    run("--disable-noqa", "a.py")
    assert is_fixed(path)


@pytest.mark.parametrize(
    ("arguments", "fixed"),
    [
        (("--select", "NGR102"), True),
        (("--select", "NGR"), True),
        (("--select", "NGR101"), False),
        (("--ignore", "NGR102"), False),
        (("--extend-ignore", "NGR1"), False),
        (("--select", "NGR101", "--extend-select", "NGR102"), True),
        (("--per-file-ignores", "a.py:NGR102"), False),
        (("--per-file-ignores", "b.py:NGR102"), True),
        (("--nograd-guards", "my.guard"), True),
    ],
)
def test_selection(run, write, arguments, fixed):
    path = write("a.py", SAFE)
    run(*arguments, "a.py")
    assert is_fixed(path) is fixed


@pytest.mark.parametrize("name", ["setup.cfg", "tox.ini", ".flake8"])
def test_configuration_file(run, write, name):
    write(name, "[flake8]\nper-file-ignores = lib/*:NGR102\nexclude = old\n")
    ignored, excluded, fixed = (write(f"{name}.py", SAFE) for name in ("lib/a", "old/a", "a"))
    run(".")
    assert [is_fixed(path) for path in (ignored, excluded, fixed)] == [False, False, True]


def test_isolated_and_other_configuration(run, write):
    write("setup.cfg", "[flake8]\nextend-ignore = NGR102\n")
    write("other.cfg", "[flake8]\nselect = NGR102\n")
    path = write("a.py", SAFE)
    run("a.py")
    assert not is_fixed(path)
    run("--config", "other.cfg", "a.py")
    assert is_fixed(path)
    path.write_text(SAFE)
    run("--isolated", "a.py")
    assert is_fixed(path)


def test_vocabulary_of_the_project(run, write):
    write("setup.cfg", "[flake8]\nnograd-guards = quiet\n")
    path = write(
        "a.py",
        f"from mylib import quiet\n{HEAD}\n\n@quiet\ndef test(x):\n    print(model(x).item())\n",
    )
    run("--unsafe-fixes", "a.py")
    assert not is_fixed(path)


@pytest.mark.parametrize(
    ("name", "text", "arguments"),
    [
        ("setup.cfg", "[flake8]\nnograd-guards = no-name\n", ()),
        ("setup.cfg", "[flake8]\nextend-ignore = NONSENSE1\n", ()),
        ("setup.cfg", "[flake8]\nper-file-ignores = NGR1\n", ()),
        ("setup.cfg", "[flake8]\nmax-line-length = long\n", ()),
        ("other.cfg", "no section\n", ("--config", "other.cfg")),
        ("setup.cfg", "", ("--config", "missing.cfg")),
    ],
)
def test_wrong_configuration(run, write, name, text, arguments):
    write(name, text)
    write("a.py", SAFE)
    ran = run(*arguments, "a.py")
    assert ran.code == 2
    assert ran.err.startswith("nograd-fix: ")
    assert "a.py" not in ran.err
    assert ran.err.count("\n") == 1


def test_linter_and_fixer_list_the_same(run, write):
    write("setup.cfg", "[flake8]\nselect = NGR\nexclude = old\nper-file-ignores = b.py:NGR102\n")
    for name in ("a", "b", "c/d", "old/e"):
        write(f"{name}.py", f"{SAFE}{LINE}  # noqa: NGR102\nprint(1)\n{LINE}\n")
    flake8 = [sys.executable, "-m", "flake8", "."]
    linted = subprocess.run(flake8, capture_output=True, text=True, check=False).stdout
    listed = run("--check", ".").out
    expected = sorted(line.removeprefix("./") for line in linted.splitlines())
    assert [line.rpartition(" [")[0] for line in listed.splitlines()] == expected
    assert expected
