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


REPORT = """
import torch

from helpers import measure

model = torch.nn.Linear(4, 2)
batch = torch.randn(3, 4)


def evaluate():
    model.eval()
    scores = model(batch)
    return float(measure(scores, batch))


print(evaluate())
"""


SHARE = "def share(rows):\n    return rows / 2\n"


def message_beside(folder, helpers):
    """What is said of the pass whose result a function of another file gets."""
    (folder / "pyproject.toml").touch()
    (folder / "report.py").write_text(REPORT)
    (folder / "helpers.py").write_text(helpers)
    (found,) = engine.check(Source.from_path(folder / "report.py"))
    return found.message


@pytest.mark.parametrize(
    "body",
    [
        "    return (scores.argmax(1) == 1).float().mean().item()",
        "    return torch.mean(scores.softmax(1))",
        "    kept = []\n    for row in scores:\n        kept.append(row)\n    return sum(kept)[0]",
        "    rows = scores.exp()\n    return rows.mul_(2).sum()",
        "    return share(scores)",
    ],
)
def test_a_helper_that_is_seen_to_keep_nothing_is_safe(tmp_path, body):
    helpers = f"import torch\n\n{SHARE}\ndef measure(scores, batch):\n{body}\n"
    assert "unsafe" not in message_beside(tmp_path, helpers)


@pytest.mark.parametrize(
    "body",
    [
        "    KEPT.append(scores)\n    return 1",
        "    kept = KEPT\n    kept += [scores]\n    return 1",
        "    measure.last = scores\n    return 1",
        "    flat = scores.view(-1)\n    flat.mul_(2)\n    return 1",
        "    batch[0] = scores[0].sum()\n    return 1",
        "    return batch.run(scores)",
        "    return scores.requires_grad",
        "    return lambda: scores",
    ],
)
def test_a_helper_that_may_do_more_is_not(tmp_path, body):
    helpers = f"KEPT = []\n\ndef measure(scores, batch):\n{body}\n"
    assert "unsafe" in message_beside(tmp_path, helpers)


FILLING = """
import torch
from nets import Encoder

encoder = Encoder()
rows = torch.randn(3, 4)


class State:
    pass


def evaluate(state):
    encoder.eval()
    return encoder(rows, state).argmax(1).sum().item()


state = State()
print(evaluate(state), {read})
"""
NETS = """
from torch import nn


class Encoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(4, 2)

    def forward(self, x, batch):
        batch.hidden = self.layer(x)
        return batch.hidden
"""


@pytest.mark.parametrize(("read", "is_safe"), [("state.hidden.sum()", False), ("state", True)])
def test_an_argument_that_a_forward_elsewhere_fills_counts_where_it_is_read(
    tmp_path, read, is_safe
):
    (tmp_path / "pyproject.toml").touch()
    (tmp_path / "nets.py").write_text(NETS)
    (tmp_path / "report.py").write_text(FILLING.replace("{read}", read))
    (found,) = engine.check(Source.from_path(tmp_path / "report.py"))
    assert ("unsafe" not in found.message) is is_safe


def test_a_list_that_a_data_set_makes_anew_is_its_own(tmp_path):
    (tmp_path / "pyproject.toml").touch()
    (tmp_path / "rows.py").write_text(
        "class Rows:\n    def __getitem__(self, index):\n        words = self.table[index]\n"
        "        words = []\n        words.append(self.look_up(index))\n        return words\n"
    )
    (tmp_path / "report.py").write_text(
        "import torch\nfrom rows import Rows\n\nmodel = torch.nn.Linear(4, 2)\nrows = Rows()\n"
        "model.eval()\nprint(model(torch.randn(3, 4)).argmax(1).sum().item())\n"
    )
    (found,) = engine.check(Source.from_path(tmp_path / "report.py"))
    assert "unsafe" not in found.message
