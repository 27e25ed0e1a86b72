"""The one thing that torch says because of our hooks: compiled modules run them once more."""

from __future__ import annotations

import contextlib
import warnings
from collections.abc import Iterator

MESSAGE = r"Using `torch\.compile\(module\)` when there are global hooks"


@contextlib.contextmanager
def ignored() -> Iterator[None]:
    """Keep that warning back; all other filters, and what becomes of them meanwhile, stay."""
    warnings.filterwarnings("ignore", MESSAGE)
    ours = warnings.filters[0]
    try:
        yield
    finally:
        # Whoever has restored older filters has removed ours already.
        with contextlib.suppress(ValueError):
            warnings.filters.remove(ours)  # type: ignore[attr-defined]
