"""A guard is not safe where something sees what a forward pass records."""

from __future__ import annotations

import pytest

from flake8_nograd import fix_engine

PROGRAM = """\
import torch
from torch import nn

net, saved = nn.Linear(4, 3).eval(), []


def note(tensor):
    saved.append(tensor.shape)
    return tensor


def check(x):
    with {watching}:
        print(net(x).argmax(1).tolist())


check(torch.ones(2, 4))
print(len(saved))
"""


@pytest.mark.parametrize(
    "watching",
    [
        "torch.autograd.graph.saved_tensors_hooks(note, lambda kept: kept)",
        "torch.autograd.graph.save_on_cpu()",
    ],
)
def test_what_is_saved_is_seen_around_the_pass(watching):
    fixed = fix_engine.fix(PROGRAM.format(watching=watching).encode())
    assert len(fixed.left) == 1
    assert not fixed.changed


def test_other_contexts_see_nothing():
    assert fix_engine.fix(PROGRAM.format(watching="open('log')").encode()).changed
