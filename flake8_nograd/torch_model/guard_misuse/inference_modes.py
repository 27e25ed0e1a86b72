"""Guards that `inference_mode` overrules, and `inference_mode(False)`, which is no guard."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flake8_nograd.flow.program import suites_of
from flake8_nograd.torch_model.facts import GuardMisuse, Misuse
from flake8_nograd.torch_model.guard_misuse.decorators import lines_of
from flake8_nograd.torch_model.guard_misuse.guards_in_force import guard_around
from flake8_nograd.torch_model.guard_misuse.interpreted import Interpreted
from flake8_nograd.vocabulary.grad_modes import GUARDS, GradMode


def overruled_guards(what: Interpreted) -> Iterator[GuardMisuse]:
    """What is to switch recording on inside `inference_mode`, where nothing is recorded."""
    for item, _, mode, context in what.uses.entered:
        if mode is GradMode.ON and context.grad is GradMode.INFERENCE and item in what.uses.calls:
            outer = guard_around(what.uses.calls[item], GradMode.INFERENCE, what)
            yield GuardMisuse(
                item,
                Misuse.INSIDE_INFERENCE_MODE,
                ast.unparse(item),
                "torch.no_grad()" if outer and _is_plain(outer) and _is_meant(item, what) else "",
                instead=outer,
            )


def _is_meant(item: ast.expr, what: Interpreted) -> bool:
    """Whether recording is not only asked for: no forward pass there would be for nothing."""
    block = suites_of(what.uses.calls[item].place)[-1].statement
    if not isinstance(block, ast.With):
        return False
    passes = [found.node for found in what.passes_in(lines_of(block))]
    if not passes:
        return True
    return what.needs is not None and bool(what.needs.around(passes).differentiates(block.body))


def _is_plain(guard: ast.expr) -> bool:
    """Whether a guard is written with the name of torch, and switches recording off."""
    called, given = guard, []
    if isinstance(guard, ast.Call):
        called, given = guard.func, [*guard.args, *(item.value for item in guard.keywords)]
    is_on = all(isinstance(value, ast.Constant) and value.value is True for value in given)
    return is_on and ast.unparse(called) in GUARDS


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
