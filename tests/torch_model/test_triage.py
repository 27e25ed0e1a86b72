"""The cheap look before the analysis: it may say yes in vain, never no."""

from __future__ import annotations

import ast
from random import Random

import pytest
from fixture_programs import PROGRAMS
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from mutations import mutant
from program_strategy import programs

from flake8_nograd.mentions import speaks_of_torch
from flake8_nograd.options import DEFAULT_OPTIONS, Options
from flake8_nograd.torch_model.analysis import analyse
from flake8_nograd.torch_model.triage import may_have_facts

OPTIONS = (
    DEFAULT_OPTIONS,
    Options(model_factories=frozenset({"zq1", "build"})),
    Options(training_calls=frozenset({"zq2", "push"})),
)
# A file that differentiates is let through at once: the others put the promise to the test.
UNDIFFERENTIATED = [program for program in PROGRAMS if "backward" not in program.code]


def has_facts(text: str, options: Options = DEFAULT_OPTIONS) -> bool:
    facts = analyse(ast.parse(text), "file.py", options)
    return bool(facts.regions or facts.backward_passes)


def lets_through(text: str, options: Options = DEFAULT_OPTIONS) -> bool:
    lines = text.splitlines(keepends=True)
    return speaks_of_torch(text) and may_have_facts(ast.parse(text), lines, options)


NET = """\
import torch
from torch import nn

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.part = nn.Linear(4, 2)
    def forward(self, x):
        return self.part(x)
"""
WAYS = {
    "made under any name": "import torch\nit = torch.nn.Linear(4, 2)\nprint(it(x).item())",
    "made by an alias": "from torch import nn\nn = nn\nit = n.Linear(4, 2)\nprint(it(x).item())",
    "made by a class in a list": "from torch import nn\nit = [nn.GRU][0](4, 2)\nit(x).item()",
    "kept in an attribute": "from torch import nn\nit.n = nn.Linear(4, 2)\nprint(it.n(x).item())",
    "kept in a list": "from torch import nn\nit = [nn.Linear(4, 2)]\nprint(it[0](x).item())",
    "made and called at once": "from torch import nn\nprint(nn.Linear(4, 2)(x).item())",
    "used as a module": "import torch\ndef f(it, x):\n    it.eval()\n    print(it(x).item())",
    "annotated": "from torch import nn\ndef f(it: nn.Module, x):\n    print(it(x).item())",
    "named": "import torch\ndef f(model, x):\n    print(model(x).item())",
    "an unlisted method": "import torch\ndef f(it, x):\n    it.eval()\n    it.answer(x).detach()",
    "wrapped": "import torch\ndef f(it, x):\n    it.eval()\n    print(it._orig_mod(x).item())",
    "own class": f"{NET}it = Net()\nprint(it(x).item())",
    "own method": f"{NET}    def ask(self, x):\n        return self(x)\nprint(Net().ask(x).item())",
    "eval mode in a method": f"{NET}    def ask(self, x):\n        self.eval()\n"
    "        return self.part(x).argmax().item()",
    "a module that calls itself": f"{NET}    def ask(self, x):\n        return self(x).item()",
    "a method that differentiates": f"{NET}    def ask(self, x, loss):\n        loss.backward()\n"
    "        print(self.part(x).item())",
    "a method for inference": f"{NET}    def predict(self, x):\n        return self.part(x).item()",
    "a hook of a framework": "from lightning import LightningModule\n"
    "class Net(LightningModule):\n    def on_fit_start(self):\n        print(self.net(x).item())",
    "a class in a method": f"{NET}    def make(self):\n        class Inner(nn.Module):\n"
    "            def predict(self, x):\n                return self.net(x).item()",
    "a class that is no module": "import torch\nfrom pydantic import BaseModel\n"
    "class Runner(BaseModel):\n    def ask(self, x):\n        return self.net(x).item()",
    "a property": f"{NET}class Runner:\n    @property\n    def it(self):\n        return Net()\n"
    "    def ask(self, x):\n        return self.it(x).item()",
    "a method that is differentiated elsewhere": "import torch\nfrom lab import Oscillator\n"
    "it = Oscillator()\noptim = torch.optim.SGD(it.parameters(), 0.1)\n"
    "def step(x):\n    it.velocity(x).sum().backward()\n    print(it.velocity(x).mean().item())",
    "a method in eval mode": "import torch\ndef f(it, x):\n    it.eval()\n"
    "    print(it.answer(x).softmax(1).tolist())",
    "the own forward in a method": f"{NET}    def validate(self, x):\n"
    "        print(self.forward(x).item())",
    "a volatile input in a forward": "from torch.autograd import Variable\nclass Runner(Base):\n"
    "    def forward(self, x):\n        y = self.net(Variable(x, volatile=True))\n"
    "        self.best = y.data.max(1)",
    "made by an import in a constructor": "import torch\nclass Runner:\n    def __init__(self):\n"
    "        from torchvision.models import vgg16\n        self.it = vgg16()\n"
    "    def ask(self, x):\n        print(self.it(x).item())",
    "set by name": "import torch\nclass Runner:\n    def __init__(self):\n"
    "        setattr(self, 'it', torch.nn.Linear(4, 2))\n    def ask(self, x):\n"
    "        print(self.it(x).item())",
    "one of two imports of a name": "import torch\ntry:\n    from torch.nn import Linear as Head\n"
    "except ImportError:\n    from lab import Head\nit = Head(4, 2)\nprint(it(x).item())",
    "a parameter named like that of a class method": "import torch\nclass Runner:\n"
    "    @classmethod\n    def make(it):\n        return it()\ndef ask(it, x):\n"
    "    it.eval()\n    print(it(x).item())",
    "a helper that others train": f"{NET}    def embed(self, x):\n        return self.part(x)\n"
    "net = Net()\ndef step(x):\n    net.embed(x).sum().backward()\n"
    "def ask(x):\n    print(net.embed(x).argmax().item())",
    "a backward pass under a guard": "import torch\nwith torch.no_grad():\n"
    "    loss = torch.mean(x)\nloss.backward()",
}


@pytest.mark.parametrize("text", WAYS.values(), ids=WAYS)
def test_every_way_to_a_finding_is_seen(text):
    assert has_facts(text)
    assert lets_through(text)


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.name)
def test_no_finding_of_a_fixture_is_lost(program):
    assert lets_through(program.code) or not has_facts(program.code)


@settings(max_examples=200, deadline=None)
@given(programs(), st.sampled_from(OPTIONS))
def test_no_finding_of_any_program_is_lost(text, options):
    assert lets_through(text, options) or not has_facts(text, options)


@settings(max_examples=500, deadline=None)
@given(st.sampled_from(UNDIFFERENTIATED), st.integers(0, 2**32 - 1), st.sampled_from(OPTIONS))
def test_no_finding_of_a_mutant_is_lost(program, seed, options):
    text = mutant(program.code, Random(seed))
    assume(speaks_of_torch(text))
    assert lets_through(text, options) or not has_facts(text, options), text


@pytest.mark.parametrize(
    ("text", "speaks"),
    [
        ("import torch", True),
        ("import numpy, torch", True),
        ("    from torch import nn", True),
        ("from transformers import AutoModel", True),
        ("import pytorch_lightning as pl", True),
        ("from lab import *\nx = torch.ones(1)", True),
        ("def validate(model, loader):\n    model.eval()", True),
        ("import paddle\n\ndef validate(model, loader):\n    model.eval()", False),
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
        "import torch\nclass Data(Base):\n    def get(self, i):\n        data = self.load(i)\n"
        "        return data if self.transform is None else self.transform(data)\n",
        "import torch\ndef step(optimizer, loss):\n    loss.backward()\n    optimizer.step()\n",
        "import torch\nclass Round(torch.autograd.Function):\n    @staticmethod\n"
        "    def forward(ctx, x):\n        return x.round()\n    @staticmethod\n"
        "    def backward(ctx, gradient):\n        return gradient\n"
        "def rounded(keep, x):\n    return keep.clip(Round.apply(x))\n",
        "import torch, pandas as pd\nframe = pd.DataFrame()\nframe.assess(torch.ones(2)).detach()\n"
        "it = torch.nn.Linear(4, 2)\n",
    ],
)
def test_files_without_anything_to_report_are_let_off(text):
    assert not lets_through(text)


def test_a_guard_of_the_project_may_meet_a_backward_pass():
    text = "import torch\nfrom lab import frozen\nwith frozen():\n    loss.backward()\n"
    assert not lets_through(text)
    assert lets_through(text, Options(guards=frozenset({"lab.frozen"})))
