"""Memory over time as the numbers of a picture: two areas and two axes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from flake8_nograd.trace.axis import Axis, round_steps
from flake8_nograd.trace.table import size
from flake8_nograd.trace.timeline import Moment

WIDTH, HEIGHT = 920, 260
_LEFT, _RIGHT, _TOP, _BOTTOM = 84, 900, 16, 220


class Tick(NamedTuple):
    """A place on an axis and what stands there."""

    at: float
    text: str


class Chart(NamedTuple):
    """The points of the area of all that was held, and of the wasted part."""

    held: str
    wasted: str
    across: list[Tick]
    up: list[Tick]
    peak: str
    wasted_peak: str


def chart(memory: Sequence[Moment]) -> Chart | None:
    """What there is to draw; nothing if no graph ever held anything."""
    most = max((moment.held for moment in memory), default=0)
    if not most:
        return None
    x = Axis(_LEFT, _RIGHT, max(memory[-1].seconds, 1e-9))
    y = Axis(_BOTTOM, _TOP, most)
    return Chart(
        held=_area(memory, x, y, lambda moment: moment.held),
        wasted=_area(memory, x, y, lambda moment: moment.wasted),
        across=[Tick(x(step), f"{step:g} s") for step in round_steps(x.end)],
        up=[Tick(y(step), size(round(step)) if step else "0") for step in _byte_steps(most)],
        peak=size(most),
        wasted_peak=size(max(moment.wasted for moment in memory)),
    )


def _area(memory: Sequence[Moment], x: Axis, y: Axis, of: Callable[[Moment], int]) -> str:
    """Steps: what is held stays until the next moment."""
    points, height = [(x(0), y(0))], y(0)
    for moment in memory:
        across = x(moment.seconds)
        points.append((across, height))
        height = y(of(moment))
        points.append((across, height))
    points.append((x(x.end), y(0)))
    return " ".join(f"{across},{up}" for across, up in points)


def _byte_steps(most: int) -> list[float]:
    """Round numbers in the unit that people read."""
    unit = 1
    while most / unit >= 1024:
        unit *= 1024
    return [step * unit for step in round_steps(most / unit)]
