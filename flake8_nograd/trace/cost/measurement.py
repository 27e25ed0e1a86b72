"""Measuring: time in interleaved pairs, memory by what torch's allocator hands out."""

from __future__ import annotations

import statistics
import time
from bisect import bisect
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import nn
from torch.profiler import ProfilerActivity, profile, record_function

from flake8_nograd.trace.cost.workloads import Workload

_BATCH = "nograd-trace: batch"

Habit = Callable[[nn.Module, torch.Tensor, int], None]


def bound(model: nn.Module, batch: torch.Tensor, count: int) -> None:
    """The result takes one name in every round, so the one before lives until then."""
    for _ in range(count):
        _mark_batch()
        output = model(batch)
    del output


def kept(model: nn.Module, batch: torch.Tensor, count: int) -> None:
    """Every result is kept until the end."""
    outputs = []
    for _ in range(count):
        _mark_batch()
        outputs.append(model(batch))


def _mark_batch() -> None:
    """A range around the batch would take over whatever is freed in it, at its end."""
    with record_function(_BATCH):
        pass


@dataclass(frozen=True, slots=True)
class Time:
    """Seconds of one forward pass with the guard, and how many times that it takes without.

    The ratio is the median of pairs that ran one after the other; half of the pairs lie between
    `low` and `high`.
    """

    guarded: float
    ratio: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Memory:
    """Most bytes held during each batch of an evaluation, beyond the model and its input."""

    guarded: tuple[int, ...]
    recorded: tuple[int, ...]

    @property
    def peaks(self) -> tuple[int, int]:
        """The most bytes held at all, with the guard and without."""
        return max(self.guarded), max(self.recorded)


@dataclass(frozen=True, slots=True)
class Cost:
    """One workload measured: its time, and its memory for the two habits."""

    name: str
    time: Time
    bound: Memory
    kept: Memory


def measure(workload: Workload, batches: int, rounds: int) -> Cost:
    """Time in `rounds` pairs, and memory over `batches` batches."""
    model, batch = workload.prepared()
    return Cost(
        name=workload.name,
        time=_time(model, batch, rounds),
        bound=_memory(bound, model, batch, batches),
        kept=_memory(kept, model, batch, batches),
    )


def _memory(habit: Habit, model: nn.Module, batch: torch.Tensor, batches: int) -> Memory:
    guarded, recorded = (_held(habit, model, batch, batches, mode) for mode in (False, True))
    return Memory(guarded, recorded)


def _time(model: nn.Module, batch: torch.Tensor, rounds: int) -> Time:
    passes = _passes_for(model, batch, seconds=0.02)
    pairs = []
    for number in range(rounds):
        # Whoever goes second may find a warmer or a slower machine, so they take turns.
        order = (False, True) if number % 2 else (True, False)
        seconds = {recording: _seconds(model, batch, passes, recording) for recording in order}
        pairs.append((seconds[False], seconds[True]))
    ratios = [recorded / guarded for guarded, recorded in pairs]
    low, ratio, high = statistics.quantiles(ratios, n=4, method="inclusive")
    return Time(statistics.median(guarded for guarded, _ in pairs) / passes, ratio, low, high)


def _passes_for(model: nn.Module, batch: torch.Tensor, seconds: float) -> int:
    """How many passes fill a time; the first ones also warm up."""
    passes = 1
    while _seconds(model, batch, passes, recording=True) < seconds:
        passes *= 2
    return passes


def _seconds(model: nn.Module, batch: torch.Tensor, passes: int, recording: bool) -> float:
    with torch.set_grad_enabled(recording):
        # Torch works in this thread alone, so its processor time is not disturbed by others.
        start = time.thread_time()
        for _ in range(passes):
            output = model(batch)
        seconds = time.thread_time() - start
    del output
    return seconds


def _held(
    habit: Habit, model: nn.Module, batch: torch.Tensor, count: int, recording: bool
) -> tuple[int, ...]:
    """Most bytes that torch's allocator had handed out during each of `count` batches."""
    with torch.set_grad_enabled(recording):
        habit(model, batch, 1)
        with profile(activities=[ProfilerActivity.CPU], profile_memory=True) as profiler:
            habit(model, batch, count)
    events = sorted(profiler.events() or (), key=lambda event: event.time_range.end)
    starts = sorted(event.time_range.start for event in events if event.name == _BATCH)
    peaks, now = [0] * count, 0
    for event in events:
        now += event.self_cpu_memory_usage
        batch_number = max(bisect(starts, event.time_range.end) - 1, 0)
        peaks[batch_number] = max(peaks[batch_number], now)
    return tuple(peaks)
