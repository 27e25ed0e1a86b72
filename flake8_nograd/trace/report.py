"""What a recording tells: its sites and backward passes, as values, text and JSON."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from typing import Any

from flake8_nograd.trace.frames import place_of
from flake8_nograd.trace.sites import BackwardRun, Counts, Route, Site, by_waste
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
        self.sites = tuple(by_waste(_sites(counted)))
        self.backward_runs = tuple(runs)

    def __str__(self) -> str:
        from flake8_nograd.trace.table import sites_table

        return sites_table(self.sites).plain()

    def as_json(self) -> dict[str, Any]:
        """Everything, in plain values."""
        return {
            "version": 1,
            "sites": [_site_as_json(site) for site in self.sites],
            "backward": [asdict(run) for run in self.backward_runs],
        }


def _sites(tallies: Iterable[Tally]) -> Iterator[Site]:
    by_held: dict[int, list[Tally]] = {}
    for tally in tallies:
        by_held.setdefault(id(tally.held), []).append(tally)
    for group in by_held.values():
        routes = tuple(Route(tuple(map(place_of, tally.steps)), tally.counts()) for tally in group)
        held = group[0].held
        yield Site(
            place=routes[0].places[0],
            routes=routes,
            modules=_union(tally.modules for tally in group),
            modes=_union(tally.modes for tally in group),
            peak_bytes=held.peak,
            kept_bytes=held.now,
        )


def _union(sets: Iterable[set[str]]) -> tuple[str, ...]:
    return tuple(sorted(set().union(*sets)))


def _site_as_json(site: Site) -> dict[str, Any]:
    return {
        **asdict(site.place),
        "verdict": site.verdict.value,
        "calls": site.counts.calls,
        **asdict(site.counts),
        "grad_modes": list(site.modes),
        "modules": list(site.modules),
        "peak_bytes": site.peak_bytes,
        "kept_bytes": site.kept_bytes,
        "callers": [[str(place) for place in route.places[1:]] for route in site.routes],
    }
