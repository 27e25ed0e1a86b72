"""What the linter says of a program beside what torch did when it ran.

This is the one part of the recorder that knows the linter.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, NamedTuple

from flake8_nograd import engine
from flake8_nograd.command.settings import Settings, SettingsError
from flake8_nograd.findings import Finding
from flake8_nograd.fixing import Style
from flake8_nograd.source import Source, SourceError
from flake8_nograd.trace.program import ProgramError
from flake8_nograd.trace.report import Report
from flake8_nograd.trace.sites import Counts, Kind, Place, Route, Site

_OF_FORWARD_PASSES = "NGR1"


class Found(NamedTuple):
    """A finding, and the path of its file."""

    path: str
    finding: Finding


@dataclass(frozen=True, slots=True)
class Reported:
    """A finding, and the uses of the forward passes that it speaks of."""

    path: str
    finding: Finding
    counts: Counts

    @property
    def was_reached(self) -> bool:
        """Whether any of the forward passes ran at all."""
        return self.counts.calls > 0

    @property
    def is_contradicted(self) -> bool:
        """Whether torch used the graph, or recorded none."""
        return self.was_reached and not self.counts.is_waste


@dataclass(frozen=True, slots=True)
class Missed:
    """A wasted site without a finding, and why the linter is silent."""

    site: Site
    reason: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """Findings and sites of one run, side by side."""

    anything_ran: bool
    findings: dict[Place, tuple[Found, ...]]
    reported: tuple[Reported, ...]
    missed: tuple[Missed, ...]

    @property
    def codes(self) -> dict[Place, str]:
        """The codes of the findings that speak of each site."""
        return {
            place: " ".join(sorted({item.finding.code for item in found}))
            for place, found in self.findings.items()
        }

    @property
    def contradicted(self) -> list[Reported]:
        """Findings where nothing was wasted in this run."""
        return [item for item in self.reported if item.is_contradicted]

    @property
    def unreached(self) -> list[Reported]:
        """Findings of which this run says nothing."""
        return [item for item in self.reported if not item.was_reached]

    def as_json(self) -> dict[str, Any]:
        """Everything, in plain values."""
        return {
            "reported": [
                {
                    "path": item.path,
                    "line": item.finding.line,
                    "column": item.finding.column,
                    "code": item.finding.code,
                    "message": item.finding.message,
                    "verdict": item.counts.verdict.value if item.was_reached else "not reached",
                    **asdict(item.counts),
                }
                for item in self.reported
            ],
            "missed": [{**asdict(item.site.place), "reason": item.reason} for item in self.missed],
        }


class Linter:
    """The linter with flake8's configuration, as it is where the program starts."""

    def __init__(self) -> None:
        """Read the configuration; raises `ProgramError` if it cannot be used."""
        try:
            self._settings = Settings.read([])
        except SettingsError as error:
            raise ProgramError(str(error)) from error

    @property
    def settings(self) -> Settings:
        """flake8's configuration."""
        return self._settings

    def compare(
        self,
        report: Report,
        files: Iterable[str] = (),
        keeps: Callable[[str], bool] = lambda path: True,
    ) -> Comparison:
        """Look at some files, and at every other to keep that led to a forward pass."""
        passages = _Passages(report)
        paths = {path for path in passages.paths() | set(files) if keeps(path)}
        looked_at = {path: _File(path, self._settings) for path in sorted(paths)}
        reported = [item for file in looked_at.values() for item in file.reported(passages)]
        findings: dict[Place, tuple[Found, ...]] = {}
        missed: list[Missed] = []
        for site in report.sites:
            found = _findings(site, looked_at)
            if found:
                findings[site.place] = found
            if _is_missed(site, looked_at):
                missed.append(Missed(site, looked_at[site.place.path].reason(site.place)))
        return Comparison(bool(report.sites), findings, tuple(reported), tuple(missed))


def python_files(directories: Iterable[str]) -> Iterator[str]:
    """The Python files in directories and all below them; a file stands for itself."""
    for directory in directories:
        path = Path(directory)
        yield from [directory] if path.is_file() else map(str, sorted(path.rglob("*.py")))


class _Passages:
    """Which passes came by which place of a file."""

    # A finding speaks of passes that begin where it stands. Those within them have their own fates,
    # and modules without parameters matter only where nothing else was called.
    _RANKS = ((Kind.OUTERMOST, Kind.NESTED), (Kind.BARE,))

    def __init__(self, report: Report) -> None:
        self._by_path: list[dict[str, list[tuple[Route, Place]]]] = []
        for kinds in self._RANKS:
            by_path: dict[str, list[tuple[Route, Place]]] = {}
            routes = (r for kind in kinds for site in report.of_kind(kind) for r in site.routes)
            for route in routes:
                for place in route.places:
                    by_path.setdefault(place.path, []).append((route, place))
            self._by_path.append(by_path)

    def paths(self) -> set[str]:
        """The files that passes came by."""
        return set().union(*self._by_path)

    def counts(self, path: str, finding: Finding) -> Counts:
        """What became of the passes that a finding speaks of."""
        for by_path in self._by_path:
            passing = by_path.get(path, ())
            met = {id(route): route for route, place in passing if _speaks_of(finding, place)}
            if met:
                return sum((route.counts for route in met.values()), Counts())
        return Counts()


class _File:
    """The findings of one file: those that flake8 shows, and those it is told to hide."""

    def __init__(self, path: str, settings: Settings) -> None:
        self._path = path
        self._shown: list[Finding] = []
        self._hidden: list[Finding] = []
        self._suppressions: dict[tuple[int, int], str] = {}
        self._why_not_read: str | None = None
        try:
            self._look(Source.from_path(path), settings)
        except SourceError as error:
            self._why_not_read = error.why
        except Exception as error:  # the report of a long run must not be lost for one odd file
            self._why_not_read = f"{type(error).__name__}: {error}"

    def _look(self, source: Source, settings: Settings) -> None:
        found = engine.find(source, settings.options)
        kept = [] if settings.is_excluded(self._path) else settings.keep(source, found)
        plan = engine.plan(source, found, kept, Style(), settings.keep)
        self._shown = [
            item.finding
            for item in plan.outcomes
            if item.finding.code.startswith(_OF_FORWARD_PASSES)
        ]
        self._hidden = [
            finding
            for finding in found
            if finding not in kept and finding.code.startswith(_OF_FORWARD_PASSES)
        ]
        self._suppressions = engine.suppressions(source, settings.options)

    def reported(self, passages: _Passages) -> Iterator[Reported]:
        """The findings shown, with the uses of what came by."""
        for finding in self._shown:
            yield Reported(self._path, finding, passages.counts(self._path, finding))

    def findings(self, place: Place) -> list[Found]:
        """The findings that speak of a call."""
        return [Found(self._path, item) for item in self._shown if _speaks_of(item, place)]

    def reason(self, place: Place) -> str:
        """Why nothing is said of a call."""
        if self._why_not_read is not None:
            return f"the file cannot be read: {self._why_not_read}"
        hidden = {finding.code for finding in self._hidden if _speaks_of(finding, place)}
        if hidden:
            return f"{' '.join(sorted(hidden))} is silenced here"
        for (line, column), reason in self._suppressions.items():
            if line == place.line and place.column in (column, None):
                return reason
        return "the call is not taken for a forward pass"


def _findings(site: Site, files: dict[str, _File]) -> tuple[Found, ...]:
    places = {place for route in site.routes for place in route.places}
    return tuple(sorted({found for place in places for found in _findings_at(place, files)}))


def _findings_at(place: Place, files: dict[str, _File]) -> list[Found]:
    file = files.get(place.path)
    return file.findings(place) if file else []


def _is_missed(site: Site, files: dict[str, _File]) -> bool:
    """Whether a wasted pass came by a way that no finding speaks of."""
    return site.is_waste and any(
        route.counts.is_waste and not any(_findings_at(place, files) for place in route.places)
        for route in site.routes
    )


def _speaks_of(finding: Finding, place: Place) -> bool:
    """Whether a call is the one reported, or a later one that the same guard would cover."""
    if place.column is None and finding.line == place.line:
        return True
    position = (place.line, place.column or 0)
    if (finding.line, finding.column) == position:
        return True
    block = finding.repair.block if finding.repair else None
    if block is None or (finding.line, finding.column) > position:
        return False
    return position < (block[-1].end_lineno or 0, (block[-1].end_col_offset or 0) + 1)
