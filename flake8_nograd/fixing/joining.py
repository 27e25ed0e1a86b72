"""Guards that touch become one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import libcst as cst
from libcst import matchers as m

from flake8_nograd.fixing.cells import CELL
from flake8_nograd.fixing.layout import Line, leading_lines

_PLAIN = m.AllOf(
    m.With(items=[m.WithItem(asname=None)], body=m.IndentedBlock(), asynchronous=None),
    m.DoesNotMatch(m.With(lpar=m.LeftParen())),
)


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
    if not (m.matches(first, _PLAIN) and m.matches(second, _PLAIN)):
        return False
    one, other = cst.ensure_type(first, cst.With), cst.ensure_type(second, cst.With)
    begins_cell = any(
        line.comment and CELL.match(line.comment.value) for line in other.leading_lines
    )
    has_comment = cst.ensure_type(other.body, cst.IndentedBlock).header.comment is not None
    return one.items[0].deep_equals(other.items[0]) and not (begins_cell or has_comment)


def _one(first: Line, second: Line) -> Line:
    assert isinstance(first.body, cst.IndentedBlock)
    assert isinstance(second.body, cst.IndentedBlock)
    start, *others = second.body.body
    above = [*first.body.footer, *leading_lines(second), *leading_lines(start)]
    body = first.body.with_changes(
        body=[*first.body.body, start.with_changes(leading_lines=above), *others],
        footer=second.body.footer,
    )
    return first.with_changes(body=body)
