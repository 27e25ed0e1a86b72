"""The guards of torch among the decorators of a function or class."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import NamedTuple

from flake8_nograd.flow.graph import FlowGraph, Kind
from flake8_nograd.flow.scopes import Class, Function
from flake8_nograd.torch_model.semantics.guard_uses import GuardUses
from flake8_nograd.vocabulary.grad_modes import GUARDS


class GuardDecorator(NamedTuple):
    """A decorator that is a guard of torch: its expression, place from above, and dotted name."""

    node: ast.expr
    position: int
    name: str


def guard_decorators(
    thing: Function | Class, uses: GuardUses, graph: FlowGraph
) -> Iterator[GuardDecorator]:
    """Torch's guards on a function or class, from the top."""
    written = getattr(thing.node, "decorator_list", ())
    for position, (node, value) in enumerate(zip(written, thing.decorators, strict=True)):
        if node in uses.calls:
            yield GuardDecorator(node, position, uses.calls[node].imported or "")
            continue
        names = {
            str(graph.payloads[alias])
            for alias in value.aliases
            if graph.kinds[alias] is Kind.EXTERNAL
        }
        if len(names) == 1 == len(value.aliases):
            (name,) = names
            if name in GUARDS:
                yield GuardDecorator(node, position, name)


def lines_of(node: ast.AST, last: ast.AST | None = None) -> range:
    """The lines of a definition, its decorators left out; or from one statement to another."""
    first: int = node.lineno  # type: ignore[attr-defined]
    return range(first, (getattr(last or node, "end_lineno", None) or first) + 1)
