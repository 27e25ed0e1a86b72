"""Whoever only reads a value may still see that it was recorded."""

from __future__ import annotations

import ast

from flake8_nograd.syntax.expressions import own_name
from flake8_nograd.torch_model.needs.callees import Callees
from flake8_nograd.vocabulary import escapes


def why_not_read(call: ast.Call, callees: Callees, is_watched: bool) -> str | None:
    """Why a call that reads a tensor is more than that; `is_watched` if errors are expected."""
    record = callees.record(call)
    name = (record.imported or "") if record is not None else ""
    if name in escapes.SAVING:
        return f"a result is saved with its requires_grad (line {call.lineno})"
    if name.startswith("numpy.") and is_watched:
        return f"an error of numpy may be expected (line {call.lineno})"
    return None


def raises_for_graphs(call: ast.Call) -> bool:
    """Whether a call raises for a tensor that has a graph."""
    return own_name(call.func) in escapes.RAISING_CALLS
