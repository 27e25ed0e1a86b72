"""Variables that are made volatile, as torch 0.3 had it."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flake8_nograd.torch_model.facts import GuardMisuse, Misuse
from flake8_nograd.torch_model.guard_misuse.interpreted import Interpreted


def volatile_variables(what: Interpreted) -> Iterator[GuardMisuse]:
    """Calls of torch's `Variable` that ask for what there is no more."""
    for call in what.uses.variables:
        for keyword in call.node.keywords:
            if keyword.arg == "volatile" and not _is_false(keyword.value):
                yield GuardMisuse(
                    call.node, Misuse.VOLATILE, f"volatile={ast.unparse(keyword.value)}"
                )


def _is_false(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and not node.value
