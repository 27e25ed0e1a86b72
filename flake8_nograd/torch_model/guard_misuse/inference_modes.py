"""Guards that `inference_mode` overrules, and `inference_mode(False)`, which is no guard."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flake8_nograd.torch_model.facts import GuardMisuse, Misuse
from flake8_nograd.torch_model.guard_misuse.decorators import lines_of
from flake8_nograd.torch_model.guard_misuse.interpreted import Interpreted
from flake8_nograd.vocabulary.grad_modes import GUARDS, GradMode


def overruled_guards(what: Interpreted) -> Iterator[GuardMisuse]:
    """What is to switch recording on inside `inference_mode`, where nothing is recorded."""
    for item, _, mode, context in what.uses.entered:
        if mode is GradMode.ON and context.grad is GradMode.INFERENCE and item in what.uses.calls:
            yield GuardMisuse(item, Misuse.INSIDE_INFERENCE_MODE, ast.unparse(item))


def lifted_modes(what: Interpreted) -> Iterator[GuardMisuse]:
    """`inference_mode(False)` around forward passes whose graph nobody needs."""
    for item, _, mode, _ in what.uses.entered:
        call = what.uses.calls.get(item)
        if mode is not GradMode.LIFTED or call is None:
            continue
        if GUARDS.get(call.imported or "") is not GradMode.INFERENCE:
            continue
        lines = lines_of(call.place.statement)
        if any(region.start.node.lineno in lines for region in what.regions):
            yield GuardMisuse(
                item, Misuse.SWITCHED_ON, ast.unparse(item), ast.unparse(call.node.func), lines
            )
