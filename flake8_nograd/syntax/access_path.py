"""Plain accesses: names, attributes and subscripts of them."""

from __future__ import annotations

import ast


def access_path(node: ast.expr) -> str:
    """The text of a plain access such as `self.net`, `nets["a"]` or `model`; else empty."""
    parts: list[str] = []
    while True:
        if isinstance(node, ast.Attribute):
            parts.append(node.attr)
            node = node.value
        elif isinstance(node, ast.Subscript):
            parts.append("[]")
            node = node.value
        elif isinstance(node, ast.Name):
            parts.append(node.id)
            return ".".join(reversed(parts))
        else:
            return ""


def key_of(node: ast.expr) -> str:
    """The string that a subscript asks for; empty for anything else."""
    key = node.slice if isinstance(node, ast.Subscript) else None
    return key.value if isinstance(key, ast.Constant) and isinstance(key.value, str) else ""
