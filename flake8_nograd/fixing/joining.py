"""Guards that touch become one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

import libcst as cst

from flake8_nograd.fixing.layout import Line

_CELL = re.compile(r"#\s?(%%|In\s?\[)")


def joined(lines: Iterable[Line], made: Sequence[Line]) -> list[Line]:
    """The lines with each guard of `made` joined to an equal one that it touches."""
    result: list[Line] = []
    new = {id(line) for line in made}
    for line in lines:
        before = result[-1] if result else line
        is_new = id(line) in new or id(before) in new
        if is_new and result and _fit(before, line):
            result[-1] = _one(before, line)
            new.add(id(result[-1]))
        else:
            result.append(line)
    return result


def _fit(first: Line, second: Line) -> bool:
    """Whether both are the same plain guard, in one cell, and no comment would be lost."""
    if not (_is_plain(first) and _is_plain(second)):
        return False
    assert isinstance(first, cst.With)
    assert isinstance(second, cst.With)
    assert isinstance(second.body, cst.IndentedBlock)
    begins_cell = any(
        line.comment and _CELL.match(line.comment.value) for line in second.leading_lines
    )
    same = first.items[0].deep_equals(second.items[0])
    return same and not begins_cell and second.body.header.comment is None


def _is_plain(statement: Line) -> bool:
    return (
        isinstance(statement, cst.With)
        and isinstance(statement.body, cst.IndentedBlock)
        and len(statement.items) == 1
        and statement.asynchronous is None
        and statement.items[0].asname is None
        and not isinstance(statement.lpar, cst.LeftParen)
    )


def _one(first: Line, second: Line) -> Line:
    assert isinstance(first.body, cst.IndentedBlock)
    assert isinstance(second.body, cst.IndentedBlock)
    start, *others = second.body.body
    above = [*first.body.footer, *second.leading_lines, *_leading_lines(start)]
    body = first.body.with_changes(
        body=[*first.body.body, start.with_changes(leading_lines=above), *others],
        footer=second.body.footer,
    )
    return first.with_changes(body=body)


def _leading_lines(line: cst.CSTNode) -> Sequence[cst.EmptyLine]:
    found: Sequence[cst.EmptyLine] = getattr(line, "leading_lines", ())
    return found
