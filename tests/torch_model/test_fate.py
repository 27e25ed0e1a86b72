"""What becomes of the result of a forward pass."""

from __future__ import annotations

import pytest
from analysed import TRAINING, WRAPPER, in_function, pass_of

TRAINED = {
    "directly": "model(x).sum().backward()",
    "through names": "out = model(x)\nloss = out.mean()\nloss.backward()",
    "through a criterion": "loss = nn.MSELoss()(model(x), x)\nloss.backward()",
    "through a function of torch": "nn.functional.mse_loss(model(x), x).backward()",
    "autograd.grad": "torch.autograd.grad(model(x).sum(), x)",
    "autograd.backward": "torch.autograd.backward([model(x).sum()])",
    "sum of losses": "loss = 0\nfor i in n: loss += model(x).sum()\nloss.backward()",
    "list of losses": "losses = []\nfor i in n: losses.append(model(x))\nsum(losses).backward()",
    "list comprehension": "sum([model(i).sum() for i in n]).backward()",
    "dict of losses": "losses = {}\nlosses['a'] = model(x)\nlosses['a'].backward()",
    "stacked": "torch.stack([model(x)]).sum().backward()",
    "one branch": "loss = model(x)\nif c: loss = x\nloss.backward()",
    "next round": "loss = x\nfor i in n:\n    loss.backward()\n    loss = model(x)",
    "in finally": "try: loss = model(x)\nfinally: loss.backward()",
    "walrus": "(loss := model(x)).backward()",
    "unpacked": "loss, y = model(x), 1\nloss.backward()",
    "scaled": "scaler.scale(model(x)).backward()",
    "accelerator": "accelerator.backward(model(x).sum())",
    "optimizer step": "opt.step(model(x))",
    "helper": "def step(loss): loss.backward()\nstep(model(x))",
    "helper of a helper": "def a(t): t.backward()\ndef b(t): a(t)\nb(model(x))",
    "returned to who differentiates": "def f(): return model(x)\nf().backward()",
    "item of a returned tuple": "def f(): return 1, model(x)\na, b = f()\nb.backward()",
    "yielded": "def f(): yield model(x)\nfor loss in f(): loss.backward()",
    "closure": "def f():\n    out = model(x)\n    def g(): out.backward()\n    g()",
    "global": "def f():\n    global out\n    out = model(x)\ndef g(): out.backward()",
    "attribute": "class C:\n    def f(self): self.out = model(x)\n"
    "    def g(self): self.out.backward()",
    "lambda": "f = lambda: model(x)\nf().backward()",
    "written into a tensor": "t = torch.zeros(3)\nt[0] = model(x)\nt.sum().backward()",
    "added in place": "t = x + 1\nt.add_(model(x))\nt.sum().backward()",
    "given as out": "t = torch.zeros(3)\ntorch.mul(model(x), 2, out=t)\nt.sum().backward()",
    "by a function handed over": "def f(t): t.backward()\nrun(f, model(x))",
    "result of a function handed over": "def f(t): return model(t)\nrun(f, x).backward()",
    "by a partial": "from functools import partial\ndef f(a, t): t.backward()\n"
    "partial(f, 1)(model(x))",
    "bound by a partial": "from functools import partial\ndef f(t, a): t.backward()\n"
    "partial(f, model(x))(1)",
    "by a thread": "def f(t): t.backward()\nrun(target=f, args=(model(x),))",
    "starred keywords": "def f(*, loss, y): loss.backward()\nf(**dict(loss=model(x), y=1))",
    "appended by a name": "t = []\nadd = t.append\nfor i in n: add(model(x))\nsum(t).backward()",
    "backward in a name": "f = model(x).sum().backward\nf()",
    "set as an attribute": "setattr(o, 'loss', model(x))\no.loss.backward()",
    "default of a dict": "d = {}\nd.setdefault(0, []).append(model(x))\nsum(d[0]).backward()",
    "stored by the callee": "def f(t): t.append(model(x))\nt = []\nf(t)\nsum(t).backward()",
    "stored two callees down": "def f(t): t.append(model(x))\ndef g(t): f(t)\nt = []\ng(t)\n"
    "sum(t).backward()",
    "given to who stores it": "def f(t, y): t[0] = y\ndef g():\n    t = torch.zeros(1)\n"
    "    f(t, model(x))\n    return t\ng().backward()",
    "stored by a closure": "def f():\n    t = []\n    def g(): t.append(model(x))\n    g()\n"
    "    sum(t).backward()",
    "by the wrapper": f"{TRAINING}@d\ndef f(): return model(x).sum()\nprint(f())",
    "by the wrapper of a factory": "def m(n):\n    def d(h):\n        def w(): h().backward()\n"
    "        return w\n    return d\n@m(2)\ndef f(): return model(x).sum()\nf()",
    "by a decorating object": "class D:\n    def __init__(self, h): self.h = h\n"
    "    def __call__(self): self.h().backward()\n@D\ndef f(): return model(x).sum()\nf()",
    "by who calls a wrapped name": f"{WRAPPER}@d\ndef f(): return model(x).sum()\nf().backward()",
}
NOT_TRAINED = {
    "detached": "loss = model(x).detach()\nloss.backward()",
    "item": "loss = model(x).item()\nt = x * loss\nt.backward()",
    "data": "loss = model(x).data\nloss.backward()",
    "argmax": "t = model(x).argmax()\nt.backward()",
    "assigned again": "loss = model(x)\nloss = x\nloss.backward()",
    "another result": "a = model(x)\nb = x\nb.backward()\nprint(a)",
    "backward before": "loss = x\nloss.backward()\nloss = model(x)",
    "shared helper": "def mean(t): return t.mean()\nprint(mean(model(x)).item())\n"
    "mean(x).backward()",
    "other list given to the same helper": "def f(t, y): t.append(y)\na, b = [], []\nf(a, x)\n"
    "f(b, model(x))\nsum(a).backward()",
    "other object": "class C:\n    def f(self): self.out = model(x)\n"
    "    def g(self): self.loss.backward()",
    "by the caller of another wrapped name": f"{WRAPPER}@d\ndef f(): return model(x)\n"
    "@d\ndef g(): return x\nprint(f().tolist())\ng().backward()",
    "by the wrapper of another": f"{TRAINING}@d\ndef f(): return x.sum()\n"
    "def g(): return model(x)\nprint(g().tolist())\nf()",
}
PLAIN = {
    "model(x).item()": ".item()",
    "y = model(x)\nprint(y.tolist())": ".tolist()",
    "y = model(x).argmax(1)\nprint(y)": ".argmax()",
    "y = model(x).detach().cpu().numpy()": ".detach()",
    "y = model(x).data": ".data",
    "if model(x) > 0: pass": "a comparison",
    "hits = (model(x).argmax(1) == y).sum()": ".argmax()",
    "y = torch.argmax(model(x))": "argmax()",
    "y = float(model(x))": "float()",
    "print(model(x))": "print()",
    "import matplotlib.pyplot as plt\nfig, ax = plt.subplots()\nax.matshow(model(x))": "matshow()",
    "from lab import to_np\ny = to_np(model(x))": "to_np()",
    "_, best = model(x).max(1)\nprint(best)": ".max()",
}


@pytest.mark.parametrize("program", TRAINED.values(), ids=TRAINED)
def test_differentiated(program):
    assert pass_of(program).use.trained


@pytest.mark.parametrize("program", NOT_TRAINED.values(), ids=NOT_TRAINED)
def test_not_differentiated(program):
    assert not pass_of(program).use.trained


@pytest.mark.parametrize(("program", "how"), PLAIN.items())
def test_read_as_plain_numbers(program, how):
    use = pass_of(program).use
    assert use.plain_use is not None
    assert use.plain_use.how == how
    assert not use.escapes


@pytest.mark.parametrize(
    ("program", "ways"),
    [
        ("model(x)", {"discarded"}),
        ("y = model(x)", set()),
        (in_function("return model(x)"), {"returned"}),
        (in_function("return model(x).item()"), set()),
        (in_function("yield model(x)"), {"returned"}),
        ("def f(): return model(x)\nprint(f())", set()),
        ("def f(): return model(x)\nf()", set()),
        ("def f(n): return f(n - 1) if n else model(x)", {"returned"}),
        ("def f(n): return f(n - 1) if n else model(x)\nprint(f(3))", set()),
        ("def f(): return g() or model(x)\ndef g(): return f()", {"returned"}),
        ("def f(): return g() or model(x)\ndef g(): return f()\nprint(g())", set()),
        ("class C:\n    def f(self): self.out = model(x)", {"stored"}),
        (
            "class C:\n    def f(self): self.out = model(x)\n    def g(self): print(self.out)",
            set(),
        ),
        ("from lab import keep\nkeep(model(x))", {"passed_on"}),
        ("from lab import keep\nkeep(model(x).item())", set()),
        ("print(model(x))", set()),
    ],
)
def test_ways_out_of_sight(program, ways):
    use = pass_of(program).use
    names = ("discarded", "returned", "stored", "passed_on")
    assert {name for name in names if getattr(use, name)} == ways


def test_a_use_behind_a_return_is_found():
    use = pass_of("def f(): return model(x)\nprint(f().item())").use
    assert use.plain_use is not None
    assert use.plain_use.how == ".item()"
