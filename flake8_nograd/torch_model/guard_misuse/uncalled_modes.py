"""Methods that put a model into a mode, named in a statement and not called."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flake8_nograd.flow.graph import Kind
from flake8_nograd.torch_model.facts import GuardMisuse, Misuse
from flake8_nograd.torch_model.guard_misuse.interpreted import Interpreted

_METHODS = {"eval": Misuse.EVAL_NOT_CALLED, "train": Misuse.TRAIN_NOT_CALLED}


def uncalled_modes(what: Interpreted) -> Iterator[GuardMisuse]:
    """Statements such as `model.eval`."""
    kinds = what.program.graph.kinds
    for node, value in what.uses.dropped:
        if not isinstance(node, ast.Attribute) or node.attr not in _METHODS:
            continue
        if any(kinds[alias] is Kind.EXTERNAL for alias in value.aliases):
            continue  # of a package
        yield GuardMisuse(node, _METHODS[node.attr], ast.unparse(node), ast.unparse(node.value))
