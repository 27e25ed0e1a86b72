"""Calls such as `x.max(1)`, which give values and, second, their indices without a graph."""

from __future__ import annotations

import ast

from flake8_nograd.vocabulary import methods


def gives_indices(value: ast.expr) -> bool:
    """Whether a call returns values and, second, their indices, which have no graph."""
    if not isinstance(value, ast.Call) or not isinstance(value.func, ast.Attribute):
        return False
    is_function = isinstance(value.func.value, ast.Name) and value.func.value.id == "torch"
    own = value.args[1:] if is_function else value.args
    if value.func.attr not in methods.VALUES_AND_INDICES:
        return False
    if value.func.attr in ("max", "min"):  # of two tensors they give the greater values
        own = [item for item in own if _is_literal_number(item)]
        return bool(own) or any(keyword.arg == "dim" for keyword in value.keywords)
    return bool(own) or bool(value.keywords)


def _is_literal_number(node: ast.expr) -> bool:
    inner = node.operand if isinstance(node, ast.UnaryOp) else node
    return isinstance(inner, ast.Constant)


def is_index_of_values(node: ast.Subscript) -> bool:
    """Whether an expression is the indices of what gives values and indices."""
    is_second = isinstance(node.slice, ast.Constant) and node.slice.value == 1
    return is_second and gives_indices(node.value)
