"""What separates two versions of a text, as whole lines to replace."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from typing import NamedTuple


class TextEdit(NamedTuple):
    """Lines to replace by a text: the 1-based first one, and the one below the last."""

    first: int
    end: int
    text: str


class Place(NamedTuple):
    """A 1-based line and a 1-based column in characters."""

    line: int
    column: int


def difference(before: Sequence[str], after: Sequence[str]) -> tuple[TextEdit, ...]:
    """The edits that make one text of another; both as lines with their ends kept."""
    start = _common(before, after)
    stop = _common(before[start:][::-1], after[start:][::-1])
    old, new = before[start : len(before) - stop], after[start : len(after) - stop]
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    return tuple(
        TextEdit(start + i + 1, start + j + 1, "".join(new[k:m]))
        for tag, i, j, k, m in matcher.get_opcodes()
        if tag != "equal"
    )


def apply(lines: Sequence[str], edits: Sequence[TextEdit]) -> str:
    """The text after edits that do not overlap."""
    result = list(lines)
    for edit in sorted(edits, reverse=True):
        result[edit.first - 1 : edit.end - 1] = [edit.text]
    return "".join(result)


def places(lines: Sequence[str], edit: TextEdit) -> tuple[Place, Place]:
    """Where the replaced text begins and where it ends; no place lies below the last line."""
    return _start_of(lines, edit.first), _start_of(lines, edit.end)


def added_lines(lines: Sequence[str], edits: Sequence[TextEdit]) -> Iterator[str]:
    """The lines that are new and not only indented more, without their indentation."""
    for edit in edits:
        old = [line.strip() for line in lines[edit.first - 1 : edit.end - 1]]
        for line in edit.text.splitlines():
            if line.strip() in old:
                old.remove(line.strip())
            else:
                yield line.strip()


def _start_of(lines: Sequence[str], line: int) -> Place:
    if line <= len(lines) or not lines or lines[-1].endswith(("\n", "\r")):
        return Place(line, 1)
    return Place(len(lines), len(lines[-1]) + 1)


def _common(one: Sequence[str], other: Sequence[str]) -> int:
    """How many items at the start are the same."""
    count = 0
    for mine, others in zip(one, other, strict=False):
        if mine != others:
            break
        count += 1
    return count
