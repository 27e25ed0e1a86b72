"""Two versions of a file beside each other: only the lines around what matters."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from typing import NamedTuple

_AROUND = 3


class Row(NamedTuple):
    """A line before and after; a number is 0 where there is no line, or where lines are left out.

    `mark` is "same", "changed" or "left out".
    """

    old_number: int
    old: str
    new_number: int
    new: str
    mark: str = "same"


LEFT_OUT = Row(0, "…", 0, "…", "left out")


def side_by_side(before: Sequence[str], after: Sequence[str], line: int) -> list[Row]:
    """The rows around changes and around one line; of a single version if nothing comes after."""
    rows = list(_rows(before, after or before))
    near = {
        near
        for number, row in enumerate(rows)
        if row.mark != "same" or row.old_number == line
        for near in range(number - _AROUND, number + _AROUND + 1)
    }
    return list(_cut(rows, near))


def _cut(rows: Sequence[Row], near: set[int]) -> Iterator[Row]:
    previous = -1
    for number in sorted(near.intersection(range(len(rows)))):
        if number > previous + 1 and previous >= 0:
            yield LEFT_OUT
        yield rows[number]
        previous = number


def _rows(before: Sequence[str], after: Sequence[str]) -> Iterator[Row]:
    matcher = difflib.SequenceMatcher(None, before, after, autojunk=False)
    for tag, i, j, k, m in matcher.get_opcodes():
        mark = "same" if tag == "equal" else "changed"
        for step in range(max(j - i, m - k)):
            old, new = i + step, k + step
            yield Row(
                old + 1 if old < j else 0,
                _shown(before[old]) if old < j else "",
                new + 1 if new < m else 0,
                _shown(after[new]) if new < m else "",
                mark,
            )


def _shown(line: str) -> str:
    return line.rstrip("\r\n").expandtabs(8)
