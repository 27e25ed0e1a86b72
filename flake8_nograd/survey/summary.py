"""What a survey found: tables for people, JSON and CSV for programs."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from typing import Any, TextIO

from flake8_nograd.survey.tally import CodeCount, RepositoryCount, Tally, per_thousand

VERSION = 1
MOST = 20
_CODE_HEADINGS = ("code", "findings", "files", "repositories", "per 1000 files", "of torch")
_REPOSITORY_HEADINGS = ("findings", "files", "of torch", "per 1000 of torch", "repository", "codes")


def tables(tally: Tally) -> Iterator[str]:
    """The lines of the report."""
    yield (
        f"{tally.files} Python files of {tally.repositories} repositories,"
        f" {tally.torch_files} speak of torch"
    )
    yield (
        f"{tally.findings} findings in {tally.files_with_findings} files of"
        f" {tally.repositories_with_findings} repositories"
    )
    codes = tally.codes()
    if not codes:
        return
    yield ""
    yield from _table(_CODE_HEADINGS, [_code_row(item, tally) for item in codes], left=(0,))
    yield ""
    most = tally.most(MOST)
    yield from _table(_REPOSITORY_HEADINGS, list(map(_repository_row, most)), left=(4, 5))
    others = tally.repositories_with_findings - len(most)
    if others > 0:
        yield f"and {others} more"


def as_json(tally: Tally) -> dict[str, Any]:
    """The totals, the codes, and the repositories with the most findings."""
    return {
        "version": VERSION,
        "files": tally.files,
        "torch_files": tally.torch_files,
        "files_with_findings": tally.files_with_findings,
        "repositories": tally.repositories,
        "repositories_with_findings": tally.repositories_with_findings,
        "rows_left_out": tally.left_out,
        "files_not_analysed": tally.failures,
        "findings": tally.findings,
        "codes": {
            item.code: {
                "findings": item.findings,
                "files": item.files,
                "repositories": item.repositories,
                "per_thousand_files": round(per_thousand(item.findings, tally.files), 3),
                "per_thousand_torch_files": round(
                    per_thousand(item.findings, tally.torch_files), 3
                ),
            }
            for item in tally.codes()
        },
        "most": [item._asdict() for item in tally.most(MOST)],
    }


def write_repositories(tally: Tally, file: TextIO) -> None:
    """Every repository as CSV."""
    writer = csv.writer(file)
    writer.writerow(RepositoryCount._fields)
    writer.writerows(tally.all_repositories())


def _code_row(item: CodeCount, tally: Tally) -> tuple[str, ...]:
    return (
        item.code,
        str(item.findings),
        str(item.files),
        str(item.repositories),
        f"{per_thousand(item.findings, tally.files):.2f}",
        f"{per_thousand(item.findings, tally.torch_files):.2f}",
    )


def _repository_row(item: RepositoryCount) -> tuple[str, ...]:
    rate = f"{per_thousand(item.findings, item.torch_files):.0f}"
    counts = (item.findings, item.files, item.torch_files)
    return (*map(str, counts), rate, item.name, item.codes)


def _table(
    headings: Sequence[str], rows: Sequence[Sequence[str]], left: Sequence[int]
) -> Iterator[str]:
    lines = [headings, *rows]
    widths = [max(len(line[column]) for line in lines) for column in range(len(headings))]
    for line in lines:
        cells = (
            cell.ljust(width) if column in left else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(line, widths, strict=True))
        )
        yield "  ".join(cells).rstrip()
