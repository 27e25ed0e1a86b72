"""What a recording tells: its sites and backward passes, as values, table and JSON."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from flake8_nograd.trace.frames import place_of
from flake8_nograd.trace.sites import BackwardRun, Counts, Route, Site, Verdict
from flake8_nograd.trace.tally import Tally


class Report:
    """The forward-pass sites of a recording, the most wasteful first; empty until it ends."""

    def __init__(self) -> None:
        self.sites: tuple[Site, ...] = ()
        self.backward_runs: tuple[BackwardRun, ...] = ()

    @property
    def wasted(self) -> tuple[Site, ...]:
        """Sites whose graphs were recorded and never used."""
        return tuple(site for site in self.sites if site.is_waste)

    def fill(self, tallies: Iterable[Tally], runs: Sequence[BackwardRun]) -> None:
        """Take over what a recorder counted."""
        counted = [tally for tally in tallies if tally.counts() != Counts()]
        self.sites = tuple(sorted(_sites(counted), key=_by_waste))
        self.backward_runs = tuple(runs)


def _sites(tallies: Iterable[Tally]) -> Iterable[Site]:
    by_held: dict[int, list[Tally]] = {}
    for tally in tallies:
        by_held.setdefault(id(tally.held), []).append(tally)
    for group in by_held.values():
        routes = [Route(tuple(map(place_of, tally.steps)), tally.counts()) for tally in group]
        held = group[0].held
        yield Site(
            place=routes[0].places[0],
            routes=tuple(routes),
            modules=tuple(sorted(set().union(*(tally.modules for tally in group)))),
            modes=tuple(sorted(set().union(*(tally.modes for tally in group)))),
            peak_bytes=held.peak,
            kept_bytes=held.now,
        )


def _by_waste(site: Site) -> tuple[Any, ...]:
    rank = list(Verdict).index(site.verdict)
    return (not site.is_waste, rank, -site.peak_bytes, -site.counts.calls, site.place)
