"""Whether the model is in eval mode where it is called."""

from __future__ import annotations

import pytest
from analysed import pass_of, passes_of

EVAL, TRAIN, UNKNOWN = True, False, None

HERE = {
    "model(x)": UNKNOWN,
    "model.eval()\nmodel(x)": EVAL,
    "model.train()\nmodel(x)": TRAIN,
    "model.train(False)\nmodel(x)": EVAL,
    "model.train(mode=False)\nmodel(x)": EVAL,
    "model.train(True)\nmodel(x)": TRAIN,
    "model.train(flag)\nmodel(x)": UNKNOWN,
    "model.eval()\nmodel.train()\nmodel(x)": TRAIN,
    "model.train()\nmodel.eval()\nmodel(x)": EVAL,
    "model = model.eval()\nmodel(x)": EVAL,
    "net = nn.Linear(4, 2).to('cpu').eval()\nnet(x)": EVAL,
    "net = torch.load('net.pt').eval()\nnet(x)": EVAL,
    "net = model\nnet.eval()\nmodel(x)": EVAL,
    "model.eval()\nnet = model\nnet(x)": EVAL,
    "other = nn.Linear(4, 2)\nother.eval()\nmodel(x)": UNKNOWN,
    "model.eval()\nmodel.encoder(x)": EVAL,
    "with torch.autocast('cpu'):\n    model.eval()\nmodel(x)": EVAL,
}
CONTROL = {
    "if c: model.eval()\nelse: model.train()\nmodel(x)": UNKNOWN,
    "if c: model.eval()\nelse: model.eval()\nmodel(x)": EVAL,
    "model.train()\nif c: model.eval()\nmodel(x)": UNKNOWN,
    "model.eval()\nfor i in n: model(x)": EVAL,
    "for i in n:\n    model.eval()\n    model(x)": EVAL,
    "for i in n:\n    model.train()\nmodel.eval()\nmodel(x)": EVAL,
    "try: model.eval()\nfinally: model(x)": EVAL,
}
ELSEWHERE = {
    "def f(net):\n    net(x)\nmodel.eval()\nf(model)": EVAL,
    "def f():\n    model(x)\nmodel.eval()\nf()": EVAL,
    "def f():\n    model(x)\nmodel.train()\nf()\nmodel.eval()\nf()": UNKNOWN,
    "def f():\n    model(x)\ndef g():\n    f()\nmodel.eval()\ng()": EVAL,
    "def load():\n    return model.eval()\nnet = load()\nnet(x)": EVAL,
    "class C:\n    def __init__(self):\n        self.net = nn.Linear(4, 2).eval()\n"
    "    def f(self): self.net(x)": EVAL,
    "class C:\n    def __init__(self):\n        self.net = nn.Linear(4, 2)\n"
    "        self.net.eval()\n    def f(self): self.net(x)": EVAL,
    "class C:\n    def __init__(self):\n        self.net = nn.Linear(4, 2)\n"
    "    def f(self): self.net(x)\n    def g(self): self.net.eval()\n"
    "    def h(self): self.net.train()": UNKNOWN,
}


@pytest.mark.parametrize(("program", "evaluating"), [*(HERE | CONTROL | ELSEWHERE).items()])
def test_mode_in_force(program, evaluating):
    mode = pass_of(program).mode
    assert (None if mode is None else mode.evaluating) is evaluating


def test_the_mode_changes_between_two_passes():
    first, second = passes_of("model.eval()\nmodel(x)\nmodel.train()\nmodel(x)")
    assert first.mode is not None
    assert second.mode is not None
    assert (first.mode.evaluating, second.mode.evaluating) == (True, False)
    assert second.mode.line == first.mode.line + 2


def test_it_is_known_whether_the_function_itself_set_the_mode():
    here, elsewhere = (
        pass_of(program).mode
        for program in ("model.eval()\nmodel(x)", "def f(): model(x)\nmodel.eval()\nf()")
    )
    assert here is not None
    assert elsewhere is not None
    assert (here.here, elsewhere.here) == (True, False)
