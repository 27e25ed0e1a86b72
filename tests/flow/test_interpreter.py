"""Which values reach a place, through every statement that control can take."""

from __future__ import annotations

import ast
from textwrap import indent

import pytest
from watching import CONTRADICTION, watch

STRAIGHT = {
    "assigned": ("x = a(); sink(x)", "a"),
    "assigned again": ("x = a(); x = b(); sink(x)", "b"),
    "chained": ("x = y = a(); sink(y)", "a"),
    "annotated": ("x: int = a(); sink(x)", "a"),
    "deleted": ("x = a(); del x; sink(x)", ""),
    "walrus": ("(x := a()); sink(x)", "a"),
    "walrus in a test": ("if (x := a()): sink(x)", "a"),
    "conditional": ("x = a() if c else b(); sink(x)", "a b"),
    "or": ("x = a() or b(); sink(x)", "a b"),
    "awaited": ("async def f(): sink(await a())", "a"),
    "subscripted": ("x = a(); sink(x[0])", "a"),
    "imported": ("import lab.tool as t; sink(t)", "lab.tool"),
    "imported from": ("from lab import tool; sink(tool)", "lab.tool"),
    "imported from here": ("from . import tool; sink(tool)", ".tool"),
    "imported from above": ("from ..lab import tool; sink(tool)", "..lab.tool"),
    "attribute of an import": ("import lab.tool; sink(lab.tool.make)", "lab.tool.make"),
    "built in": ("sink(print)", "print"),
    "with as": ("with a() as x: sink(x)", "a"),
    "parameter": ("def f(x): sink(x)", "parameter:x"),
    "parameter assigned": ("def f(x): x = a(); sink(x)", "a"),
    "star parameter": ("def f(*x): sink(x)", "parameter:x"),
    "lambda": ("f = lambda x: sink(x)", "parameter:x"),
}
UNPACKED = {
    "pairwise": ("x, y = a(), b(); sink(y)", "b"),
    "swapped": ("x, y = a(), b(); x, y = y, x; sink(x)", "b"),
    "nested": ("(x, y), z = (a(), b()), c(); sink(y)", "b"),
    "alias of a tuple": ("t = a(), b(); x, y = t; sink(x)", "a"),
    "item of a tuple": ("t = a(), b(); sink(t[1])", "b"),
    "last item of a tuple": ("t = a(), b(), c(); sink(t[-1])", "c"),
    "starred takes any": ("x, *y = a(), b(), c(); sink(y)", "a b c"),
    "item of a list": ("x = [a(), b()]; sink(x[0])", "a b"),
    "item of a dict": ("x = {'k': a()}; sink(x['k'])", "a"),
    "put into a dict": ("x = {}; x['k'] = a(); sink(x['k'])", "a"),
    "attribute": ("o.x = a(); sink(o.x)", "a"),
    "comprehension": ("sink([y for y in a()])", "a"),
    "comprehension over items": ("sink([f(y) for y in a()])", "f"),
    "comprehension keeps its names": ("y = b(); [y for y in a()]; sink(y)", "b"),
    "dict comprehension": ("sink({k: b(k) for k in a()})", "b"),
    "generator expression": ("sink(y for y in a())", "a"),
}
STORED = {
    "kept by a method": ("x = a(); x.keep(b()); sink(x)", "a b"),
    "kept by a display": ("x = []; x.keep(a()); sink(x)", "a"),
    "in a name that carries nothing": ("x = 0; x[0] = a(); sink(x)", "a"),
    "in something computed": ("x = a() + 1; x[0] = b(); sink(x)", "a b"),
    "in an item of an item": ("x = 0; x[0][1] = a(); sink(x)", "a"),
    "added to an item": ("x = 0; x[0] += a(); sink(x)", "a"),
    "in a branch": ("x = 0\nif c: x[0] = a()\nsink(x)", "a"),
    "in a loop": ("x = 0\nfor i in n: x[i] = a()\nsink(x)", "a"),
    "seen by the next iteration": ("x = 0\nfor i in n:\n    sink(x)\n    x[i] = a()", "a"),
    "in a name of the module": ("x = 0\ndef f(): x[0] = a()\ndef g(): sink(x)", "a"),
    "set by name": ("setattr(o, 'x', a()); sink(o.x)", "a"),
    "read by name": ("o.x = a(); sink(getattr(o, 'x'))", "a"),
    "read by name or else": ("o.x = a(); sink(getattr(o, 'x', b()))", "a b"),
    "not in other attributes": ("setattr(o, 'x', a()); sink(getattr(o, 'y'))", ""),
    "not in other names": ("x = y = 0; x[0] = a(); sink(y)", ""),
}
BRANCHES = {
    "if": ("x = a()\nif c: x = b()\nsink(x)", "a b"),
    "if else": ("x = a()\nif c: x = b()\nelse: x = d()\nsink(x)", "b d"),
    "inside if": ("x = a()\nif c:\n    x = b()\n    sink(x)", "b"),
    "elif": ("if c: x = a()\nelif d: x = b()\nelse: x = e()\nsink(x)", "a b e"),
    "raise ends a branch": ("x = a()\nif c:\n    x = b()\n    raise E\nsink(x)", "a"),
    "return ends a branch": (
        "def f():\n    x = a()\n    if c:\n        x = b()\n        return\n    sink(x)",
        "a",
    ),
    "nothing after return": ("def f():\n    return\n    sink(a())", ""),
    "nothing after both ended": ("if c: raise E\nelse: raise F\nsink(a())", ""),
    "match": (
        "x = a()\nmatch c:\n    case 1: x = b()\n    case _: x = d()\nsink(x)",
        "a b d",
    ),
    "match binds": ("match a():\n    case [x, *_]: sink(x)", "a"),
    "match binds the rest": ("match a():\n    case {'k': 1, **x}: sink(x)", "a"),
    "match binds as": ("match a():\n    case int() as x: sink(x)", "a"),
    "match guard": ("match a():\n    case x if sink(x): pass", "a"),
}
LOOPS = {
    "after a loop": ("x = a()\nfor i in n: x = b()\nsink(x)", "a b"),
    "carried round": ("x = a()\nfor i in n:\n    sink(x)\n    x = b()", "a b"),
    "carried round while": ("x = a()\nwhile c:\n    sink(x)\n    x = b()", "a b"),
    "while tests what is carried": ("x = a()\nwhile sink(x): x = b()", "a b"),
    "assigned before use": ("x = a()\nfor i in n:\n    x = b()\n    sink(x)", "b"),
    "target": ("for x in a(): sink(x)", "a"),
    "pair of targets": ("for i, x in a(): sink(x)", "a"),
    "async for": ("async def f():\n    async for x in a(): sink(x)", "a"),
    "break": ("x = a()\nwhile c:\n    x = b()\n    break\nsink(x)", "a b"),
    "what follows break": ("x = a()\nwhile c:\n    break\n    x = b()\nsink(x)", "a"),
    "continue": (
        "x = a()\nfor i in n:\n    sink(x)\n    if c:\n        x = b()\n        continue\n"
        "    x = d()",
        "a b d",
    ),
    "else": ("x = a()\nfor i in n: pass\nelse: x = b()\nsink(x)", "b"),
    "break leaves else out": (
        "x = a()\nfor i in n:\n    if c:\n        x = b()\n        break\n"
        "else:\n    x = d()\nsink(x)",
        "b d",
    ),
    "inner loop carries to the outer": (
        "x = a()\nfor i in n:\n    for j in n:\n        sink(x)\n    x = b()",
        "a b",
    ),
    "break of the inner loop only": (
        "x = a()\nfor i in n:\n    for j in n:\n        break\n    x = b()\nsink(x)",
        "a b",
    ),
    "through two names": (
        "x = a()\ny = b()\nfor i in n:\n    sink(x)\n    x = y\n    y = d()",
        "a b d",
    ),
}
EXCEPTIONS = {
    "after try": ("x = a()\ntry: x = b()\nexcept E: pass\nsink(x)", "a b"),
    "handler assigns": ("try: x = a()\nexcept E: x = b()\nsink(x)", "a b"),
    "handler sees before and after": ("x = a()\ntry: x = b()\nexcept E: sink(x)", "a b"),
    "handler ends": ("x = a()\ntry: x = b()\nexcept E: raise\nsink(x)", "b"),
    "else sees the body": ("x = a()\ntry: x = b()\nexcept E: pass\nelse: sink(x)", "b"),
    "finally sees all": ("x = a()\ntry: x = b()\nexcept E: x = d()\nfinally: sink(x)", "b d"),
    "finally runs after return": (
        "def f():\n    x = a()\n    try: return b()\n    finally: sink(x)",
        "a",
    ),
    "nothing after finally of return": (
        "def f():\n    try: return a()\n    finally: pass\n    sink(b())",
        "",
    ),
    "the exception is no value": ("x = a()\ntry: pass\nexcept E as x: sink(x)", ""),
    "try in a loop": (
        "x = a()\nfor i in n:\n    sink(x)\n    try: x = b()\n    except E: continue",
        "a b",
    ),
}
SCOPES = {
    "closure sees all definitions": ("x = a()\ndef f(): sink(x)\nx = b()", "a b"),
    "function called before": ("def f(): sink(x)\nf()\nx = a()", "a"),
    "own name hides": ("x = a()\ndef f():\n    x = b()\n    sink(x)", "b"),
    "global": ("def f():\n    global x\n    x = a()\ndef g(): sink(x)", "a"),
    "nonlocal": (
        "def f():\n    x = a()\n    def g():\n        nonlocal x\n        x = b()\n"
        "    def h(): sink(x)",
        "a b",
    ),
    "class is no scope of its methods": (
        "x = a()\nclass C:\n    x = b()\n    def f(self): sink(x)",
        "a",
    ),
    "class body": ("class C:\n    x = a()\n    sink(x)", "a"),
    "class attribute": ("class C:\n    x = a()\n    def f(self): sink(self.x)", "a"),
    "attribute of another method": (
        "class C:\n    def f(self): self.x = a()\n    def g(self): sink(self.x)",
        "a",
    ),
    "function": ("def f(): pass\nsink(f)", "f"),
    "class": ("class C: pass\nsink(C)", "C"),
    "function defined twice": (
        "if c:\n    def f(): pass\nelse:\n    f = a()\nsink(f)",
        "f a",
    ),
    "lambda in a loop": ("for x in a(): fs.append(lambda: sink(x))", "a"),
}


@pytest.mark.parametrize(
    ("program", "names"),
    [
        pytest.param(*case, id=name)
        for group in (STRAIGHT, UNPACKED, STORED, BRANCHES, LOOPS, EXCEPTIONS, SCOPES)
        for name, case in group.items()
    ],
)
def test_what_a_value_may_come_from(program, names):
    assert watch(program).made_of() == set(names.split())


@pytest.mark.parametrize(
    ("program", "same", "made_of"),
    [
        ("x = a(); sink(x + b())", "", "a b"),
        ("x = a(); x += b(); sink(x)", "", "a b"),
        ("x = a(); sink(-x)", "", "a"),
        ("x = a(); sink(x if c else x + 1)", "a", "a"),
        ("x = a(); sink(x < b())", "", ""),
        ("x = a(); sink(not x)", "", ""),
        ("x = a(); sink(f'{x}')", "", ""),
        ("x = [a()]; sink(x + [b()])", "a b", "a b"),
    ],
)
def test_computed_values_are_not_the_same_object(program, same, made_of):
    watched = watch(program)
    assert watched.may_be() == set(same.split())
    assert watched.made_of() == set(made_of.split())


@pytest.mark.parametrize(
    ("program", "context"),
    [
        ("sink(x)", ()),
        ("with g(): sink(x)", ("g()",)),
        ("with g(), h(): sink(x)", ("g()", "h()")),
        ("with g():\n    with h(): sink(x)", ("g()", "h()")),
        ("with g(): pass\nsink(x)", ()),
        ("async def f():\n    async with g(): sink(x)", ("g()",)),
        ("with g():\n    def f(): sink(x)", ()),
        ("switch(1)\nsink(x)", ("1",)),
        ("if c: switch(1)\nsink(x)", CONTRADICTION),
        ("if c: switch(1)\nelse: switch(1)\nsink(x)", ("1",)),
        ("if c:\n    switch(1)\n    raise E\nsink(x)", ()),
        ("for i in n: switch(1)\nsink(x)", ("1",)),
        ("try: switch(1)\nfinally: sink(x)", ("1",)),
        ("try: switch(1)\nexcept E: sink(x)", CONTRADICTION),
        ("with switch(1): sink(x)", ("1", "switch(1)")),
        ("[sink(y) for y in switch(1)]", ("1",)),
        ("match c:\n    case 1: switch(1)\nsink(x)", CONTRADICTION),
    ],
)
def test_context_flows_with_control(program, context):
    (sink,) = watch(program).sinks
    assert sink.context == context


@pytest.mark.parametrize(
    ("program", "loops"),
    [
        ("sink(x)", 0),
        ("for i in n: sink(x)", 1),
        ("while c: sink(x)", 1),
        ("while sink(x): pass", 1),
        ("for i in sink(x): pass", 0),
        ("for i in n:\n    for j in n: sink(x)", 2),
        ("for i in n: pass\nelse: sink(x)", 0),
        ("[sink(y) for y in n]", 1),
        ("[sink(z) for y in n for z in y]", 2),
        ("for i in n:\n    def f(): sink(x)", 0),
    ],
)
def test_how_often_a_call_runs(program, loops):
    (sink,) = watch(program).sinks
    assert sink.loops == loops


def test_where_a_call_stands():
    (sink,) = watch("def f():\n    pass\n    if c:\n        g()\n        sink(x)\n").sinks
    place = sink.place
    assert (place.index, len(place.suite)) == (1, 2)
    assert place.outer is not None
    assert (place.outer.index, place.outer.outer) == (1, None)
    assert sink.function.name == "f"


def test_uses_as_plain_python_are_told():
    program = """
        if a() > 1: pass
        while not b(): pass
        assert c()
        print(f"{d()}")
        [x for x in n if e(x)]
        g() is None
        """
    observed = watch(program).semantics.observed
    assert "a() > 1" in observed
    assert "not b()" in observed
    assert "c()" in observed
    assert "f'{d()}'" in observed
    assert "e(x)" in observed
    assert "g() is None" not in observed


def test_dropped_results_are_told():
    assert watch("a()\nx = b()\nc().d()\n'text'\n").semantics.discarded == ["a()", "c().d()"]


def test_generators_are_known():
    functions = watch(
        "def f(): yield 1\ndef g(): yield from h\ndef k(): return 1"
    ).program.functions
    assert [function.is_generator for function in functions[1:]] == [True, True, False]


@pytest.mark.parametrize(
    ("body", "contexts"),
    [
        ("switch(1)", {("1",)}),
        ("switch(1)\nreturn", {("1",)}),
        ("if c:\n    return\nswitch(1)", {(), ("1",)}),
        ("with a:\n    return", {()}),
        ("for i in n:\n    return i\nswitch(1)", {(), ("1",)}),
        ("raise E", set()),
        ("try:\n    return\nfinally:\n    switch(1)", {("1",)}),
        ("try:\n    switch(1)\n    return\nfinally:\n    pass", {("1",)}),
        ("with a:\n    try:\n        return\n    finally:\n        switch(1)", {()}),
    ],
)
def test_contexts_in_which_a_function_ends(body, contexts):
    program = watch("def f(c, n):\n" + indent(body, "    "))
    assert program.semantics.exits["f"] == contexts


def test_a_generator_is_suspended_inside_what_surrounds_the_yield():
    program = watch("def f(n):\n    yield n\n    with a:\n        yield n")
    assert program.semantics.suspended == [(), ("a",)]


@pytest.mark.parametrize(
    ("written", "run"),
    [
        ("run(x, made.f, y, k=z)", "made.f(x, y, k=z)"),
        ("run(x, k=z, what=f)", "f(x, k=z)"),
        ("run(x, *y, f)", "run(x, *y, f)"),  # which of them it runs is not known
        ("run(x)", "run(x)"),
    ],
)
def test_what_only_runs_something_is_a_call_of_that(written, run):
    (call,) = watch(f"from lib import run\n{written}").semantics.calls
    assert ast.unparse(call.node) == run
    assert ast.unparse(call.written or call.node) == written


def test_decorators_that_are_not_imported_are_told():
    watched = watch("import lib\n@lib.plain\n@made.by(1)\ndef f(): pass")
    (call,) = watched.semantics.decorations
    assert call.decorates is not None
    assert (call.decorates.name, ast.unparse(call.node.func)) == ("f", "made.by(1)")
