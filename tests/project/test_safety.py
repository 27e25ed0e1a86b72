"""A helper that other files may train with gets no guard that is called safe."""

from __future__ import annotations

import pytest

from flake8_nograd import engine
from flake8_nograd.source import Source

SCORES = """
import torch

def predict(net, batch):
    return net(batch).tanh()

def report(net, batches):
    for batch in batches:
        print(round(predict(net, batch).mean().item(), 4))

if __name__ == "__main__":
    report(torch.nn.Linear(4, 1), torch.randn(3, 2, 4))
"""
UNSAFE = "callers that are not all in sight"


def message(folder, others):
    """What is said of the pass in `predict`, with other files beside it."""
    (folder / "pyproject.toml").touch()
    (folder / "scores.py").write_text(SCORES)
    for name, text in others.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text)
    (found,) = engine.check(Source.from_path(folder / "scores.py"))
    return found.message


@pytest.mark.parametrize(
    "others",
    [
        {"training.py": "import scores\nstep = getattr(scores, 'predict')\n"},
        {"tests/test_scores.py": "from scores import predict\nrun = [predict]\n"},
        {"lab.py": "from scores import *\n", "fit.py": "import lab\nrun = lab.predict\n"},
    ],
    ids=["by its name", "in a test", "handed on"],
)
def test_a_name_that_another_file_holds_is_not_safe(tmp_path, others):
    assert UNSAFE in message(tmp_path, others)


@pytest.mark.parametrize(
    "others",
    [{}, {"other.py": "def predict(table):\n    return table\n"}],
    ids=["alone", "of its own"],
)
def test_a_function_that_no_other_file_knows_is_safe(tmp_path, others):
    assert "unsafe" not in message(tmp_path, others)
