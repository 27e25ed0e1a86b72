"""The cost of a forgotten guard is measured, not asserted."""

from __future__ import annotations

import subprocess
import sys
from xml.etree import ElementTree

import pytest
import torch
from torch import nn

from flake8_nograd.trace.cost import __main__ as command
from flake8_nograd.trace.cost import workloads
from flake8_nograd.trace.cost.measurement import Cost, Memory, Time, measure
from flake8_nograd.trace.cost.picture import picture
from flake8_nograd.trace.cost.workloads import WORKLOADS, Workload

ROWS, WIDTH = 64, 256
HIDDEN = ROWS * WIDTH * 4  # bytes of one hidden layer
OUTPUT = ROWS * 4


def small() -> tuple[nn.Module, torch.Tensor]:
    layers = (nn.Linear(8, WIDTH), nn.Tanh(), nn.Linear(WIDTH, WIDTH), nn.Tanh())
    return nn.Sequential(*layers, nn.Linear(WIDTH, 1)), torch.randn(ROWS, 8)


SMALL = Workload("small", small)


@pytest.fixture(scope="module")
def cost() -> Cost:
    return measure(SMALL, batches=4, rounds=2)


class TestMemory:
    def test_guarded_holds_two_layers_at_a_time(self, cost):
        assert max(cost.bound.guarded) == pytest.approx(2 * HIDDEN, abs=3 * OUTPUT)

    def test_the_old_graph_lives_until_the_name_is_taken(self, cost):
        # The two results of Tanh are kept for backward; a third layer lives while it is computed.
        first, *others = cost.bound.recorded
        assert first == pytest.approx(3 * HIDDEN, abs=3 * OUTPUT)
        assert others == pytest.approx([5 * HIDDEN] * 3, abs=3 * OUTPUT)

    def test_kept_outputs_keep_their_graphs(self, cost):
        expected = [(3 + 2 * number) * HIDDEN for number in range(4)]
        assert cost.kept.recorded == pytest.approx(expected, abs=6 * OUTPUT)

    def test_kept_outputs_alone_are_small(self, cost):
        assert max(cost.kept.guarded) == pytest.approx(2 * HIDDEN, abs=6 * OUTPUT)

    def test_peaks(self):
        assert Memory((1, 3, 2), (4, 6, 5)).peaks == (3, 6)


def test_time(cost):
    assert cost.time.guarded > 0
    assert 0 < cost.time.low <= cost.time.ratio <= cost.time.high


def test_grad_mode_is_as_before(cost):
    assert torch.is_grad_enabled()


@pytest.mark.parametrize("workload", WORKLOADS, ids=lambda workload: workload.name)
def test_workloads_record_in_eval_mode(workload):
    model, batch = workload.prepared()
    output = model(batch)
    assert not model.training
    assert (output[0] if isinstance(output, tuple) else output).requires_grad


def test_picture(cost):
    other = Cost("<other>", Time(1, 1.2, 1.1, 1.3), Memory((1, 1), (2, 2)), Memory((1, 1), (2, 3)))
    root = ElementTree.fromstring(picture([cost, other]))
    words = [element.text for element in root.iter("{http://www.w3.org/2000/svg}text")]
    assert {"small", "<other>", "1.20x time", "2.0x peak memory"} <= set(words)
    assert "<script" not in picture([cost])


class TestCommand:
    @pytest.fixture(autouse=True)
    def _one_small_workload(self, monkeypatch):
        monkeypatch.setattr(workloads, "WORKLOADS", (SMALL,))

    def test_table_and_picture(self, tmp_path, capsys):
        path = tmp_path / "cost.svg"
        assert command.main(["--batches", "3", "--rounds", "2", "--svg", str(path)]) == 0
        title, heading, row = capsys.readouterr().out.splitlines()
        assert title == "3 batches, with torch.no_grad() -> without"
        assert heading.split()[0] == "model"
        assert row.split()[0] == "small"
        assert ElementTree.parse(path).getroot().tag.endswith("svg")

    def test_picture_that_cannot_be_written(self, tmp_path, capsys):
        path = tmp_path / "absent" / "cost.svg"
        assert command.main(["--svg", str(path)]) == 2
        assert capsys.readouterr().err == f"nograd-trace: {path}: No such file or directory\n"

    @pytest.mark.parametrize("number", ["1", "-3", "many"])
    def test_numbers(self, number, capsys):
        with pytest.raises(SystemExit, match="2"):
            command.main([f"--rounds={number}"])
        assert f"{number!r} is not a number from 2 on" in capsys.readouterr().err


def test_without_torch():
    program = (
        "import sys; sys.modules['torch'] = None;"
        "from flake8_nograd.trace.cost.__main__ import main; sys.exit(main([]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, encoding="utf-8", check=False
    )
    assert done.returncode == 2
    assert done.stderr.startswith("nograd-trace: ")
    assert done.stderr.endswith("python -m pip install torch\n")
