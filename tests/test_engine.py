"""From source to findings: which code, where, and what a repair is told."""

from __future__ import annotations

import ast
import gc
from textwrap import dedent, indent

import pytest

from flake8_nograd import engine
from flake8_nograd.findings import Finding, Repair, Safety
from flake8_nograd.flow.graph import FlowGraph
from flake8_nograd.options import DEFAULT_OPTIONS
from flake8_nograd.source import Source

HEAD = "import torch\nfrom torch import nn\n\nmodel = nn.Linear(10, 5)\nx = torch.randn(100, 10)\n"
LOOP = "for _ in range(1000):\n    output = model(x)\n"
NET = """\
class Net(nn.Module):
    def forward(self, x):
        return model(x)
print(Net()(x).item())
"""
TRAINING = """\
optimizer = torch.optim.SGD(model.parameters())
for _ in range(1000):
    optimizer.zero_grad()
    loss = model(x).square().mean()
    loss.backward()
    optimizer.step()
"""


def check(program: str) -> list[Finding]:
    return engine.check(Source.from_text(HEAD + dedent(program)))


def codes(program: str) -> list[str]:
    return [finding.code for finding in check(program)]


def repair_of(program: str) -> Repair:
    (finding,) = check(program)
    assert finding.repair is not None
    return finding.repair


def text_of(*nodes: ast.stmt | None) -> str:
    """The text of statements."""
    return "\n".join(ast.unparse(node) for node in nodes if node is not None)


def test_inference_in_a_loop():
    (finding,) = check(LOOP)
    assert (finding.code, finding.line, finding.column) == ("NGR101", 7, 14)


@pytest.mark.parametrize(
    "items",
    [
        "torch.no_grad()",
        "torch.inference_mode()",
        "torch.no_grad(), torch.autocast('cpu')",
        "torch.autocast('cpu'), torch.no_grad()",
    ],
)
def test_its_guarded_twin(items):
    assert codes(f"with {items}:\n{indent(LOOP, '    ')}") == []


def test_a_training_loop():
    assert codes(TRAINING) == []


def test_inference_before_and_after_training():
    before = "model.eval()\nprint(model(x).mean().item())\nmodel.train()\n"
    after = "model.eval()\nprint(model(x).mean().item())\n"
    assert codes(before + TRAINING + after) == ["NGR102", "NGR102"]


@pytest.mark.parametrize(
    ("program", "code"),
    [
        ("with torch.no_grad(): model.eval()\nfor i in x: print(model(i).item())", "NGR105"),
        ("def validate():\n    model.eval()\n    for i in x: print(model(i).item())", "NGR102"),
        ("def validate():\n    for i in x: print(model(i).item())", "NGR103"),
        ("def main():\n    for i in x: print(model(i).item())", "NGR101"),
        ("def main():\n    print(model(x).mean().item())", "NGR104"),
    ],
)
def test_the_first_rule_that_applies_speaks(program, code):
    assert codes(program) == [code]


def test_a_message_names_the_model_that_is_in_eval_mode():
    program = """
    first, second = nn.Linear(4, 4), nn.Linear(4, 2)
    second.eval()
    hidden = first(x).argmax().item()
    print(hidden, second(x).argmax().item())
    """
    (finding,) = check(program)
    line = 1 + (HEAD + dedent(program)).splitlines().index("second.eval()")
    said = f"forward pass first() beside second() in eval mode (line {line}) still records"
    assert finding.message.startswith(said)


def test_findings_are_in_order_of_place():
    program = "def validate():\n    return model(x).item()\n\n\nmodel(x)\n" + LOOP
    found = check(program)
    assert found == sorted(found)
    assert len({finding.code for finding in found}) > 1


def test_a_repair_covers_the_fewest_whole_statements():
    program = "model.eval()\nn = 1\nout = model(x)\nprint(\n    out.argmax().item())\nn = 2\n"
    repair = repair_of(program)
    assert text_of(*repair.block) == "out = model(x)"
    assert (repair.function, repair.guard, repair.whole_function) == (None, None, False)


def test_a_repair_knows_its_function():
    program = "@staticmethod\ndef validate():\n    return model(x).argmax().item()\n"
    repair = repair_of(program)
    assert repair.function is not None
    assert repair.function.name == "validate"
    assert repair.whole_function


def test_a_repair_knows_the_guard_that_ended_early():
    program = "with torch.no_grad():\n    model.eval()\nprint(model(x).argmax().item())\n"
    repair = repair_of(program)
    assert text_of(repair.guard) == "with torch.no_grad():\n    model.eval()"


@pytest.mark.parametrize(
    ("result", "safety"),
    [("model(x).argmax().item()", Safety.SAFE), ("model.eval()(x)", Safety.UNSAFE)],
)
def test_a_repair_is_safe_if_all_ends_as_plain_numbers(result, safety):
    repair = repair_of(f"def predict():\n    return {result}\n")
    assert repair.safety is safety
    assert repair.reason


@pytest.mark.parametrize(
    ("program", "reason"),
    [
        ("def f():\n    model.eval()\n    return model(x)\n", "is returned to callers outside"),
        (
            "class C:\n    def f(self):\n        model.eval()\n        self.best = model(x)\n",
            "is kept in an object",
        ),
        ("import lab\nmodel.eval()\nlab.work(model(x), 3)\n", "is passed to code outside"),
        ("model.eval()\nmodel(x)\n", "is not seen to end as plain numbers"),
        ("def predict(self):\n    return self.model(x).argmax().item()\n", "known by a name alone"),
    ],
)
def test_an_unsafe_repair_says_why(program, reason):
    repair = repair_of(program)
    assert repair.safety is Safety.UNSAFE
    assert reason in repair.reason


def test_backward_passes_have_no_repair():
    (finding,) = check("with torch.no_grad(): model(x).mean().backward()")
    assert (finding.code, finding.repair) == ("NGR201", None)


def test_explanation_of_a_line():
    source = Source.from_text(HEAD + "model.eval()\nprint(model(x).argmax().item())\n")
    said = engine.explain(source, DEFAULT_OPTIONS, 7)
    assert said.startswith("line 7: model(x)\n")
    assert "eval mode since line 6" in said
    assert "reported" in said
    assert engine.explain(source, DEFAULT_OPTIONS, 1) == (
        "line 1: no call here is taken for a forward pass"
    )


def test_nothing_of_an_analysis_waits_for_the_garbage_collector():
    gc.collect()
    gc.disable()
    try:
        check(
            LOOP + TRAINING + "class Net(nn.Module):\n    def forward(self, x):\n        return x\n"
        )
        left = [thing for thing in gc.get_objects() if isinstance(thing, FlowGraph)]
    finally:
        gc.enable()
    assert not left
