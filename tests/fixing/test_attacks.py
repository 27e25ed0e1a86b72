"""Programs that a careless guard would break do the same after a safe fix."""

from __future__ import annotations

import importlib
import shutil
import sys
from pathlib import Path

import pytest
from fixture_programs import ATTACKS, FIXTURES
from option_sets import OPTION_SETS

from flake8_nograd import fix_engine
from flake8_nograd.cli import main

pytest.importorskip("torch")

from behaviour import Behaviour, behaviour

pytestmark = pytest.mark.usefixtures("one_torch_thread")


@pytest.mark.parametrize("program", ATTACKS, ids=lambda program: program.path.stem)
def test_safe_fix_changes_nothing(program):
    path = str(program.path)
    before = behaviour(program.code, path)
    assert before.succeeds, before.ending
    known: dict[bytes, Behaviour] = {program.code.encode(): before}
    for style in OPTION_SETS.values():
        done = fix_engine.fix(program.code.encode(), path, style=style)
        assert any(item.finding.code.startswith(("NGR1", "NGR3")) for item in done.found)
        if done.after not in known:
            known[done.after] = behaviour(done.after.decode(), path)
        assert known[done.after] == before, done.after.decode()


@pytest.mark.parametrize(
    "program",
    [program for program in ATTACKS if "can be moved" in program.code.partition("\n")[0]],
    ids=lambda program: program.path.stem,
)
def test_what_can_be_moved_is_mended(program):
    fixed = fix_engine.fix(program.code.encode(), str(program.path))
    assert fixed.fixed > 0
    assert "_output = " in fixed.after.decode()


@pytest.mark.parametrize(
    "folder",
    sorted(path.parent for path in (FIXTURES / "attacks").glob("*/main.py")),
    ids=lambda folder: folder.name,
)
def test_safe_fix_of_a_program_of_several_files_changes_nothing(
    folder, tmp_path, monkeypatch, capsys
):
    shutil.copytree(folder, tmp_path, dirs_exist_ok=True)
    (tmp_path / "pyproject.toml").touch()
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    before, printed = texts_of(tmp_path), output_of(tmp_path)
    main(["--isolated", "--check", "."])
    assert "NGR1" in capsys.readouterr().out
    main(["--isolated", "--quiet", "."])
    if texts_of(tmp_path) != before:
        assert output_of(tmp_path) == printed


def texts_of(folder: Path) -> dict[str, bytes]:
    """The sources of a program."""
    return {str(path): path.read_bytes() for path in folder.rglob("*.py")}


def output_of(folder: Path) -> str:
    """What the program of a folder prints; its modules are forgotten again."""
    path = folder / "main.py"
    try:
        done = behaviour(path.read_text(), str(path))
    finally:
        importlib.invalidate_caches()
        for name, module in list(sys.modules.items()):
            if str(getattr(module, "__file__", None)).startswith(str(folder)):
                del sys.modules[name]
    assert done.succeeds, done.ending
    return done.output
