"""What speaks against a `with` around a block, whatever the block computes."""

from __future__ import annotations

import ast

from flake8_nograd.fixing.cells import shows_value, spans_cells
from flake8_nograd.fixing.site import File, Site
from flake8_nograd.syntax.expressions import first_await_or_yield
from flake8_nograd.syntax.statements import Block


def objection(block: Block, site: Site, file: File) -> str:
    """Why no `with` may stand around a block; empty if it may."""
    reason = objection_to_place(block, file) or site.facts.must_record(block.nodes)
    line = file.protects(block.nodes[0], block.nodes[-1])
    if reason or line is None:
        return reason
    return f"the block holds a forward pass that is to stay as it is (line {line})"


def objection_to_place(block: Block, file: File) -> str:
    """Why nothing can be put around a block where it stands; empty if something can."""
    if block.start.is_elif:
        return "nothing can be put around an `elif`"
    point = first_await_or_yield(block.nodes)
    if point is not None:
        what = "yields" if isinstance(point, ast.Yield | ast.YieldFrom) else "awaits"
        return f"the block {what}, and the guard would hold for the code that runs meanwhile"
    return spans_cells(block, file) or shows_value(block, file)
