"""The fixer turns flagged files of projects into their `.fixed` twins; torch's judge runs those."""

from __future__ import annotations

from pathlib import Path

import pytest
from fixture_projects import PROJECTS, Project

from flake8_nograd.cli import main

each_project = pytest.mark.parametrize("project", PROJECTS, ids=lambda project: project.name)


def texts(project: Project, folder: Path) -> dict[str, str]:
    """The files of a project that is laid out in a folder."""
    names = map(project.place, project.files)
    return {name: (folder / name).read_text("utf-8") for name in names}


def fixed(project: Project, folder: Path, monkeypatch, *arguments: str) -> dict[str, str]:
    """The files after `nograd-fix` went over the folder."""
    project.lay_out(folder)
    monkeypatch.chdir(folder)
    main(["--isolated", "--unsafe-fixes", "--quiet", *arguments])
    return texts(project, folder)


@each_project
def test_twins(project, tmp_path, monkeypatch, request):
    after = fixed(project, tmp_path, monkeypatch, "--jobs=1", ".")
    before = {project.place(file): file.code for file in project.files}
    changed = {name: text for name, text in after.items() if text != before[name]}
    twins = {path: path.with_name(f"{path.name}.fixed") for path in project.path.rglob("*.py")}
    if request.config.getoption("--bless"):
        for path, twin in twins.items():
            text = changed.get(path.relative_to(project.path).as_posix())
            twin.unlink(missing_ok=True) if text is None else twin.write_text(text, "utf-8")
    assert changed == {
        path.relative_to(project.path).as_posix(): twin.read_text("utf-8")
        for path, twin in twins.items()
        if twin.exists()
    }
    assert bool(changed) <= project.is_flagged


@pytest.mark.parametrize("project", [item for item in PROJECTS if item.is_flagged][::4])
def test_order_of_files_and_jobs_do_not_matter(project, tmp_path, monkeypatch):
    names = sorted(map(project.place, project.files))
    forwards = fixed(project, tmp_path / "a", monkeypatch, "--jobs=1", *names)
    backwards = fixed(project, tmp_path / "b", monkeypatch, "--jobs=1", *reversed(names))
    several = fixed(project, tmp_path / "c", monkeypatch, "--jobs=2", *names)
    assert forwards == backwards == several


def test_every_twin_has_its_file():
    twins = (twin for project in PROJECTS for twin in project.path.rglob("*.py.fixed"))
    assert [twin for twin in twins if not twin.with_suffix("").exists()] == []
