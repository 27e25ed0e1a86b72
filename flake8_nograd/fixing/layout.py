"""What lines need that move one level in: continuations, blank lines and paired comments."""

from __future__ import annotations

import re
from collections.abc import Sequence

import libcst as cst

Line = cst.SimpleStatementLine | cst.BaseCompoundStatement

_SWITCH = re.compile(r"#\s*(fmt|yapf|isort|ruff|region|endregion)\b\s*:?\s*(\w*)")
_OPENS = frozenset({"off", "disable"})
_CLOSES = frozenset({"on", "enable"})


class _Continuations(cst.CSTTransformer):
    """Indents the lines that follow a backslash."""

    def __init__(self, unit: str) -> None:
        super().__init__()
        self._unit = unit

    def leave_SimpleWhitespace(
        self, original_node: cst.SimpleWhitespace, updated_node: cst.SimpleWhitespace
    ) -> cst.SimpleWhitespace:
        """Put the unit behind each line end."""
        if "\\" not in updated_node.value:
            return updated_node
        value = re.sub(r"\\(\r\n|\r|\n)", rf"\\\1{self._unit}", updated_node.value)
        return updated_node.with_changes(value=value)


class _BlankLines(cst.CSTTransformer):
    """Lets the blank lines of a module's own suite stay blank when they are indented.

    Without indentation there is no telling whether a blank line holds it; libcst says it does.
    """

    def visit_IndentedBlock(self, node: cst.IndentedBlock) -> bool:
        """Below a suite of its own, blank lines are told apart."""
        return False

    def leave_EmptyLine(
        self, original_node: cst.EmptyLine, updated_node: cst.EmptyLine
    ) -> cst.EmptyLine:
        """Indent comments only."""
        return updated_node.with_changes(indent=updated_node.comment is not None)


def moved_in(line: Line, unit: str, is_top: bool) -> Line:
    """A line that is to stand one level further in."""
    moved = line.visit(_Continuations(unit))
    moved = moved.visit(_BlankLines()) if is_top and isinstance(moved, Line) else moved
    assert isinstance(moved, Line)
    return moved


def parted(lines: Sequence[Line]) -> tuple[list[cst.EmptyLine], list[Line]]:
    """The comments and blank lines above a block, and the block without them.

    A comment such as `# fmt: off` stays on one level with the `# fmt: on` that ends it.
    """
    first, *others = lines
    above, inside = _split(first, others)
    outside = list(above)
    moved = [_leading(first, inside)]
    for position, line in enumerate(others):
        comments = _leading_lines(line)
        opening = [item for item in comments if _opens(item)]
        if not opening or _closed(others[position + 1 :], comments, opening[-1]):
            moved.append(line)
            continue
        outside += opening
        moved.append(_leading(line, [item for item in comments if item not in opening]))
    return outside, moved


def _split(
    first: Line, others: Sequence[Line]
) -> tuple[Sequence[cst.EmptyLine], Sequence[cst.EmptyLine]]:
    """What stays above the guard, and what goes in because its end is in there."""
    lines = _leading_lines(first)
    opening = [number for number, item in enumerate(lines) if _opens(item)]
    if not opening or any(_closes(item) for item in lines[opening[-1] :]):
        return lines, ()
    if not _closed(others, (), None):
        return lines, ()
    return lines[: opening[-1]], lines[opening[-1] :]


def _closed(
    lines: Sequence[Line], comments: Sequence[cst.EmptyLine], opening: cst.EmptyLine | None
) -> bool:
    """Whether what is opened is closed below, in the same comments or above a later line."""
    after = list(comments)[list(comments).index(opening) :] if opening is not None else []
    return any(_closes(item) for item in after) or any(
        _closes(item) for line in lines for item in _leading_lines(line)
    )


def _leading_lines(line: Line) -> Sequence[cst.EmptyLine]:
    found: Sequence[cst.EmptyLine] = getattr(line, "leading_lines", ())
    return found


def _leading(line: Line, lines: Sequence[cst.EmptyLine]) -> Line:
    return line.with_changes(leading_lines=lines)


def _opens(line: cst.EmptyLine) -> bool:
    found = _SWITCH.match(line.comment.value) if line.comment else None
    return found is not None and (found[1] == "region" or found[2] in _OPENS)


def _closes(line: cst.EmptyLine) -> bool:
    found = _SWITCH.match(line.comment.value) if line.comment else None
    return found is not None and (found[1] == "endregion" or found[2] in _CLOSES)
