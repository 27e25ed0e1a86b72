"""Carry a change over to a text that differs from the one it was made on."""

from __future__ import annotations

from difflib import SequenceMatcher

Lines = list[bytes]


def splice(base: bytes, changed: bytes, target: bytes) -> bytes | None:
    """Apply what leads from `base` to `changed` to `target`, which differs from `base` elsewhere.

    None if the two differences touch, so that there is no telling what was meant.
    """
    base_lines, target_lines = base.splitlines(True), target.splitlines(True)
    drift = _differences(base_lines, target_lines)
    result: Lines = []
    position = 0
    for start, end, lines in _differences(base_lines, changed.splitlines(True)):
        if any(first <= end and start <= last for first, last, _ in drift):
            return None
        shift = sum(len(new) - (last - first) for first, last, new in drift if last < start)
        result += target_lines[position : start + shift] + lines
        position = end + shift
    return b"".join(result + target_lines[position:])


def _differences(old: Lines, new: Lines) -> list[tuple[int, int, Lines]]:
    """Stretches of old lines, start and end, and the new lines in their place."""
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    return [
        (start, end, new[first:last])
        for tag, start, end, first, last in matcher.get_opcodes()
        if tag != "equal"
    ]
