"""Whether recording is on, in every spelling of torch's guards."""

from __future__ import annotations

import pytest
from analysed import facts_of, pass_of, passes_of

from flake8_nograd.vocabulary.grad_modes import GradMode

OFF, INFERENCE, ON, MAYBE = GradMode.OFF, GradMode.INFERENCE, GradMode.ON, GradMode.MAYBE

WITH = {
    "torch.no_grad()": OFF,
    "torch.autograd.no_grad()": OFF,
    "torch.autograd.grad_mode.no_grad()": OFF,
    "torch.set_grad_enabled(False)": OFF,
    "torch.set_grad_enabled(mode=False)": OFF,
    "torch.autograd.set_grad_enabled(False)": OFF,
    "torch.no_grad() as g": OFF,
    "(torch.no_grad())": OFF,
    "torch.no_grad(), torch.autocast('cpu')": OFF,
    "torch.autocast('cpu'), torch.no_grad()": OFF,
    "torch.autocast('cpu')": ON,
    "torch.inference_mode()": INFERENCE,
    "torch.inference_mode(True)": INFERENCE,
    "torch.inference_mode(mode=True)": INFERENCE,
    "torch.autograd.inference_mode()": INFERENCE,
    "torch.autograd.grad_mode.inference_mode()": INFERENCE,
    "torch.inference_mode(False)": ON,
    "torch.inference_mode(mode=False)": ON,
    "torch.enable_grad()": ON,
    "torch.set_grad_enabled(True)": ON,
    "torch.set_grad_enabled(flag)": MAYBE,
    "torch.inference_mode(flag)": MAYBE,
    "torch.no_grad() if flag else contextlib.nullcontext()": MAYBE,
    "contextlib.nullcontext()": ON,
    "open('file')": ON,
}
IMPORTS = {
    "import torch as th\nwith th.no_grad(): model(x)": OFF,
    "import torch.autograd as ag\nwith ag.no_grad(): model(x)": OFF,
    "from torch import no_grad\nwith no_grad(): model(x)": OFF,
    "from torch import no_grad as quiet\nwith quiet(): model(x)": OFF,
    "from torch.autograd import no_grad\nwith no_grad(): model(x)": OFF,
    "from torch import inference_mode as im\nwith im(): model(x)": INFERENCE,
    "quiet = torch.no_grad\nwith quiet(): model(x)": OFF,
    "from lab import no_grad\nwith no_grad(): model(x)": MAYBE,
    "from lab import smart_inference_mode\nwith smart_inference_mode(): model(x)": MAYBE,
    "with getattr(torch, 'no_grad')(): model(x)": OFF,
    "if c: quiet = torch.no_grad\nelse: quiet = contextlib.nullcontext\n"
    "with quiet(): model(x)": MAYBE,
}
STATEMENTS = {
    "torch.set_grad_enabled(False)\nmodel(x)": OFF,
    "g = torch.set_grad_enabled(False)\nmodel(x)": OFF,
    "torch.autograd.set_grad_enabled(False)\nmodel(x)": OFF,
    "torch._C._set_grad_enabled(False)\nmodel(x)": OFF,
    "torch.set_grad_enabled(False)\ntorch.set_grad_enabled(True)\nmodel(x)": ON,
    "if c: torch.set_grad_enabled(False)\nmodel(x)": MAYBE,
    "torch.no_grad().__enter__()\nmodel(x)": OFF,
    "torch.inference_mode().__enter__()\nmodel(x)": ON,
    "g = torch.inference_mode()\ng.__enter__()\nmodel(x)": INFERENCE,
    "g = torch.no_grad()\ng.__enter__()\ng.__exit__(None, None, None)\nmodel(x)": ON,
    "g = torch.no_grad()\ng.__enter__()\nopen('file').close()\nmodel(x)": OFF,
    "s = contextlib.ExitStack()\ns.enter_context(torch.no_grad())\nmodel(x)": OFF,
    "s = contextlib.ExitStack()\ns.enter_context(torch.no_grad())\ns.close()\nmodel(x)": ON,
    "with contextlib.ExitStack() as s: s.enter_context(torch.no_grad())\nmodel(x)": ON,
    "with open('file'): torch.set_grad_enabled(False)\nmodel(x)": OFF,
    "was = torch.is_grad_enabled()\ntorch.set_grad_enabled(False)\n"
    "torch.set_grad_enabled(was)\nmodel(x)": ON,
    "torch.set_grad_enabled(False)\nwas = torch.is_grad_enabled()\n"
    "torch.set_grad_enabled(True)\ntorch.set_grad_enabled(was)\nmodel(x)": OFF,
    "with contextlib.ExitStack() as s:\n    s.enter_context(torch.no_grad())\n    model(x)": OFF,
    "g = torch.no_grad()\nwith g: model(x)": OFF,
    "g = torch.no_grad()\nwith g: pass\nmodel(x)": ON,
    "torch.no_grad()\nmodel(x)": ON,
    "torch.inference_mode()\nmodel(x)": ON,
    "model.eval()\nmodel(x)": ON,
    "with torch.no_grad(): pass\nmodel(x)": ON,
    "with torch.no_grad():\n    torch.set_grad_enabled(True)\n    model(x)": ON,
}
NESTED = {
    "with torch.no_grad():\n    with torch.enable_grad(): model(x)": ON,
    "with torch.no_grad():\n    with torch.inference_mode(False): model(x)": ON,
    "with torch.inference_mode():\n    with torch.inference_mode(False): model(x)": ON,
    "with torch.inference_mode():\n    with torch.enable_grad(): model(x)": INFERENCE,
    "with torch.inference_mode():\n    with torch.no_grad(): model(x)": INFERENCE,
    "with torch.no_grad():\n    with open('file'): model(x)": OFF,
    "with torch.enable_grad():\n    with torch.no_grad(): model(x)": OFF,
    "with torch.no_grad():\n    with torch.enable_grad(): pass\n    model(x)": OFF,
    "with torch.no_grad(), torch.enable_grad(): model(x)": ON,
}
FUNCTIONS = {
    "@torch.no_grad()\ndef f(): model(x)": OFF,
    "@torch.no_grad\ndef f(): model(x)": OFF,
    "@torch.inference_mode()\ndef f(): model(x)": INFERENCE,
    "@torch.set_grad_enabled(False)\ndef f(): model(x)": OFF,
    "@torch.enable_grad()\ndef f(): model(x)": ON,
    "@register\n@torch.no_grad()\ndef f(): model(x)": OFF,
    "@register\ndef f(): model(x)": ON,
    "@torch.no_grad()\nasync def f(): model(x)": ON,
    "@torch.no_grad()\ndef f():\n    with torch.enable_grad(): model(x)": ON,
    "async def f():\n    with torch.no_grad(): model(x)": OFF,
    "torch.no_grad()(lambda: model(x))()": OFF,
    "class C:\n    @torch.no_grad()\n    def f(self): model(x)": OFF,
}
HOMEMADE = {
    "@contextlib.contextmanager\ndef quiet():\n    with torch.no_grad(): yield\n"
    "with quiet(): model(x)": MAYBE,
    "class Quiet(torch.no_grad): pass\nwith Quiet(): model(x)": MAYBE,
    "def quiet(f):\n    return torch.no_grad()(f)\n@quiet\ndef g(): model(x)": MAYBE,
    "class Quiet:\n    def __enter__(self): torch.set_grad_enabled(False)\n"
    "with Quiet(): model(x)": MAYBE,
    "@contextlib.contextmanager\n@torch.no_grad()\ndef quiet(): yield\nwith quiet(): model(x)": ON,
    "@contextlib.contextmanager\ndef timed():\n    yield\nwith timed(): model(x)": ON,
}
# What only the whole file tells: functions that leave recording off, guards held by objects.
UNSEEN = {
    "def off(): torch.set_grad_enabled(False)\noff()\nmodel(x)": MAYBE,
    "def off(): torch.set_grad_enabled(False)\nmodel(x)\noff()": ON,
    "def off(): torch.no_grad().__enter__()\noff()\nmodel(x)": MAYBE,
    "def switch(on): torch.set_grad_enabled(on)\nswitch(False)\nmodel(x)": MAYBE,
    "def off(): torch.set_grad_enabled(False)\ndef f(): off()\nf()\nmodel(x)": MAYBE,
    "def off(): torch.set_grad_enabled(False)\noff()\ntorch.set_grad_enabled(True)\nmodel(x)": ON,
    "def off(): torch.set_grad_enabled(False)\nwith torch.enable_grad(): off()\nmodel(x)": ON,
    "def on():\n    torch.set_grad_enabled(False)\n    torch.set_grad_enabled(True)\n"
    "on()\nmodel(x)": ON,
    "def f():\n    with torch.no_grad(): return 1\nf()\nmodel(x)": ON,
    "@torch.no_grad()\ndef f(): torch.set_grad_enabled(False)\nf()\nmodel(x)": ON,
    "def f():\n    try:\n        torch.set_grad_enabled(False)\n        return 1\n"
    "    finally: torch.set_grad_enabled(True)\nf()\nmodel(x)": ON,
    "class C:\n    def __init__(self): torch.set_grad_enabled(False)\nC()\nmodel(x)": MAYBE,
    "class C:\n    def __init__(self): torch.set_grad_enabled(False)\n"
    "    def f(self): model(x)": MAYBE,
    "class C:\n    def __init__(self): self.g = torch.no_grad()\n"
    "    def f(self):\n        with self.g: model(x)": MAYBE,
    "class C:\n    def f(self):\n        with self.g(): model(x)\n"
    "    def h(self): self.g = torch.no_grad if c else contextlib.nullcontext": MAYBE,
    "class C:\n    @property\n    def g(self): return torch.no_grad()\n"
    "    def f(self):\n        with self.g: model(x)": MAYBE,
    "class B:\n    @contextlib.contextmanager\n    def g(self):\n"
    "        with torch.no_grad(): yield\n"
    "class C(B):\n    def f(self):\n        with self.g(): model(x)": MAYBE,
    "class C:\n    def __init__(self): self.g = torch.enable_grad()\n"
    "    def f(self):\n        with self.g: model(x)": ON,
    "class C:\n    def __init__(self): self.g = open('file')\n"
    "    def f(self):\n        with self.g: model(x)": ON,
    "guards = {'a': torch.no_grad}\nwith guards['a'](): model(x)": MAYBE,
    "guards = {'a': torch.no_grad}\nwith contextlib.ExitStack() as s:\n"
    "    s.enter_context(guards['a']())\n    model(x)": MAYBE,
    "def g(n):\n    with torch.no_grad(): yield n\nfor n in g(x): model(x)": MAYBE,
    "def g(n):\n    with torch.no_grad(): yield n\nfor n in g(x): pass\nmodel(x)": ON,
    "@torch.no_grad()\ndef g(n): yield n\nfor n in g(x): model(x)": ON,
    "class C:\n    def f(self): model(x)\nC.f = torch.no_grad()(C.f)": MAYBE,
    "class C:\n    def f(self): model(x)\nC.f = register(C.f)": ON,
    "class B:\n    def __init_subclass__(cls): cls.f = torch.no_grad()(cls.f)\n"
    "class C(B):\n    def f(self): model(x)": MAYBE,
    "def quiet(cls):\n    cls.f = torch.no_grad()(cls.f)\n    return cls\n"
    "@quiet\nclass C:\n    def f(self): model(x)": MAYBE,
    "@torch.no_grad()\nclass C:\n    def f(self): model(x)": ON,
}
CALLERS = {
    "def f(): model(x)\nwith torch.no_grad(): f()": {OFF},
    "def f(): model(x)\nf()": {ON},
    "def f(): model(x)\nf()\nwith torch.no_grad(): f()": {OFF, ON},
    "def f(): model(x)\ndef g(): f()\ndef h():\n    with torch.no_grad(): g()": {OFF},
    "def f(): model(x)\n@torch.no_grad()\ndef g(): f()": {OFF},
    "def f(): model(x)": {ON},
    "with torch.no_grad():\n    def f(): model(x)\nf()": {ON},
    "def g():\n    def f(): model(x)\n    with torch.no_grad(): f()": {OFF},
    "f = lambda: model(x)\nwith torch.no_grad(): f()": {OFF},
    "class C:\n    def f(self): model(x)\n"
    "    def g(self):\n        with torch.no_grad(): self.f()": {OFF},
    "class C:\n    def f(self): model(x)\nwith torch.no_grad(): C().f()": {OFF},
    "def f(n):\n    model(x)\n    f(n - 1)\nwith torch.no_grad(): f(3)": {OFF},
    "def f():\n    yield model(x)\nwith torch.no_grad(): g = f()\nfor y in g: pass": {ON},
    "def f():\n    yield model(x)\ng = f()\nwith torch.no_grad():\n    for y in g: pass": {OFF},
    "def f(y): return model(y)\nwith torch.no_grad(): list(map(f, [x]))": {OFF},
    "def f(): model(x)\nwith torch.no_grad(): opt.step(f)": {ON},
    "def f(): model(x)\nwith torch.inference_mode(): opt.step(f)": {INFERENCE},
    "from concurrent.futures import ThreadPoolExecutor\ndef f(x): model(x)\n"
    "with torch.no_grad(), ThreadPoolExecutor() as pool: pool.map(f, x)": {ON},
    "def f(x): model(x)\ndef g(h):\n    with torch.no_grad(): h(x)\ng(f)": {OFF},
    "def f(x): model(x)\nwith torch.no_grad(): list(map(f, x))": {OFF},
    "import threading\ndef f(): model(x)\n"
    "with torch.no_grad(): threading.Thread(target=f).start()": {ON},
}


@pytest.mark.parametrize(("items", "mode"), WITH.items())
def test_with(items, mode):
    assert pass_of(f"with {items}: model(x)").modes == {mode}


@pytest.mark.parametrize(
    ("program", "mode"), [*(IMPORTS | STATEMENTS | NESTED | FUNCTIONS | HOMEMADE | UNSEEN).items()]
)
def test_mode(program, mode):
    assert pass_of(program).modes == {mode}


@pytest.mark.parametrize(("program", "modes"), CALLERS.items())
def test_callers(program, modes):
    assert pass_of(program).modes == modes


@pytest.mark.parametrize(
    ("use", "modes"),
    [
        ("with torch.no_grad(): print(C().level)", {OFF}),
        ("print(C().level)", {ON}),
        ("print(C().level)\nwith torch.no_grad(): print(C().level)", {OFF, ON}),
        ("with torch.no_grad(): C().level = 1", {ON}),
        ("def f(c):\n    with torch.no_grad(): return c.level", {OFF}),
        ("", {ON}),
    ],
)
@pytest.mark.parametrize("decorator", ["property", "functools.cached_property"])
def test_a_property_runs_where_it_is_read(decorator, use, modes):
    getter = f"    @{decorator}\n    def level(self): return model(x)\n"
    setter = "    @level.setter\n    def level(self, value): self.value = value\n"
    program = f"class C:\n{getter}{setter if decorator == 'property' else ''}{use}"
    assert pass_of(program).modes == modes


@pytest.mark.parametrize(
    ("call", "modes"),
    [
        ("drawn.sample()", {ON}),
        ("drawn.sample(1, 2, 3)", {ON}),
        ("drawn.sample(1, count=2)", {ON}),
        ("drawn.sample(1)", {OFF}),
        ("drawn.sample(data=1)", {OFF}),
        ("drawn.sample(1, heat=2)", {OFF}),
        ("drawn.sample(*given)", {OFF}),
        ("drawn.sample(**given)", {OFF}),
    ],
)
def test_a_call_by_name_alone_is_one_of_a_method_that_takes_what_it_gives(call, modes):
    program = f"""
    class Sampler:
        def sample(self, data, heat=1.0):
            return self.model(data)
    def draw(drawn, given):
        with torch.no_grad():
            {call}
    """
    assert pass_of(program).modes == modes


def test_a_model_wrapped_by_a_guard_is_not_reported():
    assert facts_of("print(torch.no_grad()(model)(x).item())").regions == ()
    assert facts_of("model.forward = torch.no_grad()(model.forward)\nmodel(x)").regions == ()


def test_a_switch_does_not_leave_its_own_branch_too_early():
    inside, after = passes_of("if c:\n    torch.set_grad_enabled(False)\n    model(x)\nmodel(x)")
    assert inside.modes == {OFF}
    assert after.modes == {MAYBE}


@pytest.mark.parametrize(
    ("forward", "reported"),
    [
        ("    @torch.no_grad()\n    def forward(self, x): return self.net(x)", False),
        (
            "    def forward(self, x):\n        with torch.no_grad(): y = self.net(x)\n"
            "        return y.softmax(-1)",
            False,
        ),
        (
            "    @torch.no_grad()\n    def run(self, x): return self.net(x)\n"
            "    def forward(self, x): return self.run(x)",
            False,
        ),
        (
            "    def forward(self, x):\n        with torch.no_grad(): y = self.net(x)\n"
            "        return y @ self.w",
            True,
        ),
        (
            "    def forward(self, x):\n        with torch.no_grad(): y = self.net(x)\n"
            "        return self.net(y)",
            True,
        ),
        (
            "    def forward(self, x):\n        if self.training: return self.net(x)\n"
            "        with torch.no_grad(): return self.net(x)",
            True,
        ),
    ],
)
def test_a_forward_that_guards_itself(forward, reported):
    program = (
        "class N(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
        "        self.net = nn.Linear(4, 4)\n        self.w = nn.Parameter(torch.ones(4))\n"
        f"{forward}\nn = N().eval()\nprint(n(x).argmax().item())"
    )
    assert bool(facts_of(program).regions) is reported
