"""The programs of several files of `fixtures/projects/`, and the findings that are asked for."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from fixture_programs import FIXTURES, Program

PROJECTS_FOLDER = FIXTURES / "projects"
ROOT_MARKER = "pyproject.toml"


@dataclass(frozen=True)
class Project:
    """One fixture of several files; `main.py` runs it."""

    path: Path
    files: tuple[Program, ...]

    @property
    def name(self) -> str:
        """The folder's name."""
        return self.path.name

    @property
    def main(self) -> Program:
        """The file that runs the program."""
        return next(file for file in self.files if file.path == self.path / "main.py")

    def place(self, file: Program) -> str:
        """A file's path inside the project."""
        return file.path.relative_to(self.path).as_posix()

    @property
    def expected(self) -> dict[str, list[tuple[int, str]]]:
        """The lines and codes that the markers of each file ask for."""
        return {
            self.place(file): [(want.line, want.code) for want in file.expected]
            for file in self.files
        }

    @property
    def is_flagged(self) -> bool:
        """Whether anything is asked for."""
        return any(file.expected for file in self.files)

    def lay_out(self, folder: Path, *, silenced: bool = False, root: bool = True) -> Path:
        """Write the files without their markers; `root` marks the folder as a project's."""
        for file in self.files:
            path = folder / self.place(file)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(file.silenced if silenced else file.code, "utf-8")
        if root:
            (folder / ROOT_MARKER).touch()
        return folder


def lay_out_all(folder: Path) -> Path:
    """Write all projects beside each other, each with a root of its own."""
    for project in PROJECTS:
        project.lay_out(folder / project.name)
    return folder


def _project(path: Path) -> Project:
    files = sorted(path.rglob("*.py"))
    return Project(path, tuple(Program(file, file.read_text("utf-8")) for file in files))


PROJECTS = [_project(path) for path in sorted(PROJECTS_FOLDER.glob("*/")) if path.is_dir()]
