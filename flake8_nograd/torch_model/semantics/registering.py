"""Decorators that keep the bare function below them, without what stands above."""

from __future__ import annotations

import ast

from flake8_nograd.flow.graph import FlowGraph, Kind
from flake8_nograd.flow.program import Call
from flake8_nograd.flow.values import Value
from flake8_nograd.syntax.expressions import last_name
from flake8_nograd.vocabulary import registration


def registers_bare_function(node: ast.expr, value: Value, graph: FlowGraph) -> bool:
    """Whether a decorator enters the function in a table, judging by the decorator's name."""
    called = node.func if isinstance(node, ast.Call) else node
    if not isinstance(called, ast.Name | ast.Attribute) or _makes_a_command(value, graph):
        return False
    is_of_torch = any(name.startswith("torch.") for name in imported_names(value, graph))
    is_method = isinstance(called, ast.Attribute)
    return registration.registers(last_name(called), is_method) and not is_of_torch


def imported_names(value: Value, graph: FlowGraph) -> set[str]:
    """The dotted names of a value, if it is nothing but imported or built in."""
    if any(graph.kinds[node] is not Kind.EXTERNAL for node in value.aliases):
        return set()
    return {str(graph.payloads[node]) for node in value.aliases}


def _makes_a_command(value: Value, graph: FlowGraph) -> bool:
    """Whether a decorator makes a command that is called under the guards above it."""
    made = (graph.payloads[node] for node in value.aliases)
    makers = [*(item.callee for item in made if isinstance(item, Call)), value]
    return any(
        names and names <= registration.STANDALONE
        for names in (imported_names(item, graph) for item in makers)
    )
