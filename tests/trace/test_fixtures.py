"""Torch runs every fixture and its fixed twin, and confirms their markers."""

from __future__ import annotations

import re

import pytest
from fixture_programs import PROGRAMS

from flake8_nograd.trace.judge import judge

NOT_RUN = re.compile(r"# not run: (needs \w+|silent by convention)\n")
each_program = pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.name)


@each_program
def test_torch_confirms_the_markers(program):
    assert judge(program.path) == []


@each_program
def test_a_fixture_that_is_not_run_says_why(program):
    is_run = not program.marked.startswith("# not run")
    assert is_run or NOT_RUN.match(program.marked)


def test_most_fixtures_are_run():
    run = [program for program in PROGRAMS if not program.marked.startswith("# not run")]
    assert len(run) > 0.8 * len(PROGRAMS)


def test_what_is_flagged_is_run():
    flagged = [program for program in PROGRAMS if program.expected]
    assert [program.name for program in flagged if NOT_RUN.match(program.marked)] == []
