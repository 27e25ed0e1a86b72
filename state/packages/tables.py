"""The results as tables in Markdown: one row for a package, one column for a kind."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from verdicts import KINDS


def by_kind(results: Sequence[dict[str, Any]]) -> str:
    """How many findings and wasted places of each kind a package has."""
    headings = ("package", "version", *KINDS, "tests changed by safe fixes", "by unsafe fixes")
    lines = [_row(headings), _row(["---"] * len(headings))]
    total: Counter[str] = Counter()
    for result in results:
        counts = Counter(row["verdict"] for row in result["rows"])
        total.update(counts)
        fixes = (_fixed(result, "safe"), _fixed(result, "unsafe"))
        name = result["package"] + ("" if not result["problem"] else " (!)")
        lines.append(_row((name, result["version"], *_cells(counts), *fixes)))
    lines.append(_row(("**all**", "", *_cells(total), "", "")))
    return "\n".join(lines)


def _cells(counts: Counter[str]) -> list[str]:
    return [str(counts[kind] or "") for kind in KINDS]


def _fixed(result: dict[str, Any], kind: str) -> str:
    fix = result["fixes"].get(kind)
    if fix is None:
        return ""
    return f"{len(fix['changed'])} ({fix['hunks']} edits)" if fix["hunks"] else "no edit"


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def details(results: Sequence[dict[str, Any]]) -> str:
    """What a reader has to look at: contradictions, misses, changed tests, problems."""
    return "\n".join(line for result in results for line in _details(result))


def _details(result: dict[str, Any]) -> Iterator[str]:
    name = result["package"]
    if result["problem"]:
        yield f"* {name}: {result['problem']}"
    for row in result["rows"]:
        if row["verdict"].startswith(("contradicted", "missed")):
            yield (
                f"* {name}: {row['path']}:{row['line']} {row['function']} {row['code']} "
                f"{row['verdict']} ({row['counts'] or 'no pass'}): {row['reason']}"
            )
    for kind, fix in result["fixes"].items():
        for change in fix["changed"]:
            yield f"* {name}: {kind} fixes: {change}"
    for change in result["disturbed"]:
        yield f"* {name}: the recorder: {change}"
