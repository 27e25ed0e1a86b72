"""Nothing in a file, and no mistake of ours, ends a run or hides another file's findings."""

from __future__ import annotations

import ast
import subprocess
import sys

import pytest
from hypothesis import HealthCheck, given, settings
from program_strategy import programs
from real_flake8 import run_flake8

from flake8_nograd import engine
from flake8_nograd.plugin import Checker
from flake8_nograd.source import Source

HEAD = "import torch\n\nmodel = torch.nn.Linear(4, 2).eval()\n"
FLAGGED = f"{HEAD}print(model(torch.ones(4)).argmax().item())\n"


def nested(opening: str, closing: str, depth: int) -> str:
    return f"{HEAD}x = {opening * depth}model(torch.ones(4)){closing * depth}\n"


def ladder(keyword: str, depth: int) -> str:
    steps = "".join(f"{' ' * step}{keyword}:\n" for step in range(depth))
    return f"{HEAD}{steps}{' ' * depth}print(model(torch.ones(4)).argmax().item())\n"


UNREADABLE = {
    "not_python.py": b"import torch\nif:\n",
    "python_2.py": b"import torch\nprint model(x)\n",
    "unknown_cookie.py": b"# coding: future_fstrings\nimport torch\n",
    "wrong_cookie.py": b"# coding: utf-8\nimport torch\nx = '\xff'\n",
    "null_byte.py": b"import torch\n\0\n",
    "too_many_parentheses.py": nested("(", ")", 2000).encode(),
    "too_many_indents.py": ladder("if x", 120).encode(),
    "empty.py": b"",
}
DEEP = {
    "parentheses.py": nested("(", ")", 180),
    "lists.py": nested("[", "]", 180),
    "lambdas.py": f"{HEAD}f = {'lambda: ' * 150}model(torch.ones(4)).item()\n",
    "sum.py": f"{HEAD}x = {' + '.join(['model(torch.ones(4))'] * 300)}\n",
    "methods.py": nested("", ".relu()", 150),
    "ifs.py": ladder("if x", 90),
    "loops.py": ladder("for x in y", 19),
    "functions.py": ladder("def f()", 90),
}
TOO_DEEP = {
    "sum.py": f"{HEAD}x = {' + '.join(['model(torch.ones(4))'] * 900)}\n",
    "methods.py": nested("", ".relu()", 900),
    "elifs.py": f"{HEAD}if x:\n    pass\n" + "elif x:\n    print(model(x).item())\n" * 900,
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_unreadable_file_hides_no_other(name, tmp_path):
    (tmp_path / "a.py").write_text(FLAGGED)
    (tmp_path / name).write_bytes(UNREADABLE[name])
    (tmp_path / "z.py").write_text(FLAGGED)
    run = run_flake8("a.py", name, "z.py", folder=tmp_path)
    assert [len(run.findings(path)) for path in ("a.py", "z.py")] == [1, 1]
    assert "Traceback" not in run.err


@pytest.mark.parametrize("name", DEEP)
def test_deep_nesting_is_followed(name):
    assert [found.code for found in engine.check(Source.from_text(DEEP[name], name))] == ["NGR102"]


@pytest.mark.parametrize("name", TOO_DEEP)
def test_what_is_too_deep_is_said(name):
    text = TOO_DEEP[name]
    (record,) = Checker(ast.parse(text), text.splitlines(keepends=True), name).run()
    assert record[:2] == (1, 0)
    assert record[2].startswith("NGR000 this file could not be analysed (RecursionError: ")


@pytest.mark.parametrize(
    "error", ["ValueError('one\\ntwo')", "RecursionError()", "SyntaxError('three')", "KeyError(4)"]
)
def test_our_own_mistake_is_said_and_hides_no_other_file(error, tmp_path):
    for name in ("a.py", "broken.py", "z.py"):
        (tmp_path / name).write_text(FLAGGED)
    code = (
        "from flake8_nograd import engine\n"
        "from flake8.main.cli import main\n"
        "check = engine.find\n"
        "def failing(source, options):\n"
        f"    if 'broken' in source.path: raise {error}\n"
        "    return check(source, options)\n"
        "engine.find = failing\n"
        "main(['--isolated', '--jobs=1', '--select=NGR', 'a.py', 'broken.py', 'z.py'])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    starts = [line.split(" ")[:2] for line in done.stdout.splitlines()]
    assert starts == [
        ["a.py:4:7:", "NGR102"],
        ["broken.py:1:1:", "NGR000"],
        ["z.py:4:7:", "NGR102"],
    ]
    assert done.stderr == ""


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(programs())
def test_any_program_is_analysed_and_always_alike(text):
    found = engine.check(Source.from_text(text))
    assert found == sorted(found)
    again = engine.check(Source.from_text(text))
    assert [(item, item.message) for item in again] == [(item, item.message) for item in found]
