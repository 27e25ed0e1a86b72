"""Counting: the fate of every forward pass, and the bytes that are held meanwhile."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Any, Protocol

from flake8_nograd.trace.sites import Counts, Kind, Place
from flake8_nograd.trace.timeline import Timeline

# Tokens die in whichever thread frees a graph, also in the middle of counting in the same thread.
lock = threading.RLock()


class Handle(Protocol):
    """What torch returns for a registered hook."""

    def remove(self) -> None:
        """Take the hook back."""


class Held:
    """Bytes held for backward by the passes of one call expression."""

    __slots__ = ("now", "peak", "timeline")

    def __init__(self, timeline: Timeline | None = None) -> None:
        self.now = 0
        self.peak = 0
        self.timeline = timeline

    def change(self, size: int) -> None:
        """Add or, with a negative size, release bytes."""
        self.now += size
        self.peak = max(self.peak, self.now)


class Tally:
    """The forward passes that came by one route."""

    __slots__ = (
        "guarded",
        "held",
        "kind",
        "modes",
        "modules",
        "places",
        "recorded",
        "unrecorded",
        "used",
    )

    def __init__(self, kind: Kind, places: Sequence[Place], held: Held) -> None:
        self.kind = kind
        self.places = tuple(places)
        self.held = held
        self.recorded = self.used = self.guarded = self.unrecorded = 0
        self.modules: set[str] = set()
        self.modes: set[str] = set()

    def count_unrecorded(self, guarded: bool) -> None:
        """A pass recorded nothing, because recording was off or because nothing requires grad."""
        with lock:
            self.guarded += guarded
            self.unrecorded += not guarded

    def describe(self, module: str, mode: str) -> None:
        """Which class of module was called, in which grad mode."""
        with lock:
            self.modules.add(module)
            self.modes.add(mode)

    def counts(self) -> Counts:
        """What is known now; a graph that nobody has differentiated yet counts as wasted."""
        return Counts(self.recorded - self.used, self.used, self.guarded, self.unrecorded)


class Token:
    """Stands for the graph of one forward pass.

    Only the nodes of the graph own it, as their prehook. When a backward pass reaches one of
    them it is called; when it is never called the graph dies unused, and the token with it.
    The token of a nested pass keeps that of the pass around it alive: their graphs are one.
    """

    __slots__ = (
        "__weakref__",
        "_frees",
        "_handles",
        "_outer",
        "_since",
        "_size",
        "is_owned",
        "numbers",
        "tally",
        "used",
    )

    def __init__(self, tally: Tally, frees: Callable[[], bool], outer: Token | None = None) -> None:
        """`frees` tells whether the backward pass that runs now frees what it has read."""
        self.tally = tally
        self._frees = frees
        self._outer = outer
        self._handles: list[Handle] = []
        self._size = self._since = 0
        self.is_owned = False
        self.used = False
        self.numbers = range(0)

    def attach(self, node: Any) -> None:
        """Let a node of the graph own this token."""
        self._handles.append(node.register_prehook(self))
        token: Token | None = self
        while token is not None and not token.is_owned:
            token.is_owned = True
            token = token._outer

    def settle(self, numbers: range, size: int) -> None:
        """The forward pass is over: these are the numbers of its nodes, so many bytes are held."""
        with lock:
            self.numbers = numbers
            self.tally.recorded += 1
            self._hold(size)
            if self.used:
                self.tally.used += 1

    def __call__(self, grad_outputs: object) -> None:
        """A backward pass reached this graph."""
        frees = self._frees()
        with lock:
            token: Token | None = self
            while token is not None:
                token._mark_used()
                if frees:
                    token._hold(0)
                token = token._outer

    def mark_used(self) -> None:
        """Somebody needed this graph, and so that of the pass around it."""
        with lock:
            token: Token | None = self
            while token is not None:
                token._mark_used()
                token = token._outer

    def _mark_used(self) -> None:
        if not self.used and self.numbers:
            self.tally.used += 1
        self.used = True

    def detach(self) -> None:
        """Leave the graph as if nothing had been attached."""
        for handle in self._handles:
            handle.remove()
        self._handles.clear()

    def __del__(self) -> None:
        with lock:
            self._hold(0)

    @property
    def unused(self) -> tuple[int, int] | None:
        """The bytes of a graph that nobody has used, and since when the timeline knows them."""
        return None if self.used or not self._size else (self._size, self._since)

    def _hold(self, size: int) -> None:
        held = self.tally.held
        held.change(size - self._size)
        if held.timeline is not None:
            self._note(held.timeline, size)
        self._size = size

    def _note(self, timeline: Timeline, size: int) -> None:
        if self._size:
            timeline.release(self._size, self._since, is_waste=not self.used)
        if size:
            self._since = timeline.hold(size)
