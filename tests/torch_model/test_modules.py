"""What is taken for a model, and how surely."""

from __future__ import annotations

import pytest
from analysed import pass_of, passes_of

from flake8_nograd.vocabulary.annotations import ModelEvidence

MODULE = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(4, 2)
    def forward(self, x):
        return self.layer(x)
    def encode(self, x):
        return self.layer(x)
    def label(self, k):
        return str(k)
"""
MODELS = {
    "layer of torch": ("nn.Linear(4, 2)(x)", ModelEvidence.ORIGIN),
    "name of a layer": ("model(x)", ModelEvidence.ORIGIN),
    "alias": ("net = model\nnet(x)", ModelEvidence.ORIGIN),
    "moved": ("net = model.to('cpu')\nnet(x)", ModelEvidence.ORIGIN),
    "sequential": ("f = nn.Sequential(nn.Linear(4, 2))\nf(x)", ModelEvidence.ORIGIN),
    "wrapped": ("f = nn.DataParallel(model)\nf(x)", ModelEvidence.ORIGIN),
    "compiled": ("f = torch.compile(model)\nf(x)", ModelEvidence.ORIGIN),
    "loaded script": ("f = torch.jit.load('f.pt')\nf(x)", ModelEvidence.ORIGIN),
    "torchvision": (
        "import torchvision\nf = torchvision.models.resnet18()\nf(x)",
        ModelEvidence.ORIGIN,
    ),
    "timm": ("import timm\nf = timm.create_model('a')\nf(x)", ModelEvidence.ORIGIN),
    "item of a dict": ("fs = {'a': nn.Linear(4, 2)}\nfs['a'](x)", ModelEvidence.ORIGIN),
    "item of a list": ("fs = [nn.Linear(4, 2)]\nfor f in fs: f(x)", ModelEvidence.ORIGIN),
    "one of a pair": ("f, g = nn.Linear(4, 2), 1\nf(x)", ModelEvidence.ORIGIN),
    "forward spelled out": ("model.forward(x)", ModelEvidence.ORIGIN),
    "partial": ("import functools\nf = functools.partial(model)\nf(x)", ModelEvidence.ORIGIN),
    "attribute of another method": (
        "class C:\n    def f(self): self.a = nn.Linear(4, 2)\n    def g(self): self.a(x)",
        ModelEvidence.ORIGIN,
    ),
    "parameter by its caller": ("def g(f): f(x)\ng(nn.Linear(4, 2))", ModelEvidence.ORIGIN),
    "returned by a function": (
        "def g(): return nn.Linear(4, 2)\nf = g()\nf(x)",
        ModelEvidence.ORIGIN,
    ),
    "put into eval mode": ("def g(f):\n    f.eval()\n    f(x)", ModelEvidence.USE),
    "asked for parameters": (
        "def g(f):\n    optim.SGD(f.parameters())\n    f(x)",
        ModelEvidence.USE,
    ),
    "given weights": ("def g(f):\n    f.load_state_dict(y)\n    f(x)", ModelEvidence.USE),
    "annotated": ("def g(f: nn.Module): f(x)", ModelEvidence.ANNOTATION),
    "annotated as a layer": ("def g(f: nn.Sequential): f(x)", ModelEvidence.ANNOTATION),
    "annotated as a layer in quotes": ("def g(f: 'nn.Linear'): f(x)", ModelEvidence.ANNOTATION),
    "annotated as optional": ("def g(f: Optional[nn.Module]): f(x)", ModelEvidence.ANNOTATION),
    "annotated in a union": ("def g(f: nn.Module | None): f(x)", ModelEvidence.ANNOTATION),
    "annotated in quotes": ("def g(f: 'torch.nn.Module'): f(x)", ModelEvidence.ANNOTATION),
    "named": ("def g(net): net(x)", ModelEvidence.NAME),
    "named as attribute": ("def g(a): a.encoder(x)", ModelEvidence.NAME),
}
NO_MODELS = {
    "function": "def model(x): return x\nmodel(x)",
    "parameter that gets a function": "def g(model): model(x)\ng(print)",
    "criterion": "criterion = nn.MSELoss()\ncriterion(x, x)",
    "class of the file": "class Model:\n    def __call__(self, x): pass\nModel()(x)",
    "making a model": "Model(x)",
    "optimizer": "opt.step()",
    "tokenizer": "def g(tokenizer): tokenizer(x)",
    "function of torch": "torch.relu(x)",
    "annotated as a function": "from typing import Callable\ndef g(net: Callable): net(x)",
    "eval of pandas": "import pandas\nframe = pandas.read_csv('a')\nframe.eval('a + b')",
    "numpy": "import numpy\nnet = numpy.poly1d([1])\nnet(1)",
    "without arguments": "def g(net): net()",
}


@pytest.mark.parametrize(("program", "evidence"), MODELS.values(), ids=MODELS)
def test_models(program, evidence):
    assert pass_of(program).evidence is evidence


@pytest.mark.parametrize("program", NO_MODELS.values(), ids=NO_MODELS)
def test_other_things(program):
    assert passes_of(program) == []


@pytest.mark.parametrize("call", ["net(x)", "net.encode(x)", "net.forward(x)"])
def test_modules_of_the_file(call):
    item = passes_of(f"{MODULE}net = Net()\n{call}")[-1]
    assert item.evidence is ModelEvidence.ORIGIN
    assert item.function.name == "<module>"


def test_a_method_that_runs_no_forward_is_none():
    passes = passes_of(f"{MODULE}net = Net()\nnet.label(x)")
    assert all(item.function.name != "<module>" for item in passes)


def test_a_method_that_calls_itself_under_its_own_guard_decides_itself():
    passes = passes_of(
        f"{MODULE}    def refine(self, x):\n        y = self.layer(x)\n"
        "        with torch.no_grad(): return self.refine(y)\n        return y\nNet().refine(x)"
    )
    assert all(item.function.name != "<module>" for item in passes)


def test_a_module_calls_itself():
    item = passes_of(f"{MODULE}    def predict(self, x):\n        return self(x).argmax()")[-1]
    assert (item.evidence, item.function.name) == (ModelEvidence.ORIGIN, "predict")
