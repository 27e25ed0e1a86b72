"""What the questions about guards make of odd programs."""

from __future__ import annotations

from flake8_nograd import engine
from flake8_nograd.source import Source

CALLING_EACH_OTHER = """\
import torch


def quiet(model, x):
    torch.set_grad_enabled(False)
    print(model)
    print(x)
    other(model, x)


def other(model, x):
    quiet(model, x)
{calls}
"""


def codes(calls: str) -> list[str]:
    text = CALLING_EACH_OTHER.format(calls=calls)
    return [item.code for item in engine.check(Source.from_text(text))]


def test_a_switch_in_functions_that_call_each_other():
    assert codes("") == []
    assert codes("\n\ndef started(model, x):\n    other(model, x)\n") == ["NGR311"]
