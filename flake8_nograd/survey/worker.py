"""The work on a part of a data set: bytes in, findings out; it runs anywhere."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from flake8_nograd import engine
from flake8_nograd.command.settings import Settings
from flake8_nograd.findings import Finding
from flake8_nograd.roots import NOT_HERE
from flake8_nograd.source import Source, SourceError
from flake8_nograd.survey.data_set import Text


class Surveyed(NamedTuple):
    """One file and its findings, or in one line why it could not be analysed."""

    repository: str
    path: str
    findings: tuple[Finding, ...] = ()
    failure: str = ""


@dataclass(frozen=True, slots=True)
class Worker:
    """Looks at texts under one configuration."""

    settings: Settings

    def __call__(self, texts: Sequence[Text]) -> list[Surveyed]:
        """What is found in each text."""
        return [self._one(text) for text in texts]

    def _one(self, text: Text) -> Surveyed:
        try:
            source = Source.from_bytes(text.data, NOT_HERE + text.path.lstrip("/"))
            found = engine.check(source, self.settings.options, keep=self.settings.keep)
        except SourceError as error:
            return Surveyed(text.repository, text.path, failure=error.why)
        except Exception as error:  # one odd file must not end a run over millions
            return Surveyed(text.repository, text.path, failure=_in_one_line(error))
        return Surveyed(text.repository, text.path, tuple(found))


def _in_one_line(error: Exception) -> str:
    return f"{type(error).__name__}: {error}".splitlines()[0]
