"""Carrying a change over to a text that differs elsewhere."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from flake8_nograd.fixing.splice import splice

LINES = st.lists(st.sampled_from([b"a\n", b"b\n", b"c\n", b"\n", b"\x0c\n"]), max_size=12)


@given(LINES, LINES)
def test_on_the_same_text_it_is_the_change(base, changed):
    text = b"".join(base)
    assert splice(text, b"".join(changed), text) == b"".join(changed)


@given(LINES, LINES)
def test_without_a_change_the_text_stays(base, target):
    text = b"".join(base)
    assert splice(text, text, b"".join(target)) == b"".join(target)


@given(LINES, LINES, LINES)
def test_differences_in_far_places_are_both_kept(head, middle, tail):
    far = [b"1\n", b"2\n", b"3\n", *middle, b"4\n", b"5\n", b"6\n"]
    base = b"".join([b"h\n", *far, b"t\n"])
    changed = b"".join([b"h\n", *far, *tail])
    target = b"".join([*head, *far, b"t\n"])
    assert splice(base, changed, target) == b"".join([*head, *far, *tail])


def test_differences_that_touch_are_refused():
    assert splice(b"a\nb\n", b"a\nx\n", b"a\ny\n") is None
