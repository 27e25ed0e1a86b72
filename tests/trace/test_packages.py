"""The benchmark of packages: recipes and judgements are sound data, and verdicts are by kind."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from flake8_nograd.trace.silent_run import run

BENCHMARK = Path(__file__).parents[2] / "benchmarks" / "packages"
PACKAGE = """\
import torch
from torch import nn


def wastes(model, x):
    model.eval()
    return model(x).argmax(1)


def returns(model, x):
    model.eval()
    return model(x)


def formats(call, x):
    call.eval()
    return call(x)


def never(model, x):
    model.eval()
    return model(x).argmax(1)


def predict_all(models, x):
    return [vars()["models"][0](x)]


def loss(models, x):
    return vars()["models"][0](x)
"""
PROGRAM = """\
import contextlib
import torch
from torch import nn
import package

model, x = nn.Sequential(nn.Linear(2, 3), nn.ReLU()), torch.ones(4, 2)
package.wastes(model, x)
package.returns(model, x).sum().backward()
package.predict_all([model], x)
package.loss([model], x)


class Printer:
    def eval(self):
        pass

    def __call__(self, x):
        return str(x)


package.formats(Printer(), x)
"""


@pytest.fixture
def benchmark(monkeypatch):
    """The modules of the benchmark, which are no part of the package."""
    monkeypatch.syspath_prepend(BENCHMARK)
    import recipe
    import tables
    import verdicts

    yield recipe, tables, verdicts
    for name in ("checks", "recipe", "tables", "verdicts", "environment", "running"):
        sys.modules.pop(name, None)


def test_recipes(benchmark):
    recipe, _, _ = benchmark
    recipes = recipe.read(BENCHMARK / "recipes.toml", [])
    assert len(recipes) >= 20
    assert all(one.tests or one.driver.is_file() for one in recipes)
    assert {one.driver.name for one in recipes if not one.tests} == {
        path.name for path in (BENCHMARK / "drivers").glob("*.py")
    }


def test_judgements_are_of_packages_as_the_recipes_have_them(benchmark):
    recipe, _, verdicts = benchmark
    known = {(one.name, one.version) for one in recipe.read(BENCHMARK / "recipes.toml", [])}
    for item in recipe.judgements(BENCHMARK / "judgements.toml"):
        assert (item.package, item.version) in known
        assert item.verdict in verdicts.KINDS
        assert item.reason


def test_unknown_names_are_refused(benchmark):
    recipe, _, _ = benchmark
    with pytest.raises(recipe.RecipeError, match="no recipe for absent"):
        recipe.read(BENCHMARK / "recipes.toml", ["absent"])


def test_verdicts(benchmark, tmp_path, monkeypatch):
    recipe, tables, verdicts = benchmark
    folder = tmp_path / "site" / "package"
    folder.mkdir(parents=True)
    source = folder / "__init__.py"
    source.write_text(PACKAGE, "utf-8")
    # who runs an installed package is no part of it: what this does with results is not in view
    program = tmp_path / "elsewhere" / "program.py"
    program.parent.mkdir()
    program.write_text(PROGRAM, "utf-8")
    done = run(program, folder.parent, nested=True)
    assert done.failure is None
    (tmp_path / "trace.json").write_text(json.dumps(done.report.as_json()), "utf-8")
    one = recipe.Recipe("package", "1", "package")
    judged = [recipe.Judgement("package", "1", "package/__init__.py", "loss", "missed", "seen")]
    lines = {str(source): set(range(1, 18))}
    rows = list(verdicts.Judge(one, folder, judged).rows(tmp_path / "trace.json", lines))
    found = {row.function: row.verdict for row in rows}
    assert found["wastes"] == "confirmed"
    assert found["returns"] == "contradicted: used"
    assert found["formats"] == "contradicted: no module called"
    assert found["never"] == "not reached"
    assert found["predict_all"] == "missed"
    assert [row.reason for row in rows if row.function == "loss"] == ["seen"]
    result = {
        "package": "package",
        "version": "1",
        "problem": "",
        "fixes": {},
        "disturbed": [],
        "rows": [row.as_json() for row in rows],
    }
    assert Counter(row.verdict for row in rows)["missed"] == 2
    assert "| **all** |  | 1 | 1 |" in tables.by_kind([result])
    assert "package/__init__.py:12 returns NGR102 contradicted: used" in tables.details([result])


class TestCheck:
    @pytest.fixture
    def failures(self, benchmark):
        import checks

        row = {"path": "a.py", "line": 3, "code": "NGR102", "verdict": "confirmed"}
        result = {
            "package": "one", "problem": "", "rows": [row], "disturbed": [],
            "fixes": {"safe": {"changed": []}, "unsafe": {"changed": ["test: passed -> failure"]}},
            "is_unreachable": False,
        }  # fmt: skip
        return lambda **changes: checks.failures([{**result, **changes}])

    def test_unsafe_fixes_may_change_something(self, failures):
        assert failures() == []

    def test_what_must_not_happen(self, failures):
        used = {"path": "a.py", "line": 3, "code": "NGR102", "verdict": "contradicted: used"}
        (told,) = failures(rows=[used])
        assert told == "one: a.py:3 NGR102 speaks of a graph that is used"
        assert failures(rows=[]) == ["one: neither a finding nor a wasted forward pass"]
        assert failures(problem="out of time", rows=[]) == ["one: out of time"]
        assert failures(disturbed=["x: 1 -> 2"]) == ["one: the recorder changed x: 1 -> 2"]
        changed = {"safe": {"changed": ["x: 1 -> 2"]}}
        assert failures(fixes=changed) == ["one: safe fixes changed x: 1 -> 2"]

    def test_without_a_registry_it_is_skipped(self, tmp_path):
        offline = {
            "PIP_CONFIG_FILE": os.devnull, "PIP_INDEX_URL": "http://127.0.0.1:9/simple",
            "PIP_EXTRA_INDEX_URL": "", "PIP_FIND_LINKS": "", "PIP_NO_INDEX": "0",
            "PIP_RETRIES": "1", "PIP_CONSTRAINT": "",
        }  # fmt: skip
        command = [sys.executable, str(BENCHMARK), "zuko", "--check", "--work", str(tmp_path)]
        environ = {**os.environ, **offline}
        done = subprocess.run(command, env=environ, capture_output=True, text=True, check=False)
        assert "zuko: skipped, the registry of packages cannot be reached" in done.stderr
        assert done.returncode == 0
