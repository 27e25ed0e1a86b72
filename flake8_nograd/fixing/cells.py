"""What a file that is written in notebook cells asks of a `with`."""

from __future__ import annotations

import ast
import re

from flake8_nograd.fixing.site import File
from flake8_nograd.syntax.expressions import dotted
from flake8_nograd.syntax.statements import Block

# The comment that begins a cell.
CELL = re.compile(r"\s*#\s?(%%|In\s?\[)")


def spans_cells(block: Block, file: File) -> str:
    """Why a block of several cells cannot be put into one `with`."""
    first, last = block.nodes[0].lineno, block.nodes[-1].end_lineno or 0
    return "the block spans notebook cells" if _cell_begins(first, last, file) else ""


def shows_value(block: Block, file: File) -> str:
    """Why the expression that ends a cell cannot: in a `with` its value would not be shown."""
    node = block.nodes[-1]
    if block.around is not None or not isinstance(node, ast.Expr) or dotted(node.value) == "print":
        return ""
    lines = file.source.lines
    rest = block.suite[block.last + 1 :]
    is_last = not rest or _cell_begins(node.end_lineno or 0, rest[0].node.lineno, file)
    if is_last and _cell_begins(0, len(lines), file):
        return "it ends a notebook cell, which shows its value"
    return ""


def _cell_begins(first: int, last: int, file: File) -> bool:
    """Whether a cell begins below one line and not below another, both 1-based."""
    return any(CELL.match(line) for line in file.source.lines[first:last])
