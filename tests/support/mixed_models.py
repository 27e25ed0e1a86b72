"""The models of generated programs, plain ones and those that keep what they compute.

MODEL is the name that the program gives its model.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Model:
    """A model: its definition, how it is called, and what becomes of what it keeps."""

    define: str
    name: str = "MODEL"
    after: str = ""


_CLASS = "class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
_NET = "        self.net = nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 3))\n"
_FORWARD = "    def forward(self, x):\n"
_MADE = "MODEL = Net()\n"


def _class(forward: str, fields: str = "", methods: str = "") -> str:
    body = "".join(f"        {line}\n" for line in forward.splitlines())
    own = "".join(f"        {line}\n" for line in fields.splitlines())
    return f"{_CLASS}{_NET}{own}{_FORWARD}{body}{methods}{_MADE}"


MODELS = {
    "layer": Model("MODEL = nn.Linear(4, 3)\n"),
    "sequential": Model("MODEL = nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 3))\n"),
    "class": Model(_class("return self.net(x)")),
    "dropout": Model(
        _class("return self.net(self.drop(x))", "self.drop = nn.Dropout(0.5)"),
    ),
    "table": Model("nets = {'a': nn.Linear(4, 3)}\n", "nets['a']"),
    "list": Model("nets = [nn.Linear(4, 3)]\n", "nets[0]"),
    "attribute": Model("box.net = nn.Linear(4, 3)\n", "box.net"),
    "part": Model(_class("return self.net(x)"), "MODEL.net"),
    "built": Model("def build():\n    return nn.Linear(4, 3)\nMODEL = build()\n"),
    "frozen": Model("MODEL = nn.Linear(4, 3).requires_grad_(False)\n"),
    "auxiliary loss": Model(
        _class(
            "out = self.net(x)\nself.aux_loss = out.pow(2).mean()\nreturn out", "self.aux_loss = 0"
        ),
        after="MODEL.aux_loss.backward()",
    ),
    "losses kept": Model(
        _class("out = self.net(x)\nself.kl.append(out.mean())\nreturn out", "self.kl = []"),
        after="sum(MODEL.kl).backward()",
    ),
    "hidden state": Model(
        _class("self.h = self.net(x) + self.h\nreturn self.h", "self.h = torch.zeros(5, 3)"),
        after="MODEL(x).pow(2).sum().backward()",
    ),
    "cache": Model(
        _class(
            "if self.known is None:\n    self.known = self.net(x)\nreturn self.known * 1",
            "self.known = None",
        ),
        after="crit(MODEL(x), y).backward()",
    ),
    "rotary": Model(
        _class(
            "if self.turn is None:\n    self.turn = torch.arange(4) * 0.1 + 1\n"
            "return self.net((x * self.turn).tanh() * self.scale)",
            "self.turn, self.scale = None, nn.Parameter(torch.ones(4))",
        ),
        after="crit(MODEL(x * w.mean()), y).backward()",
    ),
    "state by another name": Model(
        _class(
            "out = self.net(x)\nstate = self.state\nstate.append(out)\nreturn out",
            "self.state = []",
        ),
        after="MODEL.state[0].sum().backward()",
    ),
    "buffer": Model(
        _class(
            "out = self.net(x)\nself.mean.add_(out.mean(0))\nreturn out",
            "self.mean = torch.zeros(3)",
        ),
        after="MODEL.mean.sum().backward()",
    ),
    "remembered weight": Model(
        _class(
            "return self.net(x) * self.scaled.sum()",
            "self.scale = nn.Parameter(torch.ones(3))",
            "    @functools.cached_property\n"
            "    def scaled(self):\n        return self.scale * 2\n",
        ),
        after="crit(MODEL(x), y).backward()",
    ),
    "callback": Model(
        _class("out = self.net(x)\nself.note(out.mean())\nreturn out", "self.note = kept.append"),
    ),
    "decorated": Model(
        "def keeps(forward):\n    def inside(self, x):\n        out = forward(self, x)\n"
        "        kept.append(out.mean())\n        return out\n    return inside\n"
        + _class("return self.net(x)").replace("    def forward", "    @keeps\n    def forward")
    ),
    "called": Model(
        _class(
            "return self.net(x)",
            methods="    def __call__(self, x):\n        out = super().__call__(x)\n"
            "        kept.append(out.mean())\n        return out\n",
        )
    ),
    "in place": Model(
        "MODEL = nn.Sequential(nn.ReLU(inplace=True), nn.Linear(4, 3))\n",
    ),
    "pruned": Model(
        "from torch.nn.utils import prune\nMODEL = nn.Linear(4, 3)\n"
        "prune.l1_unstructured(MODEL, 'weight', 0.5)\n",
        after="MODEL.weight.pow(2).sum().backward()",
    ),
    "hook": Model(
        "MODEL = nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 3))\nfeats = []\n"
        "def hook(module, inputs, output):\n    feats.append(output)\n"
        "MODEL[0].register_forward_hook(hook)\n",
        after="sum(f.pow(2).sum() for f in feats).backward()",
    ),
    "hook in table": Model(
        "acts = {}\ndef save(name):\n    def hook(module, inputs, output):\n"
        "        acts[name] = output\n    return hook\n"
        "MODEL = nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 3))\n"
        "MODEL[0].register_forward_hook(save('a'))\n",
        after="acts['a'].pow(2).mean().backward()",
    ),
    "lambda hook": Model(
        "acts = []\nMODEL = nn.Linear(4, 3)\n"
        "MODEL.register_forward_hook(lambda module, inputs, output: acts.append(output))\n",
        after="torch.stack([a.sum() for a in acts]).sum().backward()",
    ),
    "parametrized": Model(
        "class Double(nn.Module):\n    def forward(self, t):\n        return t * 2\n"
        "MODEL = nn.Linear(4, 3)\n"
        "nn.utils.parametrize.register_parametrization(MODEL, 'weight', Double())\n",
        after="MODEL.weight.pow(2).sum().backward()",
    ),
    "transformer": Model(
        _class(
            "return self.net(self.enc(x.unsqueeze(1)).squeeze(1))",
            "layer = nn.TransformerEncoderLayer(4, 2, 8, dropout=0.0, batch_first=True)\n"
            "self.enc = nn.TransformerEncoder(layer, 1)",
        ),
    ),
    "weight norm": Model(
        "MODEL = torch.nn.utils.weight_norm(nn.Linear(4, 3))\n",
        after="MODEL.weight.pow(2).sum().backward()",
    ),
    "forces": Model(
        _class(
            "x = x.detach().requires_grad_()\n"
            "return torch.autograd.grad(self.net(x).pow(2).sum(), x)[0][:, :3]"
        ),
    ),
    "forces inside": Model(
        "class Energy(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
        "        self.net = nn.Linear(4, 1)\n"
        "    def slope(self, z):\n"
        "        return torch.autograd.grad(self.net(z).pow(2).sum(), z, create_graph=True)[0]\n"
        "    def forward(self, z):\n        return self.slope(z.detach().requires_grad_())\n"
        "MODEL = nn.Sequential(Energy(), nn.Linear(4, 3))\n",
    ),
    "mode read": Model(
        _class("out = self.net(x)\nreturn out * 2 if torch.is_grad_enabled() else out")
    ),
    "requires grad read": Model(_class("out = self.net(x)\nreturn out + out.requires_grad")),
    "made by name": Model(
        "space = {}\nexec('''\nfrom torch import nn\nimport torch\n"
        "class Hidden(nn.Module):\n"
        "    def __init__(self):\n        super().__init__()\n        self.net = nn.Linear(4, 3)\n"
        "        self.turn = None\n"
        "    def forward(self, x):\n        if self.turn is None:\n"
        "            self.turn = torch.ones(4) * 2\n"
        "        return self.net(x * self.turn)\n''', space)\nMODEL = space['Hidden']()\n",
        after="crit(MODEL(x * w.mean()), y).backward()",
    ),
}
