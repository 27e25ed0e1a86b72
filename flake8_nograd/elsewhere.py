"""What the analysis of one file may ask of the other files; `project/` answers."""

from __future__ import annotations

from typing import Protocol

from flake8_nograd.vocabulary.effect import Effect


class Elsewhere(Protocol):
    """What is known of names that the file imports, and of those who call its functions."""

    def effect(self, dotted: str) -> Effect | None:
        """What calling something that the project defines does; None if nothing is known."""
        ...


class Nowhere:
    """There are no other files, or none that say anything."""

    def effect(self, dotted: str) -> Effect | None:
        """See `Elsewhere`."""
        return None


NOWHERE = Nowhere()
