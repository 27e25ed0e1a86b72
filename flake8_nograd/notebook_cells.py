"""Notebooks as nbqa hands them on: one Python file, with a mark above each cell.

nbqa turns the line at the head of what is printed into one of a cell. Lines that messages speak of
are left to us, and it does not know that a fix moves lines.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence

_MARK = "# %%NBQA-CELL-SEP"
_LINE = re.compile(r"\bline (\d+)\b")


class Cells:
    """The cells of one file; there are none in what is no notebook.

    Cells have no numbers here: nbqa leaves some of the notebook out.
    """

    def __init__(self, lines: Sequence[str]) -> None:
        self._marks = [number for number, line in enumerate(lines, 1) if line.startswith(_MARK)]
        self._end = len(lines)

    def __bool__(self) -> bool:
        return bool(self._marks)

    def in_words(self, text: str, here: int) -> str:
        """A text about a line of a cell, with every line that it names counted in its cell."""
        if not self._marks:
            return text

        def told(match: re.Match[str]) -> str:
            line = int(match[1])
            cell, own = self._cell(line), self._cell(here)
            if cell < 0:
                return match[0]
            which = "this" if cell == own else "an earlier" if cell < own else "a later"
            return f"line {line - self._marks[cell]} of {which} cell"

        return _LINE.sub(told, text)

    def as_before(self, line: int, before: Cells) -> tuple[int, str]:
        """The line that nbqa takes for one of the same number in that cell, and what else to say.

        It knows the file only as it was before it was fixed, where the cell may have been shorter.
        """
        cell = self._cell(line)
        if cell < 0 or len(before._marks) != len(self._marks):
            return line, ""
        number = line - self._marks[cell]
        wanted = before._marks[cell] + number
        last = [*(mark - 1 for mark in before._marks[1:]), before._end][cell]
        return min(wanted, last), f" (now line {number} of its cell)" if wanted > last else ""

    def _cell(self, line: int) -> int:
        return bisect_right(self._marks, line) - 1
