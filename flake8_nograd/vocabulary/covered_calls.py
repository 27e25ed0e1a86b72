"""Names that are called in places without a graph, and nowhere else, as far as the syntax tells."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from functools import lru_cache

from flake8_nograd.syntax.expressions import children_of, own_name
from flake8_nograd.vocabulary.grad_modes import GUARD_NAMES
from flake8_nograd.vocabulary.guard_calls import is_guard

_CUTS = frozenset(("detach", "data"))
_FORWARD = "forward"
_LEAVES = (ast.Name, ast.Constant)


@lru_cache(maxsize=1)  # of one file, about which several ask
def names_called_covered(tree: ast.Module) -> frozenset[str]:
    """The last names of what is only called under a guard in sight, or cut off its graph at once.

    A name that has a guarded `forward` is `forward`, wherever it is called.
    """
    covered: set[str] = set()
    others: set[str] = set()
    todo: list[tuple[ast.AST, bool]] = [(tree, False)]
    while todo:
        node, inside = todo.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            inside = _is_decorated(node.decorator_list)
            if inside and node.name == _FORWARD:
                covered.add(_FORWARD)
        elif isinstance(node, ast.With):
            inside = inside or any(covers(item.context_expr) for item in node.items)
        elif isinstance(node, ast.Call):
            (covered if inside else others).add(own_name(node.func))
        elif isinstance(node, ast.Attribute) and node.attr in _CUTS:
            whole = node.value
            if isinstance(whole, ast.Call):
                covered.add(own_name(whole.func))
                todo += ((child, inside) for child in children_of(whole))
                continue
        todo += [(child, inside) for child in children_of(node) if not isinstance(child, _LEAVES)]
    return frozenset(covered - (others - {_FORWARD}))


def cut_of(node: ast.Call, within: ast.AST) -> str:
    """The attribute that cuts a call off its graph where it is written; empty if none does."""
    todo = [within]
    while todo:
        part = todo.pop()
        if isinstance(part, ast.Attribute) and part.value is node:
            return part.attr if part.attr in _CUTS else ""
        todo += children_of(part)
    return ""


def has_guarded_forward(methods: Sequence[ast.stmt]) -> bool:
    """Whether a guard of torch is a decorator of a class's own `forward`."""
    return any(
        isinstance(item, ast.FunctionDef)
        and item.name == _FORWARD
        and _is_decorated(item.decorator_list)
        for item in methods
    )


def covers(manager: ast.expr) -> bool:
    """Whether a decorator or a `with` item is one of torch's guards, by its last name."""
    return is_guard(manager) or own_name(manager) in GUARD_NAMES


def _is_decorated(decorators: Sequence[ast.expr]) -> bool:
    return any(map(covers, decorators))
