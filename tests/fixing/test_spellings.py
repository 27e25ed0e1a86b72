"""Linter and fixer accept the same spellings of guards; what the fixer writes the linter knows."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest

from flake8_nograd import engine, fix_engine
from flake8_nograd.fixing import Form, Guard, Style
from flake8_nograd.source import Source
from flake8_nograd.vocabulary.grad_modes import GUARDS, SWITCHES
from flake8_nograd.vocabulary.guard_calls import is_guard, is_recording_switch

OFF = sorted(name for name, mode in GUARDS.items() if mode.is_off)
PROGRAM = """\
{imports}
from torch import nn

model = nn.Linear(2, 2)


{decorator}
def answer(x):
    model.eval()
    {around}
        print(model(x).argmax().item())
"""


def spellings(dotted: str) -> Iterator[tuple[str, str]]:
    """Imports and the expression that then stands for a name of torch."""
    module, _, name = dotted.rpartition(".")
    yield f"import {module}", f"{dotted}()"
    yield f"import {module} as short", f"short.{name}()"
    yield f"from {module} import {name}", f"{name}()"
    home, _, last = module.rpartition(".")
    if home:
        yield f"from {home} import {last}", f"{last}.{name}()"


def program(imports: str, decorator: str = "", around: str = "if x:") -> str:
    return PROGRAM.format(imports=imports, decorator=decorator, around=around)


def codes(text: str) -> list[str]:
    return [finding.code for finding in engine.find(Source.from_text(text))]


def parsed(expression: str) -> ast.expr:
    return ast.parse(expression, mode="eval").body


@pytest.mark.parametrize(
    ("imports", "guard"), [pair for name in OFF for pair in spellings(name)], ids=str
)
def test_guards(imports, guard):
    assert codes(program(imports)) == ["NGR102"]
    assert codes(program(imports, around=f"with {guard}:")) == []
    assert codes(program(imports, decorator=f"@{guard}")) == []
    assert is_guard(parsed(guard))
    assert not is_recording_switch(parsed(guard))


@pytest.mark.parametrize(
    "switch",
    [
        *(f"{name}(True)" for name in sorted(SWITCHES)),
        *(f"{name}()" for name, mode in sorted(GUARDS.items()) if not mode.is_off),
    ],
)
def test_switches(switch):
    assert is_recording_switch(parsed(switch))
    assert not is_guard(parsed(switch))
    text = program("import torch", around=f"with {switch}:")
    assert fix_engine.fix(text.encode(), style=Style(unsafe=True)).after == text.encode()


@pytest.mark.parametrize(
    "switch", ["torch.inference_mode(False)", "torch.inference_mode(mode=False)"]
)
def test_inference_mode_that_is_switched_off_is_no_guard(switch):
    assert is_recording_switch(parsed(switch))
    assert not is_guard(parsed(switch))
    text = program("import torch", around=f"with {switch}:")
    assert fix_engine.fix(text.encode()).after == text.encode()
    mended = text.replace(switch, "torch.inference_mode()")
    assert fix_engine.fix(text.encode(), style=Style(unsafe=True)).after == mended.encode()


@pytest.mark.parametrize("guard", list(Guard))
@pytest.mark.parametrize("form", list(Form))
@pytest.mark.parametrize(
    "imports", sorted({pair[0] for name in OFF for pair in spellings(name)} | {"import sys"})
)
def test_what_is_written_is_known(imports, form, guard):
    text = program(imports).encode()
    fixed = fix_engine.fix(text, style=Style(guard, form))
    assert fixed.changed
    assert fixed.left == ()
    assert codes(fixed.after.decode()) == []
