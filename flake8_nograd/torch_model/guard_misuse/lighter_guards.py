"""Blocks under `no_grad` in which `inference_mode` would do the same at less cost."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flake8_nograd.flow.program import suites_of
from flake8_nograd.syntax.bindings import FunctionNode
from flake8_nograd.torch_model.facts import GuardMisuse, Misuse
from flake8_nograd.torch_model.guard_misuse.decorators import lines_of
from flake8_nograd.torch_model.guard_misuse.interpreted import Interpreted
from flake8_nograd.vocabulary.first_versions import INFERENCE_MODE
from flake8_nograd.vocabulary.grad_modes import GUARDS, GradMode


def lighter_guards(what: Interpreted) -> Iterator[GuardMisuse]:
    """Each `with torch.no_grad():` whose tensors nothing could miss."""
    if what.needs is None or what.floor() < INFERENCE_MODE:
        return
    for item, _, mode, context in what.uses.entered:
        call = what.uses.calls.get(item)
        if call is None or mode is not GradMode.OFF or context.grad.is_off:
            continue
        if GUARDS.get(call.imported or "") is not GradMode.OFF:
            continue
        block = suites_of(call.place)[-1].statement
        if not isinstance(block, ast.With) or len(block.items) != 1:
            continue
        passes = [found.node for found in what.passes_in(lines_of(block))]
        facts = what.needs.around(passes)
        function = call.function.node
        if isinstance(function, FunctionNode) and facts.is_scripted(function):
            continue  # TorchScript knows no other guard
        if passes and not facts.must_record(block.body) and not facts.lasts(block.body):
            is_plain = ast.unparse(call.node.func) in GUARDS
            instead = "torch.inference_mode()" if is_plain else ""
            yield GuardMisuse(item, Misuse.LIGHTER_GUARD, ast.unparse(item), instead)
