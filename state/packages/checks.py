"""What must not happen to any package, so that a run of one can be a test of ours."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from verdicts import USED


def failures(results: Sequence[dict[str, Any]]) -> list[str]:
    """One line for each thing that must not happen."""
    return [f"{result['package']}: {what}" for result in results for what in _failures(result)]


def _failures(result: dict[str, Any]) -> Iterator[str]:
    if result["is_unreachable"]:
        return
    if result["problem"]:
        yield result["problem"]
        return
    if not result["rows"]:
        yield "neither a finding nor a wasted forward pass"
    for row in result["rows"]:
        if row["verdict"] == USED:
            yield f"{row['path']}:{row['line']} {row['code']} speaks of a graph that is used"
    for change in result["disturbed"]:
        yield f"the recorder changed {change}"
    for change in result["fixes"]["safe"]["changed"]:
        yield f"safe fixes changed {change}"
