"""A project gets the same findings in whatever order, by whatever way it is asked."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from random import Random

import libcst
import pytest
from fixture_projects import PROJECTS, Project, lay_out_all
from hypothesis import given, settings
from hypothesis import strategies as st
from libcst.codemod import CodemodContext
from real_flake8 import Flake8Run, run_flake8

from flake8_nograd import engine, fix_engine
from flake8_nograd.codemod import NoGradCommand
from flake8_nograd.plugin import Checker
from flake8_nograd.source import Source

each_project = pytest.mark.parametrize("project", PROJECTS, ids=lambda project: project.name)
Places = list[tuple[int, str]]


def of_file(path: str | Path) -> Places:
    return [(found.line, found.code) for found in engine.check(Source.from_path(path))]


def of_text(text: str, name: str) -> Places:
    """What flake8 is told of a text that has the name of a file."""
    records = Checker(ast.parse(text), text.splitlines(keepends=True), name).run()
    return sorted((line, message.partition(" ")[0]) for line, _, message, _ in records)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.sampled_from(PROJECTS), min_size=1, max_size=4), st.integers(0, 2**32 - 1))
def test_order_of_files_does_not_matter(projects: list[Project], seed: int):
    # A root that no test has seen before: nothing is remembered of it.
    with tempfile.TemporaryDirectory() as temporary:
        asked = [
            (project.lay_out(Path(temporary) / project.name), project, file)
            for project in {project.name: project for project in projects}.values()
            for file in project.files
        ]
        Random(seed).shuffle(asked)
        for folder, project, file in asked:
            place = project.place(file)
            assert of_file(folder / place) == project.expected[place], place


@each_project
def test_working_directory_inside_the_project_does_not_matter(project, tmp_path, monkeypatch):
    folder = project.lay_out(tmp_path / "project")
    for here in {folder, *(path.parent for path in folder.rglob("*.py"))}:
        monkeypatch.chdir(here)
        for place, expected in project.expected.items():
            assert of_file(os.path.relpath(folder / place)) == expected


@each_project
def test_text_that_is_sent_stands_for_the_file(project, tmp_path, monkeypatch):
    folder = project.lay_out(tmp_path / "project")
    monkeypatch.chdir(folder)
    for file in project.files:
        place = project.place(file)
        (folder / place).write_text("not what is sent =")
        assert of_text(file.code, place) == project.expected[place]
        (folder / place).write_text(file.code, "utf-8")


@each_project
def test_a_link_to_the_project_does_not_matter(project, tmp_path):
    folder = project.lay_out(tmp_path / "project")
    link = tmp_path / "link"
    link.symlink_to(folder)
    assert {place: of_file(link / place) for place in project.expected} == project.expected


def test_one_file_alone_and_through_stdin(tmp_path):
    for project in [item for item in PROJECTS if item.is_flagged][:2]:
        folder = project.lay_out(tmp_path / project.name)
        file = next(file for file in project.files if file.expected)
        place = project.place(file)
        alone = run_flake8("--isolated", place, folder=folder)
        sent = run_flake8(
            "--isolated", f"--stdin-display-name={place}", "-", folder=folder, stdin=file.code
        )
        assert alone.codes == sent.codes == [want.code for want in file.expected]


@pytest.fixture(scope="module")
def laid_out(tmp_path_factory) -> Path:
    return lay_out_all(tmp_path_factory.mktemp("projects"))


@pytest.mark.parametrize(("jobs", "is_reversed"), [("1", True), ("2", False), ("2", True)])
def test_the_fixer_finds_the_same_in_any_order_with_any_jobs(laid_out, jobs, is_reversed):
    names = [f"{project.name}/{place}" for project in PROJECTS for place in project.expected]
    command = [sys.executable, "-m", "flake8_nograd", "--isolated", "--check", f"--jobs={jobs}"]
    done = subprocess.run(
        [*command, *sorted(names, reverse=is_reversed)],
        cwd=laid_out,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    run = Flake8Run(done.returncode, done.stdout, done.stderr)
    for project in PROJECTS:
        for place, expected in project.expected.items():
            found = [(item.line, item.code) for item in run.findings(f"{project.name}/{place}")]
            assert found == expected, f"{project.name}/{place}"


@pytest.mark.parametrize(
    "project", [item for item in PROJECTS if item.is_flagged], ids=lambda project: project.name
)
def test_the_codemod_does_what_the_fixer_does(project, tmp_path):
    folder = project.lay_out(tmp_path / "project")
    for file in project.files:
        path = folder / project.place(file)
        command = NoGradCommand(CodemodContext(filename=str(path)), unsafe_fixes=True)
        mended = command.transform_module(libcst.parse_module(file.code)).code
        style = fix_engine.Style(unsafe=True)
        assert mended.encode() == fix_engine.fix(path.read_bytes(), str(path), style=style).after
