"""What the literal arguments of a call switch on or off."""

from __future__ import annotations

import ast


def is_true(node: ast.expr) -> bool:
    """Whether an expression is the literal True."""
    return isinstance(node, ast.Constant) and node.value is True


def switches_on(node: ast.Call, name: str) -> bool:
    """Whether a keyword argument of this name is the literal True."""
    return any(keyword.arg == name and is_true(keyword.value) for keyword in node.keywords)


def switches_off(node: ast.Call, *names: str) -> bool:
    """Whether a keyword argument of one of these names is a literal that is false."""
    return any(
        keyword.arg in names and isinstance(keyword.value, ast.Constant) and not keyword.value.value
        for keyword in node.keywords
    )


def asks_for_gradient(node: ast.Call) -> bool:
    """Whether a call has `requires_grad=True` among its arguments."""
    return switches_on(node, "requires_grad")
