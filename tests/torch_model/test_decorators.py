"""Decorators of the file: who runs the functions that they get, and in which grad mode."""

from __future__ import annotations

import pytest
from analysed import TRAINING, WRAPPER, callers_in, facts_of, pass_of

from flake8_nograd.vocabulary.grad_modes import GradMode

OFF, ON = GradMode.OFF, GradMode.ON

CALLERS = {
    "given back": (
        "def d(h): return h\n@d\ndef f(): pass\nf()",
        {"d": {"<module>"}, "f": {"<module>"}},
    ),
    "run by the decorator": (
        "def d(h): h()\n@d\ndef f(): pass",
        {"d": {"<module>"}, "f": {"d"}},
    ),
    "kept in a table": (
        "t = {}\ndef d(h): t[0] = h\n@d\ndef f(): pass\ndef k(): t[0]()",
        {"d": {"<module>"}, "f": {"k"}},
    ),
    "kept by a factory": (
        "t = []\ndef m(k):\n    def d(h): t.append(h)\n    return d\n@m(0)\ndef f(): pass\n"
        "for g in t: g()",
        {"m": {"<module>"}, "d": {"<module>"}, "f": {"<module>"}},
    ),
    "kept by an object": (
        "class R:\n    def d(self, h): self.t = h\n    def k(self): self.t()\n"
        "r = R()\n@r.d\ndef f(): pass",
        {"d": {"<module>"}, "f": {"k"}},
    ),
    "wrapped": (
        f"{WRAPPER}@d\ndef f(): pass\ndef k(): f()",
        {"d": {"<module>"}, "f": {"k"}},
    ),
    "wrapped beside another": (
        f"{WRAPPER}@d\ndef f(): pass\n@d\ndef g(): pass\ndef k(): f()\ndef l(): g()",
        {"d": {"<module>"}, "f": {"k"}, "g": {"l"}},
    ),
    "wrapped in an object": (
        "class D:\n    def __init__(self, h): self.h = h\n    def __call__(self): self.h()\n"
        "@D\ndef f(): pass\ndef k(): f()",
        {"__init__": {"<module>"}, "f": {"k"}},
    ),
    "wrapped method": (
        f"{WRAPPER}class C:\n    @d\n    def f(self): pass\n    def k(self): self.f()",
        {"d": {"<module>"}, "f": {"k"}},
    ),
    "wrapper kept in a table": (
        "t = {}\ndef d(h):\n    def w(): h()\n    t[0] = w\n    return h\n"
        "@d\ndef f(): pass\ndef k(): t[0]()",
        {"d": {"<module>"}, "w": {"k"}, "f": {"w"}},
    ),
    "decorator of a library": (
        "from functools import cache\n@cache\ndef f(): pass\ndef k(): f()",
        {"f": {"k"}},
    ),
}


@pytest.mark.parametrize(("program", "callers"), CALLERS.values(), ids=CALLERS)
def test_callers(program, callers):
    assert callers_in(program) == callers


def test_a_call_is_not_reported_whose_wrapper_differentiates():
    evaluated = "def evaluate(): return model(x).sum()\nprint(evaluate())"
    assert facts_of(evaluated).regions
    assert not facts_of(f"{TRAINING}@d\n{evaluated}").regions


def test_a_result_that_only_a_wrapper_hands_on_stays_in_sight():
    program = "def f(): return model(x)\nprint(f().tolist())"
    assert not pass_of(f"{WRAPPER}@d\n{program}").use.escapes


@pytest.mark.parametrize(
    "wrapped", ["h", "functools.update_wrapper(w, h)", "functools.wraps(h)(w)"]
)
@pytest.mark.parametrize(("guard", "mode"), [("torch.no_grad()", OFF), ("open('log')", ON)])
def test_a_wrapper_runs_in_the_mode_of_who_calls_the_name(wrapped, guard, mode):
    program = (
        "import functools, inspect\ndef d(h):\n    names = inspect.signature(h)\n"
        f"    def w(): return h()\n    return {wrapped}\n"
        f"@d\ndef f(): return model(x).tolist()\nwith {guard}: print(f())"
    )
    assert pass_of(program).modes == {mode}
