"""Which calls count as calls of a method when only names tell."""

from __future__ import annotations

import pytest

from flake8_nograd import engine
from flake8_nograd.options import Options
from flake8_nograd.source import Source

WRITER = """\
from torch import nn

class Writer:
    def __init__(self):
        self.net = nn.Linear(4, 3)

    def compose(self, batch):
        self.net.eval()
        return self.net(batch).argmax(-1).tolist()
"""
GUARDED = """\
import torch

@torch.no_grad()
def run(writer, batch):
    return writer.compose(batch)
"""
OTHERS = "def score(band, batch):\n" + "    band.compose(batch)\n" * 100


def found(folder) -> list[str]:
    source = Source.from_path(folder / "writing.py")
    return [item.code for item in engine.check(source, Options())]


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "setup.py").touch()
    (tmp_path / "writing.py").write_text(WRITER)
    (tmp_path / "others.py").write_text(OTHERS)
    return tmp_path


def test_a_receiver_named_after_the_class_counts_among_many_others(folder):
    (folder / "run.py").write_text(GUARDED)
    assert found(folder) == []


def test_of_many_others_none_counts(folder):
    (folder / "run.py").write_text(GUARDED.replace("writer", "orchestra"))
    assert found(folder) == ["NGR102"]


def test_a_call_with_an_argument_too_many_runs_another_method(folder):
    (folder / "others.py").unlink()
    (folder / "run.py").write_text(GUARDED.replace("compose(batch)", "compose(batch, 2)"))
    assert found(folder) == ["NGR102"]
