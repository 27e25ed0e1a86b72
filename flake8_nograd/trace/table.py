"""Tables of a report: plain text for files and pipes, coloured on a terminal."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TextIO

from flake8_nograd.trace.sites import Counts, Place, Site, Verdict

STYLES = {
    Verdict.WASTED: "bold red",
    Verdict.MIXED: "yellow",
    Verdict.USED: "green",
    Verdict.GUARDED: "green",
    Verdict.UNRECORDED: "dim",
}


@dataclass(frozen=True, slots=True)
class Table:
    """Headings and rows; columns whose heading starts with a space are set to the right."""

    title: str
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    styles: tuple[str, ...]

    def plain(self) -> str:
        """Text without colours, every line as wide as it must be; without rows the title alone."""
        return "\n".join((self.title, *(self._lines() if self.rows else ())))

    def _lines(self) -> list[str]:
        lines = [tuple(heading.strip() for heading in self.headings), *self.rows]
        widths = [max(len(line[column]) for line in lines) for column in range(len(self.headings))]
        return [self._line(line, widths) for line in lines]

    def _line(self, cells: Sequence[str], widths: Sequence[int]) -> str:
        set_cells = (
            cell.rjust(width) if heading.startswith(" ") else cell.ljust(width)
            for heading, cell, width in zip(self.headings, cells, widths, strict=True)
        )
        return ("  " + "  ".join(set_cells)).rstrip()

    def print_to(self, stream: TextIO) -> None:
        """Write to a stream, in colours when it is a terminal."""
        if not (self.rows and stream.isatty()):
            print(self.plain(), file=stream)
            return
        from rich.console import Console

        console = Console(file=stream, markup=False, highlight=False, soft_wrap=True)
        for line, style in zip(
            (self.title, *self._lines()), ("bold", "bold", *self.styles), strict=True
        ):
            console.print(line, style=style)


def sites_table(sites: Sequence[Site], findings: Mapping[Place, str] | None = None) -> Table:
    """The forward-pass sites of a report, in the order given, with the linter's word if known."""
    table = Table(
        title=title(sites),
        headings=(
            "place",
            "in",
            " calls",
            "grad mode",
            "verdict",
            " held, peak",
            " kept to the end",
        ),
        rows=tuple(map(_row, sites)),
        styles=tuple(STYLES[site.verdict] for site in sites),
    )
    if findings is None:
        return table
    return replace(
        table,
        headings=(*table.headings, "finding"),
        rows=tuple(
            (*row, findings.get(site.place, "-"))
            for row, site in zip(table.rows, sites, strict=True)
        ),
    )


def _row(site: Site) -> tuple[str, ...]:
    return (
        shown(site.place),
        site.place.scope,
        str(site.counts.calls),
        " ".join(site.modes),
        fate(site.counts),
        size(site.peak_bytes),
        size(site.kept_bytes),
    )


def wasted_table(sites: Sequence[Site]) -> Table:
    """The wasted sites alone, under a title that counts them all."""
    wasted = sites_table([site for site in sites if site.is_waste])
    return replace(wasted, title=title(sites))


def shown(place: Place) -> str:
    """A place, its path relative to the working directory where that is shorter."""
    return str(replace(place, path=shorter(place.path)))


def shorter(path: str) -> str:
    """A path relative to the working directory, if that is shorter."""
    try:
        relative = os.path.relpath(path) if Path(path).is_absolute() else path
    except (OSError, ValueError):  # the directory is gone, or is on another drive
        return path
    return min(relative, path, key=len)


def size(number: int) -> str:
    """A number of bytes as people read it."""
    if number < 1024:
        return f"{number} B" if number else "-"
    value, unit = number / 1024, "KiB"
    for larger in ("MiB", "GiB", "TiB"):
        if value < 1024:
            break
        value, unit = value / 1024, larger
    return f"{value:.1f} {unit}"


def title(sites: Sequence[Site]) -> str:
    """How many sites there are, and how many of them are wasted."""
    if not sites:
        return "nograd-trace: no forward pass of a module with parameters was seen"
    wasted = sum(site.is_waste for site in sites)
    text = f"nograd-trace: {wasted} of {len(sites)} forward-pass sites wasted"
    partly = [site.counts.wasted for site in sites if site.counts.wasted and not site.is_waste]
    if not partly:
        return text
    calls = f"{sum(partly)} wasted {'call' if sum(partly) == 1 else 'calls'}"
    return f"{text}, and {calls} where others are used"


def fate(counts: Counts) -> str:
    """What became of forward passes; where they differ, how many took which way."""
    if counts.verdict is not Verdict.MIXED:
        return str(counts.verdict.value)
    parts = {
        "wasted": counts.wasted,
        "used": counts.used,
        "guarded": counts.guarded,
        "nothing recorded": counts.unrecorded,
    }
    return "mixed: " + ", ".join(f"{count} {name}" for name, count in parts.items() if count)
