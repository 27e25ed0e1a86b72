"""Small programs around one model, and what the analysis says of their forward passes."""

from __future__ import annotations

import ast
from textwrap import dedent, indent

from flake8_nograd.flow.interpreter import interpret
from flake8_nograd.flow.program import Program
from flake8_nograd.flow.scopes import Function
from flake8_nograd.options import DEFAULT_OPTIONS, Options
from flake8_nograd.torch_model.analysis import analyse
from flake8_nograd.torch_model.facts import ForwardPass, ModuleFacts
from flake8_nograd.torch_model.points_to.solver import PointsTo
from flake8_nograd.torch_model.semantics.context import Context
from flake8_nograd.torch_model.semantics.torch_semantics import TorchSemantics
from flake8_nograd.vocabulary.lookup import Vocabulary

PRELUDE = """\
import contextlib
import torch
from torch import nn, optim

model = nn.Linear(4, 2)
x = torch.ones(4)
opt = optim.SGD(model.parameters())
"""

# Decorators: one that hands on what the function returns, one that differentiates it.
WRAPPER = """\
def d(h):
    def w(*a): return h(*a)
    return w
"""
TRAINING = """\
def d(h):
    def w(*a):
        loss = h(*a)
        loss.backward()
        return loss.item()
    return w
"""


def facts_of(
    program: str, path: str = "file.py", options: Options = DEFAULT_OPTIONS
) -> ModuleFacts:
    """The facts of a program that stands below the prelude."""
    return analyse(ast.parse(PRELUDE + dedent(program)), path, options)


def passes_of(program: str, path: str = "file.py") -> list[ForwardPass]:
    """All forward passes, reported or not, in order of place."""
    facts = facts_of(program, path)
    passes = [*facts.silent, *(item for region in facts.regions for item in region.passes)]
    return sorted(passes, key=lambda item: (item.node.lineno, item.node.col_offset))


def pass_of(program: str, path: str = "file.py") -> ForwardPass:
    """The only forward pass of a program."""
    (item,) = passes_of(program, path)
    return item


def in_function(body: str) -> str:
    """A function that nobody calls, with this body."""
    return f"def f(x, c):\n{indent(dedent(body).strip(), '    ')}\n"


def callers_in(program: str) -> dict[str, set[str]]:
    """For each function of a program that is called, the functions that call it."""
    vocabulary = Vocabulary(DEFAULT_OPTIONS)
    parsed: Program[Context] = Program(Function(None))
    interpret(ast.parse(dedent(program)), parsed, TorchSemantics(parsed, vocabulary))
    callers = PointsTo(parsed, vocabulary).callers
    return {
        function.name: {call.function.name for call in calls}
        for function, calls in callers.items()
        if calls
    }
