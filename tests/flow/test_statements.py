"""What statements do to the suite around them."""

from __future__ import annotations

import ast

import pytest

from flake8_nograd.flow.statements import may_leave, names_bound, value_assigned


def statement(text: str) -> ast.stmt:
    return ast.parse(text).body[0]


@pytest.mark.parametrize(
    ("text", "leaves"),
    [
        ("return", True),
        ("if a:\n  x = 1\n  return\nelse:\n  raise", True),
        ("if a: return", False),
        ("with a:\n  break", True),
        ("for a in b: break", False),
        ("while True: return", False),
        ("try:\n  f()\nexcept E:\n  return", True),
        ("try:\n  f()\nexcept E:\n  g()", False),
        ("match a:\n  case 1:\n    return", True),
        ("def f(): return", False),
    ],
)
def test_what_may_end_a_suite(text, leaves):
    assert may_leave(statement(text)) is leaves


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("a, (b, *c) = d", "abc"),
        ("a.b = c[d] = e", ""),
        ("a += b", "a"),
        ("a: int", "a"),
        ("print(a)", ""),
        ("del a", "a"),
        ("for a in b:\n  c = d", "ac"),
        ("with a as b: pass", "b"),
        ("import a.x, x as b", "ab"),
        ("def a(): b = c", "ab"),
        ("try: pass\nexcept E as a: pass", "a"),
        ("match x:\n  case [a, *b]: pass\n  case {'k': 1, **c}: pass", "abc"),
    ],
)
def test_names_that_are_bound(text, names):
    assert names_bound(statement(text)) == set(names)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a = b", "b"),
        ("a = c = b", "b"),
        ("a, c = b", "b"),
        ("a += b", "b"),
        ("a: int = b", "b"),
        ("a: int", None),
        ("(a, (c,)) = b", "b"),
        ("c, (a,) = b", None),
        ("c, *a = b", None),
        ("for a in b: pass", None),
        ("if b: a = b", None),
    ],
)
def test_what_is_assigned_to_a_name(text, value):
    assigned = value_assigned(statement(text), {"a"})
    assert (assigned and ast.unparse(assigned)) == value
