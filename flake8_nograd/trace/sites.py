"""The values of a report: places, what became of forward passes, backward passes."""

from __future__ import annotations

import enum
from collections.abc import Iterable
from dataclasses import dataclass, fields


class Verdict(enum.Enum):
    """What became of the forward passes of one site; the order is that of the report."""

    WASTED = "wasted"
    MIXED = "mixed"
    USED = "used"
    GUARDED = "guarded"
    UNRECORDED = "nothing recorded"


class Kind(enum.Enum):
    """Which module calls are counted apart."""

    OUTERMOST = "outermost"
    NESTED = "nested"
    BARE = "without parameters"


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A call expression: 1-based line and column in characters; Python 3.10 knows no column."""

    path: str
    line: int
    column: int | None
    scope: str

    def __str__(self) -> str:
        column = f":{self.column}" if self.column else ""
        return f"{self.path}:{self.line}{column}"


@dataclass(frozen=True, slots=True)
class Counts:
    """How many forward passes had which fate."""

    wasted: int = 0
    used: int = 0
    guarded: int = 0
    unrecorded: int = 0

    def __add__(self, other: Counts) -> Counts:
        names = [field.name for field in fields(self)]
        return Counts(*(getattr(self, name) + getattr(other, name) for name in names))

    @property
    def calls(self) -> int:
        """The number of forward passes."""
        return self.wasted + self.used + self.guarded + self.unrecorded

    @property
    def verdict(self) -> Verdict:
        """The one fate of all passes, or that they differ."""
        kinds = {
            Verdict.WASTED: self.wasted,
            Verdict.USED: self.used,
            Verdict.GUARDED: self.guarded,
            Verdict.UNRECORDED: self.unrecorded,
        }
        met = [verdict for verdict, count in kinds.items() if count]
        return met[0] if len(met) == 1 else Verdict.MIXED

    @property
    def is_waste(self) -> bool:
        """Whether a guard would have saved something here and cost nothing."""
        return self.wasted > 0 and self.used == 0


@dataclass(frozen=True, slots=True)
class Route:
    """One way to a site: its call expression first, then the calls that led there."""

    places: tuple[Place, ...]
    counts: Counts


@dataclass(frozen=True, slots=True)
class Site:
    """A call expression that started forward passes, and what became of them."""

    place: Place
    routes: tuple[Route, ...]
    modules: tuple[str, ...]
    modes: tuple[str, ...]
    peak_bytes: int
    kept_bytes: int
    kind: Kind = Kind.OUTERMOST

    @property
    def counts(self) -> Counts:
        """The fates of the passes, whichever way led here."""
        return sum((route.counts for route in self.routes), Counts())

    @property
    def verdict(self) -> Verdict:
        """What became of the passes."""
        return self.counts.verdict

    @property
    def is_waste(self) -> bool:
        """Whether graphs were recorded here and none of them was ever differentiated."""
        return self.counts.is_waste


def merged(sites: Iterable[Site]) -> list[Site]:
    """The sites of several processes, those at the same place made one, most wasteful first."""
    groups: dict[tuple[Place, Kind], list[Site]] = {}
    for site in sites:
        groups.setdefault((site.place, site.kind), []).append(site)
    return by_waste(
        Site(
            place=place,
            routes=_joined(route for site in group for route in site.routes),
            modules=tuple(sorted({module for site in group for module in site.modules})),
            modes=tuple(sorted({mode for site in group for mode in site.modes})),
            peak_bytes=max(site.peak_bytes for site in group),
            kept_bytes=max(site.kept_bytes for site in group),
            kind=kind,
        )
        for (place, kind), group in groups.items()
    )


def _joined(routes: Iterable[Route]) -> tuple[Route, ...]:
    """The routes of several processes, those by the same places made one."""
    counts: dict[tuple[Place, ...], Counts] = {}
    for route in routes:
        counts[route.places] = counts.get(route.places, Counts()) + route.counts
    return tuple(Route(places, count) for places, count in counts.items())


def by_waste(sites: Iterable[Site]) -> list[Site]:
    """The most wasteful sites first."""
    return sorted(sites, key=_rank)


def _rank(site: Site) -> tuple[bool, int, int, int, str]:
    verdict = list(Verdict).index(site.verdict)
    return (not site.is_waste, verdict, -site.peak_bytes, -site.counts.calls, str(site.place))


@dataclass(frozen=True, slots=True)
class BackwardRun:
    """Backward passes started by one call expression in one grad mode with one outcome."""

    places: tuple[Place, ...]
    mode: str
    error: str | None
    count: int
