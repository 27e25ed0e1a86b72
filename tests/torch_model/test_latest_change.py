"""The newest change of a history is the one that a walk through all of it finds."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from flake8_nograd.torch_model.semantics.latest_change import LatestChanges, Unsettled
from flake8_nograd.torch_model.semantics.state_history import StateChange, depth_after, joined


def change(before, to=True):
    return StateChange("", frozenset(), to, 1, before, depth_after(before))


@st.composite
def histories(draw):
    """The point after statements that change modes or branch, and all changes so far."""
    changes = []

    def suite(history, depth):
        for _ in range(draw(st.integers(0, 4))):
            if depth and draw(st.booleans()):
                ends = [suite(history, depth - 1) for _ in range(draw(st.integers(1, 3)))]
                history = joined([*ends, history] if draw(st.booleans()) else ends)
            else:
                history = change(history, draw(st.sampled_from((True, True, False, None))))
                changes.append(history)
        return history

    return suite(None, 3), changes


def walked(history, wanted, until=None):
    while history is not until and history is not None:
        if isinstance(history, StateChange):
            if history in wanted:
                return history if history.to is not None else Unsettled
        else:
            answers = [walked(branch, wanted, history.before) for branch in history.branches]
            if any(answers):
                # a branch that says nothing leaves what was before, however far back that is
                before = walked(history.before, wanted)
                told = [answer or before for answer in answers if answer or before]
                if Unsettled in told or len({answer.to for answer in told}) > 1:
                    return Unsettled
                return told[0]
        history = history.before
    return None


@given(histories(), st.data())
def test_it_is_what_a_walk_finds(drawn, data):
    history, changes = drawn
    latest = LatestChanges({item: 1 << number for number, item in enumerate(changes)}).latest
    for _ in range(3):
        chosen = data.draw(st.sets(st.integers(0, len(changes) - 1))) if changes else set()
        mask = sum(1 << number for number in chosen)
        assert latest(history, mask) is walked(history, {changes[number] for number in chosen})


def test_long_histories_are_no_deep_ones():
    history = first = change(None)
    for _ in range(2000):
        history = joined([change(history), history])
    for _ in range(2000):
        history = joined([history, joined([change(history), change(history)])])
    assert (
        LatestChanges({first: 1} | dict.fromkeys(_changes(history), 2)).latest(history, 1) is first
    )


def _changes(history):
    found, todo = [], [history]
    seen = set()
    while todo:
        point = todo.pop()
        if point is None or point in seen:
            continue
        seen.add(point)
        todo += [point.before, *getattr(point, "branches", ())]
        if isinstance(point, StateChange) and point.before is not None:
            found.append(point)
    return found
