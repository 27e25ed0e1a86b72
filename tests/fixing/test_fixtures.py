"""Every fixture is fixed to its `.fixed` twin, which is clean, stable and computes the same."""

from __future__ import annotations

import ast
import contextlib
import io
import re
from pathlib import Path

import pytest
from fixture_programs import opt_in_of_rule, torch_version_of

from flake8_nograd import fix_engine
from flake8_nograd.fix_engine import FileFix
from flake8_nograd.fixing import Style, Verdict
from flake8_nograd.fixing.inlining import put_back
from flake8_nograd.fixing.proof import same_program
from flake8_nograd.options import Options
from flake8_nograd.source import Source

FIXTURES = Path(__file__).parents[2] / "fixtures"
PROGRAMS = [path for path in sorted(FIXTURES.glob("*/*.py")) if path.parent.name != "attacks"]
MARKER = re.compile(rb"  # expect: .*")
BOLD = Style(unsafe=True)


def program(path: Path) -> bytes:
    return MARKER.sub(b"", path.read_bytes())


def fixed(path: Path) -> FileFix:
    return fix_engine.fix(program(path), path.name, options_of(path), BOLD)


def options_of(path: Path) -> Options:
    version = torch_version_of(path.read_text("utf-8"))
    return Options(project="off", torch_version=version, opt_in=opt_in_of_rule(path.parent.name))


def names_in(source: Source) -> set[str]:
    return {node.id for node in ast.walk(source.tree) if isinstance(node, ast.Name)} - {"torch"}


def name(path: Path) -> str:
    return f"{path.parent.name}/{path.stem}"


@pytest.mark.parametrize("path", PROGRAMS, ids=name)
def test_twin(path, request):
    result, twin = fixed(path), path.with_name(f"{path.name}.fixed")
    if request.config.getoption("--bless"):
        if result.changed:
            twin.write_bytes(result.after)
        else:
            twin.unlink(missing_ok=True)
    assert twin.exists() == result.changed
    if not result.changed:
        return
    assert result.after == twin.read_bytes()
    before, after = (Source.from_bytes(data) for data in (result.before, result.after))
    new = names_in(after) - names_in(before)
    if not any(outcome.finding.respelling for outcome in result.found):
        assert same_program(before.tree, put_back(after.tree, new))
    compile(result.after, path.name, "exec")
    assert not any(outcome.verdict is Verdict.FIXED for outcome in result.left)
    assert fix_engine.fix(result.after, path.name, options_of(path), BOLD).after == result.after


@pytest.mark.parametrize("path", [path for path in PROGRAMS if path.stem.startswith("ok_")])
def test_near_miss_stays_as_it_is(path):
    assert not fixed(path).changed


def test_every_twin_has_its_program():
    twins = FIXTURES.glob("*/*.py.fixed")
    assert [twin for twin in twins if not twin.with_suffix("").exists()] == []


def twin_of(path: Path) -> Path:
    return path.with_name(f"{path.name}.fixed")


TWINS = [path for path in PROGRAMS if twin_of(path).exists()]
# What raises, or sets the wrong mode, is to do something else.
CHANGED = [
    path
    for path in TWINS
    if path.parent.name in ("NGR302", "NGR304", "NGR306", "NGR309", "NGR311", "NGR321")
    or name(path) in ("NGR201/enable_grad_in_inference_mode", "NGR301/enable_grad_before_a_penalty")
]


@pytest.mark.parametrize("path", [path for path in TWINS if path not in CHANGED], ids=name)
def test_same_numbers(path):
    pytest.importorskip("torch")
    assert output(twin_of(path).read_bytes(), path) == output(program(path), path)


@pytest.mark.parametrize("path", CHANGED, ids=name)
def test_what_raises_runs_to_its_end(path):
    pytest.importorskip("torch")
    assert output(twin_of(path).read_bytes(), path)


def output(code: bytes, path: Path) -> str:
    """What a program prints."""
    import random

    import numpy as np
    import torch

    random.seed(0)
    np.random.seed(0)
    torch.manual_seed(0)
    printed = io.StringIO()
    namespace = {"__name__": "__main__", "__file__": str(path)}
    with contextlib.redirect_stdout(printed), torch.enable_grad():
        exec(compile(code, str(path), "exec"), namespace)
    return printed.getvalue()
