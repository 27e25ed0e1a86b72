"""Whether anything is left to train in a model: frozen by whom, as a whole or in part."""

from __future__ import annotations

import pytest
from analysed import facts_of

LOOP = "for n, p in net.named_parameters():\n"
HELPER = "def f(m):\n    for p in m.parameters(): p.requires_grad = False\n"
SWITCH = "def f(m, on):\n    for p in m.parameters(): p.requires_grad = on\n"
MODULE = (
    "class N(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
    "        self.a = nn.Linear(4, 2)\n        self.b = nn.Linear(4, 2)\n"
    "{}\n    def forward(self, x): return self.a(x) + self.b(x)\nnet = N()"
)
FROZEN = {
    "as a whole": "net.requires_grad_(False)",
    "by keyword": "net.requires_grad_(requires_grad=False)",
    "by flag": "def f(m, on): m.requires_grad_(on)\nf(net, False)",
    "in a loop": "for p in net.parameters(): p.requires_grad = False",
    "if it still trains": LOOP + "    if p.requires_grad: p.requires_grad = False",
    "under an option": "if c:\n    for p in net.parameters(): p.requires_grad = False",
    "in a loop over models": "for m in [net]:\n    if m is not None:\n"
    "        for p in m.parameters(): p.requires_grad = False",
    "by a helper": HELPER + "f(net)",
    "by a helper in a list": "def f(ms):\n    for m in ms:\n"
    "        for p in m.parameters(): p.requires_grad = False\nf([net])",
    "by a helper layer by layer": HELPER + "net.apply(f)",
    "by a switch": SWITCH + "f(net, False)",
    "by a switch with keywords": SWITCH + "f(on=False, m=net)",
    "by its constructor": MODULE.format("        self.requires_grad_(False)"),
    "by a method of its constructor": MODULE.format(
        "        self.f()\n    def f(self): self.requires_grad_(False)"
    ),
    "part by part": MODULE.format("        for m in (self.a, self.b): m.requires_grad_(False)"),
    "by a method": MODULE.format("    def f(self): self.requires_grad_(False)") + "\nnet.f()",
    "by the constructor of its base": MODULE.format("        self.requires_grad_(False)")
    + "\nclass M(N): pass\nnet = M()",
    "inside another": MODULE.format("        self.requires_grad_(False)")
    + "\nclass M(nn.Module):\n    def __init__(self): self.n = N()\n"
    "    def forward(self, x): return self.n(x)\nnet = M()",
    "pretrained": "net = nn.Embedding.from_pretrained(x)",
    "fixed parameter": "class N(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
    "        self.w = nn.Parameter(torch.ones(4), requires_grad=False)\n"
    "    def forward(self, x): return x @ self.w\nnet = N()",
    "layers without parameters": "net = nn.Sequential(nn.ReLU(), nn.Sequential(nn.Flatten()))",
    "list of layers without parameters": "ls = [nn.ReLU(), nn.Flatten()]\nnet = nn.Sequential(*ls)",
}
TRAINABLE = {
    "never frozen": "",
    "unfrozen": "net.requires_grad_(False)\nnet.requires_grad_(True)",
    "unfrozen in part": "net.requires_grad_(False)\nnet.head.requires_grad_(True)",
    "some by name": LOOP + "    if 'a' in n: p.requires_grad = False",
    "all but some": LOOP + "    if 'a' in n: continue\n    p.requires_grad = False",
    "first ones": "for p in list(net.parameters())[:4]: p.requires_grad = False",
    "some by class": "for m in net.modules():\n    if isinstance(m, nn.Linear):\n"
    "        for p in m.parameters(): p.requires_grad = False",
    "part replaced": "net.requires_grad_(False)\nnet.head = nn.Linear(4, 2)",
    "item replaced": "net.requires_grad_(False)\nnet[0] = nn.Linear(4, 2)",
    "switched on": SWITCH + "f(net, True)",
    "switched on again": SWITCH + "f(net, False)\nf(net, True)",
    "method that nobody calls": MODULE.format("    def f(self): self.requires_grad_(False)"),
    "one of two parts": MODULE.format("        self.a.requires_grad_(False)"),
    "part made after the freeze": MODULE.format(
        "        self.requires_grad_(False)\n        self.c = nn.Linear(4, 2)"
    ),
    "pretrained but not frozen": "net = nn.Embedding.from_pretrained(x, freeze=False)",
    "layers with parameters": "net = nn.Sequential(nn.ReLU(), nn.Linear(4, 2))",
    "container filled later": "net = nn.Sequential()\nnet.add_module('a', nn.Linear(4, 2))",
    "layers of somebody else": "net = nn.Sequential(*layers(x))",
}


def reports(program: str) -> bool:
    text = f"net = nn.Linear(4, 2)\n{program}\nnet.eval()\nprint(net(x).argmax().item())"
    return bool(facts_of(text).regions)


@pytest.mark.parametrize("program", FROZEN.values(), ids=FROZEN)
def test_nothing_is_left_to_train(program):
    assert not reports(program)


@pytest.mark.parametrize("program", TRAINABLE.values(), ids=TRAINABLE)
def test_something_is_left_to_train(program):
    assert reports(program)
