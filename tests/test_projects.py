"""Projects of several files are reported where their markers say, however they are run."""

from __future__ import annotations

from pathlib import Path

import pytest
from fixture_programs import ANY_MARKER, MARKER
from fixture_projects import PROJECTS, Project, lay_out_all
from real_flake8 import Flake8Run, run_flake8

from flake8_nograd import engine
from flake8_nograd.source import Source

each_project = pytest.mark.parametrize("project", PROJECTS, ids=lambda project: project.name)
Places = dict[str, list[tuple[int, str]]]


def places(project: Project, folder: Path) -> Places:
    """What the engine says of each file of a project that is laid out in a folder."""
    return {
        name: [(found.line, found.code) for found in engine.check(Source.from_path(folder / name))]
        for name in map(project.place, project.files)
    }


@pytest.fixture(scope="module")
def laid_out(tmp_path_factory) -> Path:
    return lay_out_all(tmp_path_factory.mktemp("projects"))


@pytest.fixture(scope="module", params=["1", "2"])
def run_of_flake8(request, laid_out) -> Flake8Run:
    return run_flake8("--isolated", f"--jobs={request.param}", ".", folder=laid_out)


@each_project
def test_findings_are_the_expected_ones(project, laid_out):
    assert places(project, laid_out / project.name) == project.expected


@each_project
def test_without_a_marker_the_folders_of_python_files_are_the_project(project, tmp_path):
    folder = project.lay_out(tmp_path / "project", root=False)
    assert places(project, folder) == project.expected


@each_project
def test_flake8_reports_the_same_with_any_jobs(project, run_of_flake8):
    reported = {
        name: [
            (found.line, found.code) for found in run_of_flake8.findings(f"{project.name}/{name}")
        ]
        for name in map(project.place, project.files)
    }
    assert reported == project.expected


def test_noqa_silences_in_whichever_file(tmp_path):
    for project in PROJECTS:
        project.lay_out(tmp_path / project.name, silenced=True)
    run = run_flake8("--isolated", ".", folder=tmp_path)
    for project in PROJECTS:
        for name, expected in project.expected.items():
            left = run.findings(f"{project.name}/{name}")
            assert {(found.line, found.code) for found in left}.isdisjoint(expected)


@each_project
def test_fixtures_are_well_formed(project):
    assert len(project.files) > 1
    assert project.main.marked.startswith(('"""', "# not run: "))
    for file in project.files:
        assert len(ANY_MARKER.findall(file.marked)) == len(MARKER.findall(file.marked))
    assert project.is_flagged != project.name.startswith("ok_")
