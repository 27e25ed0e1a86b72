"""`pytest --nograd-trace` lists what the code under test wastes, and stays away otherwise."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib.metadata import entry_points

import pytest

# The sessions below forget what they import, and torch cannot be imported twice.
import flake8_nograd.trace.recorder  # noqa: F401

pytest_plugins = "pytester"

PACKAGE = """\
import torch
from torch import nn


def make():
    return nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 2))


def train(model, x):
    model(x).sum().backward()


def loss(model, x):
    return model(x).sum()


def accuracy(model, x):
    '''
    >>> make()(torch.ones(1, 4)).shape
    torch.Size([1, 2])
    '''
    return (model(x).argmax(1) == 0).float().mean()


@torch.no_grad()
def predict(model, x):
    return model(x).argmax(1)
"""
X = "torch.ones(3, 4)"


@pytest.fixture
def run(pytester, monkeypatch):
    """Runs pytest on `work.py` and the given tests; returns its result."""
    monkeypatch.syspath_prepend(pytester.path)
    pytester.makepyfile(work=PACKAGE)

    def run_tests(body: str, *arguments: str) -> pytest.RunResult:
        pytester.makepyfile(test_work=f"import torch\nimport work\n\n{body}\n")
        options = ("-p", "no:cacheprovider", "-p", "no:xdist", "-p", "no:hypothesispytest")
        return pytester.runpytest_inprocess(*options, *arguments)

    return run_tests


WASTES = f"def test(): work.accuracy(work.make(), {X})"
SAVES = f"def test(): work.predict(work.make(), {X})"
TRAINS = f"def test(): work.train(work.make(), {X})"
ONLY_THE_TEST_WASTES = f"def test(): assert work.make()({X}).shape == (3, 2)"


def table(result: pytest.RunResult) -> list[str]:
    """The section of the summary, without its heading."""
    lines = result.outlines
    start = next(i for i, line in enumerate(lines) if line.strip("= ") == "nograd-trace")
    return lines[start + 1 : -1]


def test_nothing_without_the_option(run):
    result = run(WASTES)
    assert result.ret == 0
    assert "nograd-trace" not in result.stdout.str()


def test_lists_wasted_sites(run):
    result = run(WASTES, "--nograd-trace")
    title, heading, row = table(result)
    assert result.ret == 0
    assert title == "nograd-trace: 1 of 1 forward-pass sites wasted"
    assert heading.split()[:3] == ["place", "in", "calls"]
    assert row.strip().startswith("work.py:22")
    assert row.split()[1:5] == ["accuracy", "1", "grad", "wasted"]


@pytest.mark.parametrize("body", [SAVES, TRAINS])
def test_what_is_not_wasted_is_only_counted(run, body):
    assert table(run(body, "--nograd-trace")) == ["nograd-trace: 0 of 1 forward-pass sites wasted"]


def test_forward_passes_of_the_tests_themselves_do_not_count(run):
    assert table(run(ONLY_THE_TEST_WASTES, "--nograd-trace=fail")) == [
        "nograd-trace: no forward pass of a module with parameters was seen"
    ]


def test_doctests_do_not_count_and_hide_nothing(run):
    lines = table(run(WASTES, "--nograd-trace", "--doctest-modules"))
    assert [line.split()[1] for line in lines[2:]] == ["accuracy"]


def test_conftest_does_not_count(run, pytester):
    pytester.makeconftest(f"import torch, work\nwork.make()({X})")
    assert len(table(run(SAVES, "--nograd-trace"))) == 1


def test_one_test_that_trains_redeems_a_site(run):
    body = f"""
def loss(backward):
    found = work.loss(work.make(), {X})
    return found.backward() if backward else found.item()

def test_value(): loss(False)

def test_gradient(): loss(True)
"""
    assert table(run(body, "--nograd-trace")) == [
        "nograd-trace: 0 of 1 forward-pass sites wasted, and 1 wasted call where others are used"
    ]


class TestJson:
    """`--nograd-trace-json FILE` writes all that was seen of the code under test."""

    def test_contents(self, run, pytester):
        result = run(f"{WASTES}\n{ONLY_THE_TEST_WASTES.replace('test()', 'test_two()')}",
                     "--nograd-trace-json", "report.json")  # fmt: skip
        values = json.loads((pytester.path / "report.json").read_text("utf-8"))
        assert table(result)[0] == "nograd-trace: 1 of 1 forward-pass sites wasted"
        assert values["complete"]
        assert [site["scope"] for site in values["sites"]] == ["accuracy"]

    def test_file_that_cannot_be_written(self, run):
        result = run(WASTES, "--nograd-trace-json", "absent/report.json")
        assert result.ret == pytest.ExitCode.USAGE_ERROR
        assert "absent/report.json: No such file" in result.stderr.str()


@pytest.mark.parametrize(("body", "code"), [(WASTES, 1), (SAVES, 0), (TRAINS, 0)])
def test_fail(run, body, code):
    result = run(body, "--nograd-trace=fail")
    assert result.ret == code
    assert ("FAILED by --nograd-trace=fail" in result.outlines) == (code == 1)


def test_another_exit_code_stays(run):
    body = f"import pytest\n{WASTES}\ndef test_stop(): pytest.exit('stop', returncode=7)"
    assert run(body, "--nograd-trace=fail").ret == 7


def test_the_warning_that_torch_gives_because_of_hooks_is_no_error(run, pytester):
    pytester.makeini("[pytest]\nfilterwarnings = error\n")
    text = "Using `torch.compile(module)` when there are global hooks on modules"
    body = f"import warnings\ndef test(): warnings.warn('{text}')"
    assert run(body, "--nograd-trace").ret == 0
    assert run(body).ret == 1


def test_a_path_may_follow_the_option(run):
    assert run(WASTES, "--nograd-trace", "test_work.py").ret == 0


def test_other_values_are_refused(run):
    result = run(WASTES, "--nograd-trace=always")
    assert result.ret == pytest.ExitCode.USAGE_ERROR


def test_workers_of_xdist_hand_their_sites_over(pytester, monkeypatch):
    pytester.makepyfile(
        work=PACKAGE,
        test_one=f"import torch, work\n{WASTES}",
        test_two=f"import torch, work\n{WASTES}\ndef test_more(): work.train(work.make(), {X})",
    )
    monkeypatch.setenv("PYTHONPATH", str(pytester.path))
    result = pytester.runpytest_subprocess(
        "-p", "no:cacheprovider", "-n", "2", "--dist", "loadfile", "--nograd-trace=fail"
    )
    title, _, row, failed, *_ = table(result)
    assert result.ret == 1
    assert title == "nograd-trace: 1 of 2 forward-pass sites wasted"
    assert row.split()[1:3] == ["accuracy", "2"]
    assert failed == "FAILED by --nograd-trace=fail"


def test_the_plugin_module_imports_nothing():
    program = (
        "import sys, __future__, contextlib, typing; before = set(sys.modules);"
        "import flake8_nograd.trace.pytest_plugin;"
        "print(*sorted(set(sys.modules) - before))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == [
        "flake8_nograd",
        "flake8_nograd.trace",
        "flake8_nograd.trace.pytest_plugin",
    ]


def test_torch_is_not_imported_for_tests_that_do_not(pytester):
    pytester.makepyfile("import sys\ndef test(): assert 'torch' not in sys.modules")
    result = pytester.runpytest_subprocess("-p", "no:cacheprovider", "--nograd-trace")
    assert result.ret == 0
    assert table(result) == ["nograd-trace: no forward pass of a module with parameters was seen"]


def test_the_entry_point_is_the_plugin():
    (entry,) = (point for point in entry_points(group="pytest11") if point.name == "nograd-trace")
    assert entry.value == "flake8_nograd.trace.pytest_plugin"
