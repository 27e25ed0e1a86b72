"""What the questions about guards make of odd programs."""

from __future__ import annotations

import pytest

from flake8_nograd import engine
from flake8_nograd.source import Source

CALLING_EACH_OTHER = """\
import torch


def validate(model, x):
    torch.set_grad_enabled(False)
    print(model)
    print(x)
    other(model, x)


def other(model, x):
    validate(model, x)
{calls}
"""


def codes(calls: str) -> list[str]:
    text = CALLING_EACH_OTHER.format(calls=calls)
    return [item.code for item in engine.check(Source.from_text(text))]


def test_a_switch_in_functions_that_call_each_other():
    assert codes("") == []
    assert codes("\n\ndef started(model, x):\n    other(model, x)\n") == ["NGR311"]


SERVER = """\
import torch
from torch import nn
from {package} import {name}

app = {name}("labels")
torch.set_grad_enabled(False)
model = nn.Linear(4, 2)
model.eval()


@app.{route}("/label")
{definition} label(values):
    print(model(torch.tensor(values)).argmax())
"""
INTERFACE = """\
import gradio as gr
import torch
from torch import nn

torch.set_grad_enabled(False)
model = nn.Linear(4, 2)
model.eval()


def label(values):
    print(model(torch.tensor(values)).argmax())


gr.Interface(fn=label, inputs="text", outputs="text").launch()
"""


def reported(text: str) -> list[tuple[int, str]]:
    return [(item.line, item.code) for item in engine.check(Source.from_text(text))]


@pytest.mark.parametrize(
    ("package", "name", "route"),
    [("flask", "Flask", "route"), ("flask", "Blueprint", "get"), ("fastapi", "FastAPI", "post")],
)
def test_a_server_runs_its_handlers_in_other_threads(package, name, route):
    text = SERVER.format(package=package, name=name, route=route, definition="def")
    assert reported(text) == [(6, "NGR310"), (13, "NGR102")]


def test_a_server_runs_coroutines_in_its_own_thread():
    text = SERVER.format(package="fastapi", name="FastAPI", route="get", definition="async def")
    assert reported(text) == []


def test_what_is_no_server_is_not_known_to_start_threads():
    text = SERVER.format(package="labels", name="Table", route="route", definition="def")
    assert reported(text) == []


def test_an_interface_runs_its_function_in_another_thread():
    assert reported(INTERFACE) == [(5, "NGR310"), (11, "NGR102")]
