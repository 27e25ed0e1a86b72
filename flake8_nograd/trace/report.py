"""What a recording tells: its sites and backward passes, as values, text and JSON."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict
from typing import Any

from flake8_nograd.trace.sites import BackwardRun, Counts, Kind, Place, Route, Site, by_waste
from flake8_nograd.trace.tally import Tally
from flake8_nograd.trace.timeline import Moment

VERSION = 2
_KEYS = {Kind.OUTERMOST: "sites", Kind.NESTED: "nested", Kind.BARE: "without_parameters"}


class Report:
    """The forward-pass sites of a recording, the most wasteful first; empty until it ends."""

    def __init__(
        self,
        all_sites: Iterable[Site] = (),
        backward_runs: Iterable[BackwardRun] = (),
        memory: Iterable[Moment] = (),
    ) -> None:
        """`memory` is what all graphs held over time; it is empty where nobody asked for it."""
        self.all_sites = tuple(all_sites)
        self.backward_runs = tuple(backward_runs)
        self.memory = tuple(memory)

    @property
    def sites(self) -> tuple[Site, ...]:
        """Where the outermost passes of modules with parameters begin."""
        return self.of_kind(Kind.OUTERMOST)

    @property
    def wasted(self) -> tuple[Site, ...]:
        """Sites whose graphs were recorded and never used."""
        return tuple(site for site in self.sites if site.is_waste)

    def of_kind(self, kind: Kind) -> tuple[Site, ...]:
        """The sites of one kind: outermost, nested, or of modules without parameters."""
        return tuple(site for site in self.all_sites if site.kind is kind)

    def fill(
        self, tallies: Iterable[Tally], runs: Sequence[BackwardRun], memory: Sequence[Moment] = ()
    ) -> None:
        """Take over what a recorder counted."""
        counted = [tally for tally in tallies if tally.counts() != Counts()]
        self.all_sites = tuple(by_waste(_sites(counted)))
        self.backward_runs = tuple(runs)
        self.memory = tuple(memory)

    def selected(self, keeps: Callable[[Place], bool]) -> Report:
        """The part of a report whose sites are at the places to keep."""
        return Report(
            [site for site in self.all_sites if keeps(site.place)],
            [run for run in self.backward_runs if keeps(run.places[0])],
            self.memory,
        )

    def __str__(self) -> str:
        from flake8_nograd.trace.table import sites_table

        return sites_table(self.sites).plain()

    def as_json(self) -> dict[str, Any]:
        """Everything, in plain values."""
        return {
            "version": VERSION,
            **{
                key: [_site_as_json(one) for one in self.of_kind(kind)]
                for kind, key in _KEYS.items()
            },
            "backward": [asdict(run) for run in self.backward_runs],
        }

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> Report:
        """What `as_json` made; raises `ValueError` for values of another version."""
        if values.get("version") != VERSION:
            raise ValueError(f"version {values.get('version')} of a report, not {VERSION}")
        sites = [_site(one, kind) for kind, key in _KEYS.items() for one in values[key]]
        return cls(by_waste(sites), map(_backward_run, values["backward"]))


def _sites(tallies: Iterable[Tally]) -> list[Site]:
    groups: dict[tuple[Place, Kind], list[Tally]] = {}
    for tally in tallies:
        groups.setdefault((tally.places[0], tally.kind), []).append(tally)
    return [_made(group) for group in groups.values()]


def _made(group: Sequence[Tally]) -> Site:
    held = {id(tally.held): tally.held for tally in group}.values()
    return Site(
        place=group[0].places[0],
        routes=tuple(Route(tally.places, tally.counts()) for tally in group),
        modules=_union(tally.modules for tally in group),
        modes=_union(tally.modes for tally in group),
        peak_bytes=max(one.peak for one in held),
        kept_bytes=sum(one.now for one in held),
        kind=group[0].kind,
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
        "callers": [
            {
                "places": [asdict(place) for place in route.places[1:]],
                "calls": route.counts.calls,
                **asdict(route.counts),
            }
            for route in site.routes
        ],
    }


def _site(values: dict[str, Any], kind: Kind) -> Site:
    place = _place(values)
    return Site(
        place=place,
        routes=tuple(
            Route((place, *map(_place, caller["places"])), _counts(caller))
            for caller in values["callers"]
        ),
        modules=tuple(values["modules"]),
        modes=tuple(values["grad_modes"]),
        peak_bytes=values["peak_bytes"],
        kept_bytes=values["kept_bytes"],
        kind=kind,
    )


def _place(values: dict[str, Any]) -> Place:
    return Place(values["path"], values["line"], values["column"], values["scope"])


def _counts(values: dict[str, Any]) -> Counts:
    return Counts(values["wasted"], values["used"], values["guarded"], values["unrecorded"])


def _backward_run(values: dict[str, Any]) -> BackwardRun:
    places = tuple(map(_place, values["places"]))
    return BackwardRun(places, values["mode"], values["error"], values["count"])
