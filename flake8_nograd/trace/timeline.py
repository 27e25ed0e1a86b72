"""How many bytes were held for backward passes over time, and how many of them for none."""

from __future__ import annotations

import itertools
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

_MOST_STRETCHES = 400
_FIRST_WIDTH = 0.001


class Moment(NamedTuple):
    """Seconds since the first graph, the bytes held then, and those of them that were wasted."""

    seconds: float
    held: int
    wasted: int


class _Event(NamedTuple):
    """A change of what is held; `wasted_since` numbers the event that began what ends unused."""

    seconds: float
    number: int
    change: int
    wasted_since: int | None


class _Probe:
    """The state after one event; what was wasted then is only known when graphs end."""

    __slots__ = ("held", "number", "seconds", "wasted")

    def __init__(self, event: _Event, held: int) -> None:
        self.seconds, self.number, self.held, self.wasted = event.seconds, event.number, held, 0


class _Stretch:
    """Of a stretch of time two states are kept: where most was held, and the last one."""

    __slots__ = ("last", "peak")

    def __init__(self, probe: _Probe) -> None:
        self.peak = self.last = probe

    def add(self, probe: _Probe) -> None:
        self.last = probe
        if probe.held >= self.peak.held:
            self.peak = probe

    def join(self, later: _Stretch) -> None:
        self.last = later.last
        if later.peak.held > self.peak.held:
            self.peak = later.peak

    def probes(self) -> Iterator[_Probe]:
        yield self.peak
        if self.last is not self.peak:
            yield self.last


class Timeline:
    """Takes note of every graph; of a long run no more is kept than of a short one.

    Whoever calls it holds the lock of the tallies.
    """

    def __init__(self, clock: Callable[[], float] = time.perf_counter) -> None:
        self._clock = clock
        self._start: float | None = None
        self._numbers = itertools.count(1)
        self._width = _FIRST_WIDTH
        self._stretches: dict[int, _Stretch] = {}
        self._held = 0
        self._waiting: deque[_Event] = deque()
        self._is_busy = False

    def hold(self, size: int) -> int:
        """A graph holds so many bytes from now on; returns what `release` has to be told."""
        return self._note(size, None)

    def release(self, size: int, since: int, *, is_waste: bool) -> None:
        """A graph holds its bytes no longer, and nobody has used it if it is waste."""
        self._note(-size, since if is_waste else None)

    def moments(self, alive: Iterable[tuple[int, int]] = ()) -> tuple[Moment, ...]:
        """What was held, in order; `alive` has size and beginning of unused graphs that live."""
        kept = list(alive)
        last, found = (0, 0), [Moment(0.0, 0, 0)]
        for stretch in list(self._stretches.values()):  # a graph may die meanwhile
            for probe in stretch.probes():
                wasted = sum(size for size, since in kept if since <= probe.number)
                last = probe.held, min(probe.wasted + wasted, probe.held)
                found.append(Moment(probe.seconds, *last))
        found.append(Moment(self._now(), *last))
        return tuple(found)

    def _note(self, change: int, wasted_since: int | None) -> int:
        number = next(self._numbers)
        event = _Event(self._now(), number, change, wasted_since)
        # A graph may die, and be noted, while this very thread is in the middle of the loop below.
        self._waiting.append(event)
        if not self._is_busy:
            self._is_busy = True
            try:
                while self._waiting:
                    self._take(self._waiting.popleft())
            finally:
                self._is_busy = False
        return number

    def _now(self) -> float:
        now = self._clock()
        if self._start is None:
            self._start = now
        return now - self._start

    def _take(self, event: _Event) -> None:
        if event.wasted_since is not None:
            self._shade(-event.change, event.wasted_since)
        self._held += event.change
        probe = _Probe(event, self._held)
        while event.seconds >= self._width * _MOST_STRETCHES:
            self._widen()
        index = int(event.seconds / self._width)
        stretch = self._stretches.setdefault(index, _Stretch(probe))
        stretch.add(probe)

    def _shade(self, size: int, since: int) -> None:
        for stretch in reversed(self._stretches.values()):
            if stretch.last.number < since:
                return
            for probe in stretch.probes():
                probe.wasted += size if probe.number >= since else 0

    def _widen(self) -> None:
        joined: dict[int, _Stretch] = {}
        for index, stretch in self._stretches.items():
            if index // 2 in joined:
                joined[index // 2].join(stretch)
            else:
                joined[index // 2] = stretch
        self._stretches = joined
        self._width *= 2
