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
from flake8_nograd.torch_versions import Version
from flake8_nograd.triage.triage import may_have_facts

OPTIONS = (
    DEFAULT_OPTIONS,
    Options(model_factories=frozenset({"zq1", "build"})),
    Options(training_calls=frozenset({"zq2", "push"})),
)


def old() -> Version:
    """A torch that knows hardly anything."""
    return (1, 0)


def has_facts(text: str, options: Options = DEFAULT_OPTIONS, path: str = "file.py") -> bool:
    facts = analyse(ast.parse(text), path, options, floor=old)
    return bool(facts.regions or facts.backward_passes or facts.misuses)


def lets_through(text: str, options: Options = DEFAULT_OPTIONS, path: str = "file.py") -> bool:
    lines = text.splitlines(keepends=True)
    return speaks_of_torch(text) and may_have_facts(ast.parse(text), lines, options, path, old)


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

SCRIPT = f"""\
{NET}
import torch.nn.functional as F
net = Net()
optimizer = torch.optim.SGD(net.parameters(), 0.1)

def train(x, y):
    net.train()
    optimizer.zero_grad()
    out = net(x)
    loss = F.cross_entropy(out[:8].float(), y)
    loss.backward()
    optimizer.step()

@torch.no_grad()
def test(x, y):
    net.eval()
    return (net(x).argmax(1) == y).sum().item()

for x, y in batches:
    train(x, y)
    print(test(x, y))
"""
RUN = "    train(x, y)\n"
PASS = "    out = net(x)\n"
LOSS = "    loss = F.cross_entropy(out[:8].float(), y)\n"
# What makes a script that trains and tests as it should one that does not.
SLIPS = {
    "no guard": ("@torch.no_grad()\n", ""),
    "a guard that is switched off inside": (
        "    net.eval()\n    return",
        "    with torch.enable_grad():\n        return",
    ),
    "a guard whose mode is given": ("no_grad()", "inference_mode(False)"),
    "a guard around a definition": (
        "@torch.no_grad()\ndef test(x, y):\n    net.eval()\n    return",
        "with torch.no_grad():\n  def test(x, y):\n    net.eval()\n    return",
    ),
    "a guard around a lambda": (
        "print(test(x, y))",
        "net.eval()\n    with torch.no_grad():\n        ask = lambda: net(x).argmax().item()\n"
        "    print(ask())",
    ),
    "a guard of a coroutine": ("def test", "async def test"),
    "another pass beside the trained one": (PASS, f"    print(net(x).argmax().item())\n{PASS}"),
    "a pass whose result is cut off": (PASS, "    out = net(x).detach() + weight\n"),
    "a pass whose result is read alone": (LOSS, "    loss = weight * (out.argmax(1) - y).sum()\n"),
    "a pass whose result is bound anew": (
        PASS,
        "    out = net(x)\n    print(out.mean().item())\n    out = weight * x\n",
    ),
    "a pass after the backward pass": (
        f"{PASS}{LOSS}    loss.backward()\n",
        f"    loss = weight * x\n    loss.backward()\n{PASS}{LOSS}    print(loss.item())\n",
    ),
    "a backward pass that is never reached": (
        "    loss.backward()\n",
        "    return loss.item()\n    loss.backward()\n",
    ),
    "a backward pass that is run under a guard": (
        RUN,
        "    with torch.no_grad():\n        train(x, y)\n",
    ),
    "a backward pass under another name and a guard": (
        RUN,
        "    step = train\n    with torch.no_grad():\n        step(x, y)\n",
    ),
    "a backward pass under a guard of the caller": (
        RUN,
        "    epoch(x, y)\n@torch.no_grad()\ndef epoch(x, y):\n    train(x, y)\n",
    ),
    "a backward pass under a guard and a name": (
        RUN,
        "    guard = torch.no_grad()\n    with guard:\n        train(x, y)\n",
    ),
    "a backward pass in a generator under a guard": (
        "    optimizer.step()\n",
        "    optimizer.step()\n    yield loss\n",
        RUN,
        "    with torch.no_grad():\n        for loss in train(x, y):\n            print(loss)\n",
    ),
    "a loss computed under a guard": (
        f"{PASS}{LOSS}",
        "    with torch.no_grad():\n        out = net(x)\n    loss = out.mean()\n",
    ),
    "a loss of what a guarded function gives": (
        "    return (net(x).argmax(1) == y).sum().item()\n",
        "    return net(x)\n",
        f"{PASS}{LOSS}",
        "    loss = test(x, y).mean()\n",
    ),
    "a model of which a guarded function is made": (
        "    return (net(x).argmax(1) == y).sum().item()\n",
        "    return net(x)\n",
        "net(x)\n    loss = F.cross_entropy(out[:8].float(), y)",
        "net(x, y).mean()\n    loss = out",
        "def train(x, y)",
        "def train(net, x, y)",
        "train(x, y)\n    print(test(x, y))",
        "train(test, x, y)",
    ),
}


def slipped(*changes: str) -> str:
    script = SCRIPT
    for old, new in zip(changes[::2], changes[1::2], strict=True):
        assert old in script
        script = script.replace(old, new)
    return script


@pytest.mark.parametrize("slip", SLIPS.values(), ids=SLIPS)
def test_every_slip_in_a_script_is_seen(slip):
    assert has_facts(slipped(*slip))
    assert lets_through(slipped(*slip))


def test_a_script_without_a_slip_is_let_off():
    assert not lets_through(SCRIPT)


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
@given(st.sampled_from(PROGRAMS), st.integers(0, 2**32 - 1), st.sampled_from(OPTIONS))
def test_no_finding_of_a_mutant_is_lost(program, seed, options):
    text = mutant(program.code, Random(seed))
    assume(speaks_of_torch(text))
    assert lets_through(text, options) or not has_facts(text, options), text


def with_unit_tests(text: str, random: Random) -> str:
    """Some functions become unit tests, under one name or beside what their old name calls."""
    tree = ast.parse(text)
    for node in list(ast.walk(tree)):
        if isinstance(node, ast.FunctionDef) and random.random() < 0.6:
            node.body.append(ast.Assert(ast.Constant(True)))
            name, node.name = node.name, f"test_{node.name}"
            for part in ast.walk(tree) if random.random() < 0.5 else ():
                if isinstance(part, ast.Name) and part.id == name:
                    part.id = node.name
    if random.random() < 0.3:
        tree.body.insert(0, ast.Import([ast.alias("pytest")]))
    return ast.unparse(ast.fix_missing_locations(tree))


@settings(max_examples=400, deadline=None)
@given(
    st.sampled_from(PROGRAMS),
    st.integers(0, 2**32 - 1),
    st.sampled_from(("file.py", "test_file.py", "tests/file.py")),
)
def test_no_finding_of_unit_tests_is_lost(program, seed, path):
    random = Random(seed)
    text = mutant(program.code, random) if seed % 2 else program.code
    assume(speaks_of_torch(text) and "from __future__" not in text)
    text = with_unit_tests(text, random)
    assert lets_through(text, path=path) or not has_facts(text, path=path), text


def test_unit_tests_are_let_off():
    text = "import torch\ndef test_it():\n    it = torch.nn.Linear(4, 2)\n    assert it(x).item()\n"
    assert not lets_through(text, path="test_it.py")
    assert not lets_through(text.replace("test_it", "it"), path="tests/it.py")
    assert lets_through(text.replace("test_it", "it"), path="it.py")


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
