"""How much may be looked at before a file is given up: steps, so that every run ends alike."""

from __future__ import annotations

_AT_LEAST = 100_000
_FOR_EACH_NODE = 30


class BeyondBudget(Exception):
    """A file connects so much with so much that nothing is concluded of it."""


class Budget:
    """Steps that are left, in proportion to the size of a file."""

    def __init__(self, nodes: int) -> None:
        self._left = _AT_LEAST + _FOR_EACH_NODE * nodes

    def spend(self, steps: int) -> None:
        """Take steps; raises `BeyondBudget` when there are none left."""
        self._left -= steps
        if self._left < 0:
            raise BeyondBudget
