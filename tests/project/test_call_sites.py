"""Which calls count as calls of a method when only names tell."""

from __future__ import annotations

import pytest

from flake8_nograd import engine
from flake8_nograd.options import Options
from flake8_nograd.project.project import begin_session
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
BUILT = """\
import torch
from registries import build_from_cfg

class Band:
    def __init__(self, cfg):
        self.part = torch.nn.Sequential() if cfg is None else build_from_cfg(cfg)

    @torch.no_grad()
    def run(self, batch):
        return self.part.compose(batch)
"""
INSIDE = """\
from torch import nn

class Band(nn.Module):
    def __init__(self, part):
        super().__init__()
        self.part = part

    def forward_test(self, batch):
        return self.part.compose(batch)
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


def test_a_receiver_named_after_the_class_is_found_among_too_many_files(folder):
    for number in range(50):
        (folder / f"other{number}.py").write_text("def score(band):\n    band.compose(1)\n")
    assert found(folder) == ["NGR102"]
    begin_session({})
    (folder / "run.py").write_text(GUARDED)
    assert found(folder) == []


def test_what_a_factory_of_a_library_may_give_may_be_of_the_class(folder):
    (folder / "others.py").unlink()
    (folder / "run.py").write_text(BUILT)
    assert found(folder) == []


def test_a_method_that_a_forward_pass_of_another_file_may_run_is_left_to_its_callers(folder):
    (folder / "others.py").unlink()
    (folder / "run.py").write_text(INSIDE)
    assert found(folder) == []
