"""The answers of a project to what the analysis of one of its files asks."""

from __future__ import annotations

from functools import cache

from flake8_nograd.elsewhere import NOWHERE, Elsewhere
from flake8_nograd.options import Options
from flake8_nograd.project.location import python_files, root_of
from flake8_nograd.source import Source
from flake8_nograd.vocabulary.effect import Effect


class Project:
    """All files below a root, remembered for the process."""

    def __init__(self, root: str) -> None:
        self.root = root
        self.files = python_files(root)


class View:
    """A project as one of its files sees it; the file's own text is the one that is analysed."""

    def __init__(self, project: Project, source: Source) -> None:
        self._project = project
        self._source = source

    def effect(self, dotted: str) -> Effect | None:
        """See `Elsewhere`."""
        return None


def seen_from(source: Source, options: Options) -> Elsewhere:
    """What the other files of its project tell of a file."""
    root = root_of(source.path, options.project)
    return View(_project(root), source) if root is not None else NOWHERE


@cache
def _project(root: str) -> Project:
    return Project(root)
