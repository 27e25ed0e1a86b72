"""What graphs hold over time, and which part of it was wasted."""

from __future__ import annotations

import gc

from hypothesis import given
from hypothesis import strategies as st

from flake8_nograd.trace import timeline as timelines
from flake8_nograd.trace.recorder import recording
from flake8_nograd.trace.timeline import Moment, Timeline


class Clock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = 5.0

    def __call__(self) -> float:
        return self.now


def test_wasted_is_what_no_backward_pass_reached_and_what_is_left():
    clock = Clock()
    timeline = Timeline(clock)
    used = timeline.hold(10)
    clock.now += 1
    wasted = timeline.hold(100)
    clock.now += 1
    timeline.release(10, used, is_waste=False)
    clock.now += 1
    timeline.release(100, wasted, is_waste=True)
    clock.now += 1
    left = timeline.hold(7)
    clock.now += 1
    assert timeline.moments([(7, left)]) == (
        Moment(0.0, 0, 0),
        Moment(0.0, 10, 0),
        Moment(1.0, 110, 100),
        Moment(2.0, 100, 100),
        Moment(3.0, 0, 0),
        Moment(4.0, 7, 7),
        Moment(5.0, 7, 7),
    )


steps = st.lists(
    st.tuples(st.floats(0, 2), st.integers(0, 3), st.integers(1, 9), st.booleans()), max_size=60
)


@given(steps)
def test_what_is_kept_of_a_long_run_is_true(steps):
    """A run in few stretches: each moment is one that was, the highest is among them."""
    clock = Clock()
    timeline = Timeline(clock)
    alive: dict[int, tuple[int, int]] = {}
    graphs: list[tuple[int, int | None, int, bool]] = []  # first event, last, size, wasted
    for event, (pause, victim, size, is_waste) in enumerate(steps):
        clock.now += pause * 1000
        if victim in alive:
            since, graph = alive.pop(victim)
            first, _, held, _ = graphs[graph]
            graphs[graph] = (first, event, held, is_waste)
            timeline.release(held, since, is_waste=is_waste)
        else:
            alive[victim] = (timeline.hold(size), len(graphs))
            graphs.append((event, None, size, True))
    truth = {
        (
            sum(size for first, end, size, _ in graphs if _lives(first, end, event)),
            sum(size for first, end, size, waste in graphs if waste and _lives(first, end, event)),
        )
        for event in range(len(steps))
    }
    found = timeline.moments((graphs[graph][2], since) for since, graph in alive.values())
    assert {(moment.held, moment.wasted) for moment in found} <= truth | {(0, 0)}
    assert max(moment.held for moment in found) == max((held for held, _ in truth), default=0)
    assert [moment.seconds for moment in found] == sorted(moment.seconds for moment in found)


def _lives(first: int, end: int | None, event: int) -> bool:
    return first <= event and (end is None or event < end)


def test_a_long_run_keeps_no_more_than_a_short_one():
    clock = Clock()
    timeline = Timeline(clock)
    for _ in range(20_000):
        clock.now += 0.01
        timeline.release(1, timeline.hold(1), is_waste=True)
    assert len(timeline.moments()) <= 2 * timelines._MOST_STRETCHES + 2


def test_what_a_run_holds():
    import torch
    from torch import nn

    model = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 1))
    x = torch.ones(16, 4)
    with recording(with_memory=True) as alone:
        kept = model(x)
    one_graph = alone.memory[-1].held
    with recording(with_memory=True) as report:
        model(x).sum().backward()
        kept = model(x)
        with torch.no_grad():
            model(x)
        used = model(x)
        used.sum().backward(retain_graph=True)
        gc.collect()
    end = report.memory[-1]
    assert end.held == 2 * one_graph > 0  # one kept, one retained by the backward pass
    assert end.wasted == one_graph
    assert max(moment.held for moment in report.memory) == end.held
    del kept, used


def test_nothing_is_noted_unless_it_is_asked_for():
    with recording() as report:
        pass
    assert report.memory == ()
