"""What speaks against a `with` around a block, whatever the block computes."""

from __future__ import annotations

import ast

from flake8_nograd.fixing.cells import shows_value, spans_cells
from flake8_nograd.fixing.guards import is_recording_switch
from flake8_nograd.fixing.outline import Block, suites_in
from flake8_nograd.fixing.site import File, Site
from flake8_nograd.syntax.expressions import all_nodes, first_await_or_yield, last_name


def objection(block: Block, site: Site, file: File) -> str | None:
    """Why no `with` may stand around a block; None if it may."""
    return objection_to_place(block, file) or _gradient_objection(block, site, file)


def autocast_need(block: Block, site: Site) -> str:
    """Old torch caches the weights it casts without a graph and reuses them for training."""
    for around in block.start.chain:
        if around is site.function:
            break
        if not _is_autocast(around.node) or around.node in block.nodes:
            continue
        body = next(suites_in(around.node))
        need = site.facts.differentiates(body) or site.facts.other_need(body)
        if need:
            return (
                f"the autocast block of line {around.node.lineno} may also record a graph that is"
                f" needed, and on older torch both share cached weights: {need}"
            )
    return ""


def objection_to_place(block: Block, file: File) -> str | None:
    """Why nothing can be put around a block where it stands; None if something can."""
    if block.start.is_elif:
        return "nothing can be put around an `elif`"
    point = first_await_or_yield(block.nodes)
    if point is not None:
        what = "yields" if isinstance(point, ast.Yield | ast.YieldFrom) else "awaits"
        return f"the block {what}, and the guard would hold for the code that runs meanwhile"
    return spans_cells(block, file) or shows_value(block, file)


def _gradient_objection(block: Block, site: Site, file: File) -> str | None:
    reason = site.facts.differentiates(block.nodes)
    if reason:
        return reason
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


def _is_autocast(node: ast.stmt) -> bool:
    return isinstance(node, ast.With | ast.AsyncWith) and any(
        "autocast" in last_name(item.context_expr) for item in node.items
    )
