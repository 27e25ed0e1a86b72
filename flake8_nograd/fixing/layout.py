"""What lines need that move one level in: continuations, blank lines and paired comments."""

from __future__ import annotations

import re
from collections.abc import Sequence

import libcst as cst
from libcst import matchers as m

Line = cst.SimpleStatementLine | cst.BaseCompoundStatement

_SWITCH = re.compile(r"#\s*(fmt|yapf|isort|ruff|region|endregion)\b\s*:?\s*(\w*)")
_OPENS = frozenset({"off", "disable"})
_CLOSES = frozenset({"on", "enable"})


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


def leading_lines(line: cst.CSTNode) -> Sequence[cst.EmptyLine]:
    """The empty lines and comments above a line."""
    found: Sequence[cst.EmptyLine] = getattr(line, "leading_lines", ())
    return found


def moved_in(line: Line, unit: str, is_top: bool) -> Line:
    """A line that is to stand one level further in, and all that follows its backslashes."""

    def indented(node: cst.CSTNode, _: object) -> cst.SimpleWhitespace:
        value = cst.ensure_type(node, cst.SimpleWhitespace).value
        return cst.SimpleWhitespace(re.sub(r"\\(\r\n|\r|\n)", rf"\\\1{unit}", value))

    has_backslash = m.SimpleWhitespace(value=m.MatchIfTrue(lambda value: "\\" in value))
    moved = m.replace(line, has_backslash, indented)
    assert isinstance(moved, Line)
    blank = moved.visit(_BlankLines()) if is_top else moved
    assert isinstance(blank, Line)
    return blank


def parted(lines: Sequence[Line]) -> tuple[list[cst.EmptyLine], list[Line]]:
    """The comments and blank lines above a block, and the block without them.

    A comment such as `# fmt: off` stays on one level with the `# fmt: on` that ends it.
    """
    comments = [list(leading_lines(line)) for line in lines]
    closing = [number for number, own in enumerate(comments) if any(map(_closes, own))]
    outside: list[cst.EmptyLine] = []
    moved: list[Line] = []
    for number, (line, own) in enumerate(zip(lines, comments, strict=True)):
        opening = [item for item in own if _opens(item)]
        last = own.index(opening[-1]) if opening else len(own)
        ends_here = any(map(_closes, own[last:]))
        ends_below = bool(closing) and closing[-1] > number
        inside = own
        if number == 0:
            inside = own[last:] if ends_below and not ends_here else []
        elif opening and not (ends_here or ends_below):
            inside = [item for item in own if item not in opening]
        outside += [item for item in own if item not in inside]
        moved.append(line.with_changes(leading_lines=inside))
    return outside, moved


def _opens(line: cst.EmptyLine) -> bool:
    found = _SWITCH.match(line.comment.value) if line.comment else None
    return found is not None and (found[1] == "region" or found[2] in _OPENS)


def _closes(line: cst.EmptyLine) -> bool:
    found = _SWITCH.match(line.comment.value) if line.comment else None
    return found is not None and (found[1] == "endregion" or found[2] in _CLOSES)
