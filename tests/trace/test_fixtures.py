"""Torch runs every fixture and its fixed twin, and confirms their markers."""

from __future__ import annotations

import re

import pytest
from fixture_programs import PROGRAMS
from fixture_projects import PROJECTS

from flake8_nograd.trace.judge import judge

NOT_RUN = re.compile(r"# not run: (needs \w+|silent by convention)\n")
MAINS = [*PROGRAMS, *(project.main for project in PROJECTS)]
each_program = pytest.mark.parametrize("program", MAINS, ids=lambda program: program.name)


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.name)
def test_torch_confirms_the_markers(program):
    assert judge(program.path) == []


@pytest.mark.parametrize("project", PROJECTS, ids=lambda project: project.name)
def test_torch_confirms_the_markers_of_projects(project):
    assert judge(project.path) == []


@each_program
def test_a_fixture_that_is_not_run_says_why(program):
    is_run = not program.marked.startswith("# not run")
    assert is_run or NOT_RUN.match(program.marked)


def test_most_fixtures_are_run():
    run = [program for program in PROGRAMS if not program.marked.startswith("# not run")]
    assert len(run) > 0.8 * len(PROGRAMS)
    run = [project for project in PROJECTS if not project.main.marked.startswith("# not run")]
    assert len(run) > 0.8 * len(PROJECTS)


def test_what_is_flagged_is_run():
    flagged = [program for program in PROGRAMS if program.expected]
    flagged += [project.main for project in PROJECTS if project.is_flagged]
    assert [program.name for program in flagged if NOT_RUN.match(program.marked)] == []
