"""Backward passes that meet a guard: was there anything to differentiate?"""

from __future__ import annotations

import pytest
from analysed import facts_of

from flake8_nograd.torch_model.facts import Misplacement

NOTHING, OUTSIDE = Misplacement.NOTHING_RECORDED, Misplacement.RECORDED_OUTSIDE

RAISES = {
    "forward and backward inside": "with torch.no_grad():\n    model(x).sum().backward()",
    "through a name": "with torch.no_grad():\n    loss = model(x).sum()\n    loss.backward()",
    "backward after the guard": "with torch.no_grad(): loss = model(x).sum()\nloss.backward()",
    "loss computed inside": "out = model(x)\n"
    "with torch.no_grad():\n    loss = nn.functional.mse_loss(out, x)\nloss.backward()",
    "loss divided inside": "loss = model(x).sum()\nwith torch.no_grad(): (loss / 2).backward()",
    "loss scaled inside": "loss = model(x).sum()\n"
    "with torch.no_grad(): torch.amp.GradScaler().scale(loss).backward()",
    "rest of the net inside": "out = model(x)\n"
    "with torch.no_grad(): out = model(out)\nout.backward()",
    "inference mode": "with torch.inference_mode(): model(x).sum().backward()",
    "enable_grad in inference mode": "with torch.inference_mode():\n"
    "    with torch.enable_grad(): model(x).sum().backward()",
    "autograd.grad": "with torch.no_grad(): torch.autograd.grad(model(x).sum(), x)",
    "autograd.backward": "with torch.no_grad(): torch.autograd.backward(model(x).sum())",
    "decorated": "@torch.no_grad()\ndef step():\n    model(x).sum().backward()",
    "helper whose only caller is guarded": "def step(y):\n    model(y).sum().backward()\n"
    "with torch.no_grad(): step(x)",
    "criterion of any name inside": "measure = nn.L1Loss()\nout = model(x)\n"
    "with torch.no_grad(): y = measure(out, x)\ny.backward()",
    "loss of a decorated function": "@torch.no_grad()\ndef f(y): return model(y).sum()\n"
    "f(x).backward()",
    "loss of a function that guards itself": "def f(y):\n"
    "    with torch.no_grad(): return model(y).sum()\nloss = f(x)\nloss.backward()",
    "loss that a guarded method stores": "class T:\n    @torch.no_grad()\n"
    "    def f(self): self.loss = model(x).sum()\n"
    "    def g(self):\n        self.f()\n        self.loss.backward()",
    "computed from unrecorded outputs": "with torch.no_grad(): ys = [model(x), model(x)]\n"
    "torch.cat(ys).mean().backward()",
    "switched off": "torch.set_grad_enabled(False)\nmodel(x).sum().backward()",
}
MISLEADS = {
    "backward inside": "loss = model(x).sum()\nwith torch.no_grad(): loss.backward()",
    "autograd.grad inside": "loss = model(x).sum()\n"
    "with torch.no_grad(): torch.autograd.grad(loss, x)",
}
RIGHT = {
    "no guard": "model(x).sum().backward()",
    "guard before": "with torch.no_grad(): y = model(x)\nmodel(x).sum().backward()",
    "features inside, head outside": "with torch.no_grad(): y = model(x)\n"
    "model(y).sum().backward()",
    "recording inside": "with torch.no_grad():\n"
    "    with torch.enable_grad(): model(x).sum().backward()",
    "switched on inside": "with torch.no_grad():\n"
    "    with torch.set_grad_enabled(True): model(x).sum().backward()",
    "inference mode lifted": "with torch.inference_mode():\n"
    "    with torch.inference_mode(False): model(x).sum().backward()",
    "function of its own": "with torch.no_grad():\n    def f(): model(x).sum().backward()\nf()",
    "helper with a caller without a guard": "def step(y):\n    model(y).sum().backward()\n"
    "with torch.no_grad(): step(x)\nstep(x)",
    "function handed to a stranger": "def step(y):\n    model(y).sum().backward()\n"
    "with torch.no_grad(): run(step)",
    "function that guards one of two ways": "def f(y):\n    if c:\n"
    "        with torch.no_grad(): return model(y).sum()\n    return model(y).sum()\n"
    "f(x).backward()",
    "attribute that is stored again": "class T:\n    @torch.no_grad()\n"
    "    def f(self): self.loss = model(x).sum()\n"
    "    def g(self):\n        self.loss = model(x).sum()\n        self.loss.backward()",
    "parameter scaled by unrecorded outputs": "with torch.no_grad(): y = model(x)\n"
    "w = torch.ones(4, requires_grad=True)\ny.mul(w).sum().backward()",
    "left by hand": "g = torch.no_grad()\ng.__enter__()\ng.__exit__(None, None, None)\n"
    "model(x).sum().backward()",
    "mode restored": "was = torch.is_grad_enabled()\ntorch.set_grad_enabled(False)\n"
    "torch.set_grad_enabled(was)\nmodel(x).sum().backward()",
    "closure of the optimizer": "def closure():\n    loss = model(x).sum()\n    loss.backward()\n"
    "    return loss\nwith torch.no_grad(): opt.step(closure)",
    "value of somebody else": "def f(loss):\n    with torch.no_grad(): loss.backward()",
    "perhaps no guard": "with torch.set_grad_enabled(c): model(x).sum().backward()",
    "guard of plain numbers": "loss = model(x).sum()\nwith torch.no_grad(): y = loss * 2\n"
    "loss.backward()",
    "parameters updated": "model(x).sum().backward()\n"
    "with torch.no_grad():\n    for p in model.parameters(): p -= p.grad",
}


def misplacements(program: str) -> list[Misplacement]:
    return [item.misplacement for item in facts_of(program).backward_passes]


@pytest.mark.parametrize("program", RAISES.values(), ids=RAISES)
def test_nothing_was_recorded(program):
    assert misplacements(program) == [NOTHING]


@pytest.mark.parametrize("program", MISLEADS.values(), ids=MISLEADS)
def test_recorded_outside(program):
    assert misplacements(program) == [OUTSIDE]


@pytest.mark.parametrize("program", RIGHT.values(), ids=RIGHT)
def test_nothing_wrong(program):
    assert misplacements(program) == []


@pytest.mark.parametrize("guard", ["no_grad", "inference_mode"])
def test_which_guard_it_is(guard):
    program = f"loss = model(x).sum()\nwith torch.{guard}(): loss.backward()"
    (item,) = facts_of(program).backward_passes
    assert item.inference_mode is (guard == "inference_mode")
