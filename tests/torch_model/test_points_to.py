"""Which function of the file a call runs."""

from __future__ import annotations

import pytest
from analysed import callers_in

CALLS = {
    "function": ("def f(): pass\ndef g(): f()", {"f": {"g"}}),
    "function before its definition": ("def g(): f()\ndef f(): pass", {"f": {"g"}}),
    "alias": ("def f(): pass\nh = f\nh()", {"f": {"<module>"}}),
    "one of two": (
        "def f(): pass\ndef g(): pass\n(f if c else g)()",
        {"f": {"<module>"}, "g": {"<module>"}},
    ),
    "argument": ("def f(): pass\ndef g(h): h()\ng(f)", {"f": {"g"}, "g": {"<module>"}}),
    "keyword argument": ("def f(): pass\ndef g(h): h()\ng(h=f)", {"f": {"g"}, "g": {"<module>"}}),
    "returned": ("def f(): pass\ndef g(): return f\ng()()", {"f": {"<module>"}, "g": {"<module>"}}),
    "in a dict": ("def f(): pass\nd = {'k': f}\nd['k']()", {"f": {"<module>"}}),
    "in a tuple": ("def f(): pass\nd = f, 1\nd[0]()", {"f": {"<module>"}}),
    "method of self": (
        "class C:\n    def f(self): pass\n    def g(self): self.f()",
        {"f": {"g"}},
    ),
    "method of an instance": ("class C:\n    def f(self): pass\nC().f()", {"f": {"<module>"}}),
    "method of an attribute": (
        "class C:\n    def f(self): pass\n"
        "class D:\n    def __init__(self): self.c = C()\n    def g(self): self.c.f()",
        {"f": {"g"}},
    ),
    "inherited": (
        "class B:\n    def f(self): pass\nclass C(B):\n    def g(self): self.f()",
        {"f": {"g"}},
    ),
    "of the base by super": (
        "class B:\n    def f(self): pass\nclass C(B):\n    def f(self): super().f()",
        {"f": {"f"}},
    ),
    "of the base by super with arguments": (
        "class B:\n    def f(self): pass\nclass C(B):\n    def g(self): super(C, self).f()",
        {"f": {"g"}},
    ),
    "overridden": (
        "class B:\n    def f(self): self.g()\n    def g(self): pass\n"
        "class C(B):\n    def h(self): pass",
        {"g": {"f"}},
    ),
    "bound method in a name": (
        "class C:\n    def f(self): pass\nc = C()\nh = c.f\nh()",
        {"f": {"<module>"}},
    ),
    "partial": (
        "from functools import partial\ndef f(x): pass\nh = partial(f, 1)\nh()",
        {"f": {"<module>"}},
    ),
    "static": (
        "class C:\n    @staticmethod\n    def f(): pass\nC.f()",
        {"f": {"<module>"}},
    ),
    "class method": (
        "class C:\n    @classmethod\n    def f(cls): cls.g()\n    @staticmethod\n    def g(): pass",
        {"g": {"f"}},
    ),
    "annotated parameter": (
        "class C:\n    def f(self): pass\ndef g(c: C): c.f()",
        {"f": {"g"}},
    ),
    "nested": ("def g():\n    def f(): pass\n    f()", {"f": {"g"}}),
    "lambda": ("f = lambda: 1\nf()", {"<lambda>": {"<module>"}}),
    "recursion": ("def f(): f()", {"f": {"f"}}),
    "unknown": ("def f(h): h()", {}),
}


@pytest.mark.parametrize(("program", "callers"), CALLS.values(), ids=CALLS)
def test_callers(program, callers):
    assert callers_in(program) == callers


ENDLESS = {
    "an attribute round a loop": "while node:\n    node = node.next",
    "two attributes round a loop": "while node:\n    node = node.left or node.right",
    "through a function": "def walk(node):\n    walk(node.next)\n    walk(node.other)\nwalk(node)",
    "through a global": "def up():\n    global node\n    node = node.left\n    node = node.right",
    "calls too": "while node:\n    node = node.left(node).right",
}


@pytest.mark.parametrize("program", ENDLESS.values(), ids=ENDLESS)
def test_names_do_not_grow_without_end(program):
    assert callers_in(f"from lib import node\n{program}") is not None
