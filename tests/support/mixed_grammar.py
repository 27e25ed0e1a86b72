"""What generated programs are made of; capitals are replaced by one of their alternatives.

`#` is the number of the act, so that each has names of its own. MODEL and STUDENT are the names
that the program gives its models; FORWARD is a forward pass of the first.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Sink:
    """A way in which a tensor leaves an act: what it takes before, there and in the end."""

    code: str
    before: str = ""
    after: str = ""
    is_global: str = ""


EXPRESSIONS: dict[str, tuple[str, ...]] = {
    "INPUT": ("x", "x", "x", "x + 0.1", "x * 2"),
    "FORWARD": (
        "CALLEE(INPUT)",
        "CALLEE(INPUT)",
        "CALLEE(INPUT)",
        "CALLEE(x)",
        "CALLEE.forward(x)",
        "next(map(CALLEE, [x]))",
        "call(CALLEE, x)",
        "infer(INPUT)",
        "infer(INPUT)",
    ),
    "NUMBER": (
        "FORWARD.sum().item()",
        "float(FORWARD.mean())",
        "int(FORWARD.argmax(1).sum())",
        "(FORWARD.argmax(1) == y).float().mean().item()",
        "crit(FORWARD, y).item()",
        "FORWARD.max(1)[1].tolist()[0]",
        "float(FORWARD.detach().numpy().sum())",
        "round(FORWARD.softmax(1)[0, 0].item(), 4)",
        "sum(FORWARD.argmax(1).tolist())",
        "bool((FORWARD > 0).any())",
        "accuracy(FORWARD, y)",
        "max([x, x + 1], key=lambda t: CALLEE(t).sum().item()).sum().item()",
    ),
    "LEAF": (
        "w @ w",
        "w.pow(2).sum()",
        "(w * 2).sum()",
        "w[0] * 2",
        "w[1:].sum()",
        "v.T[0].sum()",
        "sum(w)",
        "pow(w, 2).sum()",
        "abs(w).sum()",
        "-w.sum()",
        "max(w)",
        "v.view(-1)[0]",
        "torch.square(w).sum()",
        "F.softplus(w).sum()",
        "sum(p.pow(2).sum() for p in STUDENT.parameters())",
        "penalty(w)",
        "Penalty(w)",
        "select(v, 1).sum()",
        "signal(w)",
        "ridge.value",
        "torch.stack([w, w]).sum()",
        "(lambda t: t.pow(2).sum())(w)",
        "w.sum().log()",
        "w.norm()",
        "torch.where(w > 0, w, -w).sum()",
        "next(iter(w))",
        "{'k': w * 2}['k'].sum()",
        "(w if x is not None else v).sum()",
        "[t * 2 for t in (w, v)][1].sum()",
        "w.sort()[0].sum()",
        "w.split(2)[0].sum()",
        "torch.max(w, w * 2)[1]",
        "math.prod(w)",
        "functools.reduce(operator.add, w)",
        "Fixed.weight.sum()",
        "held.data.sum()",
        "bag['a'][0].sum()",
        "bank.sum()",
        "ridge.made",
        "(ridge + 1)",
        "ridge.slope",
        "noisy.loss",
        "later()",
    ),
    "LOSS": (
        "crit(STUDENT(x), y)",
        "STUDENT(INPUT).pow(2).mean()",
        "F.cross_entropy(STUDENT(INPUT), y)",
        "(STUDENT(x)[:, 0] - 1).abs().mean()",
        "crit(CALLEE(x), y)",
        "crit(infer(x), y)",
    ),
    "NEED": ("LEAF", "LEAF", "LEAF", "LOSS"),
    "MIXED": (
        "F.mse_loss(STUDENT(x), FORWARD.detach())",
        "F.mse_loss(STUDENT(x), target=FORWARD.detach())",
        "F.mse_loss(STUDENT(x * 1), FORWARD.detach()) + F.mse_loss(STUDENT(x), FORWARD.detach())",
        "crit(STUDENT(x), y) + F.mse_loss(*[STUDENT(x)], FORWARD.detach())",
        "F.mse_loss(target=FORWARD.detach(), *[STUDENT(x)])",
        "F.mse_loss(F.dropout(STUDENT(x)), FORWARD.detach())",
        "F.mse_loss(stamped(STUDENT(x)), FORWARD.detach())",
        "(stamps[-1] * stamped(STUDENT(x)) - FORWARD.detach()).pow(2).mean()",
        "(STUDENT(x) - FORWARD.detach()).pow(2).mean()",
        "-(STUDENT(x).log_softmax(1) * FORWARD.softmax(1).detach()).sum(1).mean()",
        "(STUDENT(x)[:, 0] - (1 + 0.9 * FORWARD.max(1)[0].detach())).pow(2).mean()",
        "(STUDENT(x)[:, 0] * (1 - NUMBER)).mean()",
        "(w * FORWARD.detach()).sum()",
        "w.sum() * NUMBER",
        "w[int(FORWARD.sum(0).argmax())]",
        "(w @ w if NUMBER > -1e9 else w.sum())",
        "(NEED + NUMBER)",
        "F.mse_loss(STUDENT(x), FORWARD)",
        "crit(STUDENT(x), FORWARD.argmax(1))",
    ),
}

ACTS: dict[str, tuple[str, ...]] = {
    "WASTE": (
        "print('n', NUMBER)",
        "acc# = NUMBER\nprint('a', acc#)",
        "out# = FORWARD\nprint('o', out#.argmax(1).tolist())",
        "out# = FORWARD\nloss# = crit(out#, y)\nprint('l', round(loss#.item(), 4))",
        "total# = 0\nfor part in x.split(2):\n    total# += CALLEE(part).argmax(1).sum().item()\n"
        "print('t', total#)",
        "scores# = [NUMBER for _ in range(2)]\nprint('s', scores#)",
        "seen['n#'] = NUMBER",
        'print(f"{NUMBER:.3f}")',
        "with autocast('cpu', enabled=False):\n    pred# = FORWARD.argmax(1)\n"
        "print(pred#.tolist())",
        "try:\n    acc# = NUMBER\nexcept ValueError:\n    acc# = None\nprint('y', acc#)",
    ),
    "APART": (
        "with torch.no_grad():\n    a# = NUMBER\nloss# = NEED\nb# = NUMBER\nprint(a#, b#)\nSINK",
        "with torch.no_grad():\n    a# = NUMBER\nb# = NUMBER\nloss# = NEED\nprint(a#, b#)\nSINK",
        "with torch.autocast('cpu', dtype=torch.bfloat16):\n    acc# = FORWARD.argmax(1)\n"
        "    loss# = CALLEE(x).float().pow(2).mean()\nprint(acc#.tolist())\nSINK",
        "with nn.utils.parametrize.cached():\n    print('k', NUMBER)\n    loss# = LOSS\nSINK",
        "loss# = NEED\nSINK",
        "loss# = NEED\nWASTE\nSINK",
        "WASTE\nloss# = NEED\nWASTE\nSINK",
        "h# = w * 2\nWASTE\nloss# = h#.sum()\nSINK",
        "out# = FORWARD\nloss# = NEED\nprint('p', out#.argmax(1).tolist())\nSINK",
        "def lossy#():\n    return NEED\nWASTE\nloss# = lossy#()\nSINK",
        "loss# = crit(FORWARD, y)\nprint('i', round(loss#.item(), 4))\nSINK",
        "base# = FORWARD.detach()\nloss# = (w * base#).sum()\nSINK",
        "row# = w.view(3, 1)\nWASTE\nloss# = row#.sum()\nSINK",
        "h# = w * 2\nWASTE\nh#.mul_(3)\nloss# = h#.sum()\nSINK",
        "h# = w * 2\nWASTE\nh#[0] = 0.0\nloss# = h#.sum()\nSINK",
        "h# = [w * 2]\nWASTE\nh#[0] *= 3\nloss# = h#[0].sum()\nSINK",
        "print('k', max([1, 2], key=remember), NUMBER)",
        "with Watch():\n    print('c', NUMBER)",
        "print('b', [NUMBER for _ in batches])",
        "class C#:\n    loss = NEED\n    n = NUMBER\nloss# = C#.loss\nprint(C#.n)\nSINK",
        "def held#(loss=NEED):\n    return loss\nWASTE\nloss# = held#()\nSINK",
        "for k in range(2):\n    loss# = NEED\n    print('n', NUMBER)\n    if k:\n        break\n"
        "    loss# = 0\nSINK",
        "z# = v * 1\nout# = FORWARD\nz# += out#.detach().mean()\nloss# = z#.sum()\nSINK",
    ),
    "TOGETHER": (
        "loss# = MIXED\nSINK",
        "loss# = MIXED\nSINK",
        "loss# = MIXED\nprint('m', round(loss#.item(), 4))\nSINK",
        "acc#, loss# = NUMBER, NEED\nprint('c', acc#)\nSINK",
        "loss#, *_ = NEED, NUMBER\nSINK",
        "stats# = {'acc': NUMBER, 'loss': NEED}\nloss# = stats#['loss']\nSINK",
        "loss# = (NEED, NUMBER)[0]\nSINK",
        "print('w', NUMBER, (loss# := NEED).item())\nSINK",
        "if (acc# := NUMBER) > -1e9 and (loss# := NEED) is not None:\n    print(acc#)\nSINK",
        "loss# = [NEED for _ in range(1) if NUMBER > -1e9][0]\nSINK",
        "loss# = NEED if NUMBER > THRESHOLD else NEED\nSINK",
        "loss# = 0 * w.sum()\nloss# += NEED * NUMBER\nSINK",
        "loss# = NEED; print('q', NUMBER)\nSINK",
        "loss# = dict(a=NUMBER, b=NEED)['b']\nSINK",
        "log# = []\nfor k in range(2):\n    log#.append((NEED, NUMBER))\n"
        "loss# = sum(a for a, _ in log#)\nSINK",
    ),
    "HEADER": (
        "if NUMBER > THRESHOLD:\n    loss# = NEED\nelse:\n    loss# = NEED\nSINK",
        "if x is None:\n    loss# = NEED\nelif NUMBER > THRESHOLD:\n    loss# = NEED\n"
        "else:\n    loss# = NEED\nSINK",
        "loss#, n# = 0, 0\nwhile NUMBER * 0 + n# < 2:\n    loss# = loss# + NEED\n    n# += 1\nSINK",
        "loss# = 0\nfor _ in range(1 + int(NUMBER > -1e9)):\n    loss# = loss# + NEED\nSINK",
        "match int(NUMBER > THRESHOLD):\n    case 1:\n        loss# = NEED\n"
        "    case _:\n        loss# = NEED\nSINK",
        "with noted(NUMBER):\n    loss# = NEED\nSINK",
        "with noted('x'):\n    print('n', NUMBER)\n    loss# = NEED\nSINK",
        "try:\n    print('t', NUMBER)\n    loss# = NEED\nfinally:\n    print('done')\nSINK",
        "for part in x.split(3):\n    loss# = NEED\n    print('b', CALLEE(part).sum().item() > 0)\n"
        "SINK",
        "assert NUMBER < 1e9, NEED\nloss# = NEED\nSINK",
        "if x is not None:\n    acc# = NUMBER\n    loss# = NEED\nelse:\n    acc# = loss# = None\n"
        "print('e', acc#)\nSINK",
        "loss# = 0\nfor k in range(2):\n    if k:\n        loss# = loss# + NEED\n"
        "    else:\n        print('z', NUMBER)\nSINK",
        "if NUMBER > THRESHOLD: loss# = NEED\nelse: loss# = NEED\nSINK",
    ),
    "TRAIN": (
        "CALLEE.train()\ncrit(CALLEE(x), y).backward()\nCALLEE.eval()",
        "for p in STUDENT.parameters():\n    p.grad = None\ncrit(STUDENT(x), y).backward()",
        "opt = torch.optim.SGD(STUDENT.parameters(), 0.1)\nopt.zero_grad()\n"
        "LOSS.backward()\nopt.step()",
    ),
    "NOTICED": (
        "torch.set_grad_enabled(False)\nprint('off', NUMBER)\ntorch.set_grad_enabled(True)",
        "z# = FORWARD\nz#.requires_grad_()\nprint('z', z#.is_leaf, z#.sum().item() < 1e9)",
        "z# = FORWARD\ntry:\n    copy.deepcopy(z#)\n    print('copied')\n"
        "except RuntimeError:\n    print('no leaf')\nprint(z#.argmax(1).tolist())",
        "try:\n    FORWARD.numpy()\nexcept RuntimeError:\n    print('records')\nprint('n', NUMBER)",
        "def fn#(z):\n    return CALLEE(z).pow(2).sum()\n"
        "print('H', torch.autograd.functional.hessian(fn#, x[:1]).sum().item())",
        "print('grad', torch.is_grad_enabled())",
        "h# = w * 2\nprint('rg', h#.requires_grad)",
        "h# = w * 2\nh#.retain_grad()\nh#.sum().backward()\nprint(h#.grad.tolist())",
        "out# = FORWARD\nprint('rq', (w * out#.sum().item()).requires_grad)",
        "saved# = []\n"
        "def note#(t):\n    saved#.append(1)\n    return t\n"
        "with torch.autograd.graph.saved_tensors_hooks(note#, lambda t: t):\n"
        "    loss# = NEED\n    print('n', NUMBER)\nprint(len(saved#) > 0)\nSINK",
        "print('v', torch.autograd.functional.vjp(lambda t: CALLEE(t).sum(), x)[1].sum().item())",
        "print('j', torch.func.jacrev(lambda t: CALLEE(t).sum(0))(x).sum().item())",
        "print('g', torch.func.grad(lambda t: CALLEE(t).mean())(x).sum().item())",
        "p# = x.clone().requires_grad_()\nCALLEE(p#).sum().backward()\nprint(p#.grad.sum().item())",
        "p# = nn.Parameter(torch.ones(3))\nWASTE\nloss# = (p# * 2).sum()\nloss#.backward()\n"
        "print(p#.grad.tolist())",
    ),
}

SINKS = {
    "append": Sink("kept.append(LOST)"),
    "extend": Sink("kept.extend([LOST])"),
    "iadd": Sink("kept += [LOST]", is_global="kept"),
    "item": Sink("seen['L#'] = LOST", after="seen['L#'].backward()"),
    "update": Sink("seen.update(L#=LOST)", after="seen['L#'].backward()"),
    "setitem": Sink("seen.__setitem__('L#', LOST)", after="seen['L#'].backward()"),
    "setdefault": Sink(
        "seen.setdefault('S#', []).append(LOST)", after="sum(seen['S#']).backward()"
    ),
    "attribute": Sink("box.loss# = LOST", after="box.loss#.backward()"),
    "setattr": Sink("setattr(box, 'loss#', LOST)", after="box.loss#.backward()"),
    "vars": Sink("vars(box)['loss#'] = LOST", after="box.loss#.backward()"),
    "dict update": Sink("box.__dict__.update(loss#=LOST)", after="box.loss#.backward()"),
    "type": Sink("type(box).loss# = LOST", after="box.loss#.backward()"),
    "globals": Sink("globals()['HELD#'] = LOST", after="HELD#.backward()"),
    "global": Sink("LAST# = LOST", "LAST# = None", "LAST#.backward()", "LAST#"),
    "best": Sink(
        "if BEST# is None or LOST < BEST#:\n    BEST# = LOST",
        "BEST# = None",
        "BEST#.backward()",
        "BEST#",
    ),
    "thread local": Sink(
        "local#.loss = LOST", "local# = threading.local()", "local#.loss.backward()"
    ),
    "context variable": Sink(
        "var#.set(LOST)", "var# = contextvars.ContextVar('loss')", "var#.get().backward()"
    ),
    "queue": Sink("queue.put(LOST)", after="queue.get_nowait().backward()"),
    "in place": Sink("sum#.add_(LOST)", "sum# = torch.zeros(())", "sum#.backward()"),
    "iadd tensor": Sink("sum# += LOST", "sum# = torch.zeros(())", "sum#.backward()", "sum#"),
    "bound method": Sink("todo.append(LOST.backward)"),
    "partial": Sink("todo.append(functools.partial(torch.Tensor.backward, LOST))"),
    "lambda": Sink("todo.append(lambda: LOST.backward())"),
    "default": Sink("todo.append(lambda it=LOST: it.backward())"),
    "backward": Sink("LOST.backward()"),
    "autograd backward": Sink("torch.autograd.backward(LOST)"),
    "tensor backward": Sink("torch.Tensor.backward(LOST)"),
    "map backward": Sink("list(map(torch.Tensor.backward, [LOST]))"),
    "getattr": Sink("getattr(LOST, 'backward')()"),
    "method caller": Sink("operator.methodcaller('backward')(LOST)"),
    "helper": Sink("step(LOST)"),
    "exec": Sink("exec('LOST.backward()')"),
    "grad": Sink(
        "print('G', [None if g is None else round(g.sum().item(), 4)\n"
        "            for g in torch.autograd.grad(LOST, leaves(), allow_unused=True)])"
    ),
}

HELPERS = {
    "call": "def call(f, *given):\n    return f(*given)\n",
    "accuracy": "def accuracy(out, y):\n    return (out.argmax(1) == y).float().mean().item()\n",
    "stamped": "stamps = [1.0]\ndef stamped(t):\n    stamps.append(len(stamps))\n    return t\n",
    "penalty": "def penalty(t):\n    return t.pow(2).sum()\n",
    "Penalty": "def Penalty(t):\n    return (t * t).sum()\n",
    "select": "def select(t, i):\n    return t[i] * 2\n",
    "signal": "def signal(t):\n    return t.sum() * 3\n",
    "step": "def step(loss):\n    loss.backward()\n",
    "noted": "@contextlib.contextmanager\ndef noted(what):\n    print('in')\n    yield\n"
    "    print('out')\n",
    "ridge": "class Ridge:\n    @property\n    def value(self):\n        return w.pow(2).sum()\n"
    "    made = property(lambda self: w.sum() * 3)\n"
    "    def __add__(self, other):\n        return w.sum() + other\n"
    "    @functools.cached_property\n    def slope(self):\n        return w.sum() * 4\n"
    "ridge = Ridge()\n",
    "autocast": "from torch import autocast\n",
    "Fixed": "class Fixed:\n    weight = w * 1\n",
    "held": "held = SimpleNamespace()\nheld.data = w * 1\n",
    "bag": "bag = {'a': []}\nbag['a'].append(w * 1)\n",
    "bank": "bank = torch.zeros(3)\nbank[:2] = w[:2]\n",
    "noisy": "class Noisy:\n    def __getattr__(self, name):\n        return w.sum() * 2\n"
    "noisy = Noisy()\n",
    "later": "later = lambda: w.pow(2).sum()\n",
    "remember": "def remember(t):\n    kept.append((w * t).sum())\n    return -t\n",
    "Watch": "class Watch:\n    def __enter__(self):\n        kept.append(w.sum() * 2)\n"
    "    def __exit__(self, *error):\n        pass\n",
    "batches": "def stream():\n    for part in x.split(2):\n        kept.append(w.sum() * 2)\n"
    "        yield part\nbatches = stream()\n",
    "queue": "from queue import SimpleQueue\nqueue = SimpleQueue()\n",
    "logged": "def logged(f):\n    @functools.wraps(f)\n    def inside(*args, **more):\n"
    "        print('call')\n        return f(*args, **more)\n    return inside\n",
}
