"""The classes that an annotation names, one by one."""

from __future__ import annotations

import ast
from collections.abc import Iterator

_EITHER = frozenset(("Optional", "Union"))


def alternatives(annotation: ast.expr) -> Iterator[ast.expr]:
    """The parts of `C | D`, `Optional[C]` and `Union[C, D]`; any other annotation is one."""
    if isinstance(annotation, ast.BinOp):
        yield from alternatives(annotation.left)
        yield from alternatives(annotation.right)
    elif isinstance(annotation, ast.Tuple):
        for part in annotation.elts:
            yield from alternatives(part)
    elif isinstance(annotation, ast.Subscript) and _last_name(annotation.value) in _EITHER:
        yield from alternatives(annotation.slice)
    else:
        yield annotation


def _last_name(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")
