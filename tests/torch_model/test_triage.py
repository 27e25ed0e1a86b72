"""The cheap look before the analysis: it may say yes in vain, never no."""

from __future__ import annotations

import ast

import pytest
from fixture_programs import PROGRAMS
from hypothesis import given, settings
from program_strategy import programs

from flake8_nograd.mentions import speaks_of_torch
from flake8_nograd.options import DEFAULT_OPTIONS
from flake8_nograd.torch_model.analysis import analyse
from flake8_nograd.torch_model.triage import may_have_facts


def has_facts(text: str) -> bool:
    facts = analyse(ast.parse(text), "file.py", DEFAULT_OPTIONS)
    return bool(facts.regions or facts.backward_passes)


def lets_through(text: str) -> bool:
    return speaks_of_torch(text) and may_have_facts(ast.parse(text), text)


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.name)
def test_no_finding_of_a_fixture_is_lost(program):
    assert lets_through(program.code) or not has_facts(program.code)


@settings(max_examples=200, deadline=None)
@given(programs())
def test_no_finding_of_any_program_is_lost(text):
    assert lets_through(text) or not has_facts(text)


@pytest.mark.parametrize(
    ("text", "speaks"),
    [
        ("import torch", True),
        ("import numpy, torch", True),
        ("    from torch import nn", True),
        ("from transformers import AutoModel", True),
        ("import pytorch_lightning as pl", True),
        ("from lab import *\nx = torch.ones(1)", True),
        ("import math", False),
        ("# import torch", False),
        ("text = 'torch.ones'\nimport tensorflow", False),
        ("", False),
    ],
)
def test_files_that_speak_of_torch(text, speaks):
    assert speaks_of_torch(text) is speaks


@pytest.mark.parametrize(
    "text",
    [
        "import torch\n\nx = torch.ones(2)\n",
        "import torch\n\ndef scaled(t):\n    return torch.relu(t) * 2\n",
        "from torch import nn\n\nclass Net(nn.Module):\n    def __init__(self):\n"
        "        super().__init__()\n        self.layer = nn.Linear(4, 2)\n"
        "    def forward(self, x):\n        return self.layer(x)\n",
    ],
)
def test_files_without_anything_to_report_are_let_off(text):
    assert not lets_through(text)
