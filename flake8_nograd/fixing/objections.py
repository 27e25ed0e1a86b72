"""What speaks against a `with` around a block."""

from __future__ import annotations

import ast

from flake8_nograd.fixing.cells import shows_value, spans_cells
from flake8_nograd.fixing.outflow import stranger
from flake8_nograd.fixing.outline import Block, suites_in
from flake8_nograd.fixing.site import File, Site
from flake8_nograd.fixing.syntax import (
    all_nodes,
    dotted,
    first_await_or_yield,
    is_recording_switch,
    last_name,
)


def objection(block: Block, site: Site, file: File) -> str | None:
    """Why no `with` may stand around a block; None if it may."""
    return (
        _shape_objection(block, file)
        or _gradient_objection(block, file)
        or _stranger_objection(block, site)
        or _autocast_objection(block, site)
    )


def _shape_objection(block: Block, file: File) -> str | None:
    if block.start.is_elif:
        return "nothing can be put around an `elif`"
    point = first_await_or_yield(block.nodes)
    if point is not None:
        what = "yields" if isinstance(point, ast.Yield | ast.YieldFrom) else "awaits"
        return f"the block {what}, and the guard would hold for the code that runs meanwhile"
    return spans_cells(block, file) or shows_value(block, file)


def _gradient_objection(block: Block, file: File) -> str | None:
    training = file.training.first_in(block.nodes)
    if training is not None:
        return f"the block differentiates or trains (line {training.lineno})"
    for node in all_nodes(block.nodes):
        if _asks_for_gradient(node):
            return f"the block asks for a gradient (line {getattr(node, 'lineno', 0)})"
        if isinstance(node, ast.Call) and is_recording_switch(node):
            return f"the block switches recording itself (line {node.lineno})"
    for line, _ in file.protected:
        if block.nodes[0].lineno <= line <= (block.nodes[-1].end_lineno or 0):
            return f"the block holds a forward pass that is to stay as it is (line {line})"
    return None


def _asks_for_gradient(node: ast.AST) -> bool:
    if isinstance(node, ast.Call):
        return any(
            keyword.arg == "requires_grad"
            and isinstance(keyword.value, ast.Constant)
            and keyword.value.value is True
            for keyword in node.keywords
        )
    return (
        isinstance(node, ast.Assign)
        and isinstance(node.value, ast.Constant)
        and node.value.value is True
        and any(last_name(target) == "requires_grad" for target in node.targets)
    )


def _stranger_objection(block: Block, site: Site) -> str | None:
    """A single simple statement is taken as it is: nothing smaller could be guarded."""
    if len(block.statements) == 1 and not any(suites_in(block.nodes[0])):
        return None
    other = stranger(block.nodes, site.forward)
    if other is None:
        return None
    return f"{dotted(other.func)}() in the same block may need a graph (line {other.lineno})"


def _autocast_objection(block: Block, site: Site) -> str | None:
    """Old torch caches the weights it casts without a graph and reuses them for training."""
    if site.repair.whole_function:
        return None
    for around in block.start.chain:
        if around is site.function:
            break
        if not _is_autocast(around.node) or around.node in block.nodes:
            continue
        other = stranger(next(suites_in(around.node)), site.forward)
        if other is not None:
            return (
                f"the autocast block of line {around.node.lineno} may also record a graph that is"
                f" needed (line {other.lineno}), and on older torch both share cached weights"
            )
    return None


def _is_autocast(node: ast.stmt) -> bool:
    return isinstance(node, ast.With | ast.AsyncWith) and any(
        "autocast" in last_name(item.context_expr) for item in node.items
    )
