"""Which expressions are guards or switch recording, by their last names."""

from __future__ import annotations

import ast

from flake8_nograd.syntax.expressions import last_name
from flake8_nograd.vocabulary.grad_modes import GUARD_NAMES, SWITCH_NAMES


def is_guard(node: ast.expr) -> bool:
    """Whether an expression is `no_grad()` or `inference_mode()` under any path."""
    if isinstance(node, ast.Call):
        turned_off = any(
            isinstance(argument, ast.Constant) and argument.value is False
            for argument in (*node.args, *(keyword.value for keyword in node.keywords))
        )
        return last_name(node.func) in GUARD_NAMES and not turned_off
    return False


def is_recording_switch(node: ast.expr) -> bool:
    """Whether an expression switches recording on, or by a condition."""
    if not isinstance(node, ast.Call):
        return False
    name = last_name(node.func)
    return name in SWITCH_NAMES or (name == "inference_mode" and not is_guard(node))
