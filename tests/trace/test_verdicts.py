"""What became of forward passes is told right, whatever the program does with them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from flake8_nograd.trace.report import Report
from flake8_nograd.trace.silent_run import run

PROGRAMS = sorted((Path(__file__).parent / "programs").glob("*.py"))
MARKER = re.compile(r"# verdict: ([a-z ]+)$")
VERDICT = re.compile("wasted|used|guarded|nothing recorded|mixed")


def marked(path: Path) -> dict[int, list[str]]:
    """The verdicts that the comments of a program ask for, by line."""
    lines = enumerate(path.read_text("utf-8").splitlines(), 1)
    found = ((number, MARKER.search(line)) for number, line in lines)
    return {number: VERDICT.findall(match[1]) for number, match in found if match}


def told(report: Report, path: Path) -> dict[int, list[str]]:
    """The verdicts of a report, by line."""
    verdicts: dict[int, list[str]] = {}
    for site in sorted(report.sites, key=lambda site: site.place):
        assert site.place.path == str(path)
        verdicts.setdefault(site.place.line, []).append(site.verdict.value)
    return verdicts


@pytest.mark.parametrize("path", PROGRAMS, ids=lambda path: path.stem)
def test_verdicts(path):
    done = run(path)
    assert done.failure is None
    assert told(done.report, path) == marked(path)
