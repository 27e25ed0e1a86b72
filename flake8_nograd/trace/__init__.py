"""What really happened: which forward passes recorded a graph, and whether a backward used it.

The static rules read programs; this package watches one run of a program. It needs torch, and
nothing else of `flake8_nograd` imports it.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flake8_nograd.trace.report import Report

__all__ = ["record"]


def record(*, nested: bool = False) -> AbstractContextManager[Report]:
    """Watch the forward passes of a block; the report is complete when the block is left.

    With `nested`, passes within passes are counted as well: those of `Report.of_kind(Kind.NESTED)`.

    >>> with flake8_nograd.trace.record() as report:
    ...     evaluate(model)
    >>> print(report)
    """
    # torch takes a second to import, and the command line must not be first to import it.
    from flake8_nograd.trace.recorder import recording

    return recording(nested=nested)
