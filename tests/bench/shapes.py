"""Programs that grow in what analyses easily pay for twice; each shape gives one of size n."""

from __future__ import annotations

from collections.abc import Callable

_HEAD = """\
import torch
from torch import nn

model = nn.Linear(4, 4).eval()
x = torch.ones(4)
"""
_END = "print(model(x).argmax().item())\n"

Shape = Callable[[int], str]


def _each(count: int, line: Callable[[int], str]) -> str:
    return "".join(map(line, range(count)))


def _classes(n: int, base: Callable[[int], str], body: str) -> str:
    first = "class C0(nn.Module):\n    def forward(self, x):\n        return x\n"
    return first + _each(
        n, lambda i: f"class C{i + 1}({base(i)}):\n{body.format(i=i, before=max(i - 1, 0))}"
    )


def class_chain(n: int) -> str:
    """Each class derives from the one before and has a method of its own."""
    body = "    def go{i}(self, x):\n        return self(x).item()\n"
    return f"{_HEAD}{_classes(n, 'C{}'.format, body)}print(C{n}()(x).item())\n{_END}"


def class_chain_with_attributes(n: int) -> str:
    """Each class of a chain keeps a part of its own and runs that of its base."""
    body = (
        "    def __init__(self):\n        super().__init__()\n        self.a{i} = nn.Linear(4, 4)\n"
        "    def go{i}(self, x):\n        return self.a{before}(x).item()\n"
    )
    return f"{_HEAD}{_classes(n, 'C{}'.format, body)}{_END}"


def class_chain_with_mixins(n: int) -> str:
    """Each class of a chain has a second base, and all define the same method."""
    body = "    def predict(self, x):\n        return super().predict(self(x)).item()\n"
    mixin = "class Mixin:\n    def predict(self, x):\n        return x\n"
    return f"{_HEAD}{mixin}{_classes(n, 'C{}, Mixin'.format, body)}print(C{n}().predict(x))\n{_END}"


def overridden_everywhere(n: int) -> str:
    """One class has many heirs that override what it calls."""
    body = "    def part(self, x):\n        return self(x)\n"
    base = "class Base(nn.Module):\n    def test(self, x):\n        return self.part(x).item()\n"
    return f"{_HEAD}{base}{_classes(n, lambda _: 'Base, C0', body)}print(C{n}().test(x))\n{_END}"


def bases_from_a_table(n: int) -> str:
    """Classes derive from what a table holds, and go into it."""
    row = "class C{i}(TABLE['{i}']):\n    pass\nTABLE['{i}'] = C{i}\n"
    return (
        f"{_HEAD}TABLE = {{}}\n{_each(n, lambda i: row.format(i=i))}print(C0()(x).item())\n{_END}"
    )


def methods_of_one_name(n: int) -> str:
    """Many classes define a method that is called on receivers of which nothing is known."""
    row = "class S{i}:\n    def step(self, m, y):\n        return m(y)\n"
    call = "print(unknown{i}.step(model, x).item())\n"
    return _HEAD + _each(n, lambda i: row.format(i=i)) + _each(n, lambda i: call.format(i=i)) + _END


def properties_of_one_name(n: int) -> str:
    """Many classes define a property that is read of what nothing is known of."""
    row = "class S{i}:\n    @property\n    def out(self):\n        return self.net(x)\n"
    read = "print(unknown{i}.out.item())\n"
    return _HEAD + _each(n, lambda i: row.format(i=i)) + _each(n, lambda i: read.format(i=i)) + _END


def table_of_functions(n: int) -> str:
    """Functions that call each other through a table."""
    row = "def f{i}(m, x):\n    return TABLE['f{i}'](m, m(x))\n"
    table = ", ".join(f"'f{i}': f{i}" for i in range(n))
    return f"{_HEAD}{_each(n, lambda i: row.format(i=i))}TABLE = {{{table}}}\n{_END}"


def registered_functions(n: int) -> str:
    """Functions that a decorator puts into the table through which they call each other."""
    head = "TABLE = {}\ndef entered(f):\n    TABLE[f.__name__] = f\n    return f\n"
    row = "@entered\ndef f{i}(m, x):\n    return TABLE['k'](m, m(x)).item()\n"
    return _HEAD + head + _each(n, lambda i: row.format(i=i)) + _END


def table_handed_on(n: int) -> str:
    """A table of functions goes through the parameters of very many functions."""
    row = "def g{i}(table, m, x):\n    return table[0](m, x) or g{after}(table, m, x)\n"
    table = ", ".join(f"lambda m, x, k={i}: m(x)" for i in range(n))
    calls = _each(n, lambda i: row.format(i=i, after=(i + 1) % n))
    return f"{_HEAD}{calls}print(g0([{table}], model, x).item())\n{_END}"


def many_models(n: int) -> str:
    """Models that are made, put into eval mode and run."""
    rows = ("m{i} = nn.Linear(4, 4)\n", "m{i}.eval()\n", "print(m{i}(x).item())\n")
    return _HEAD + "".join(_each(n, lambda i, row=row: row.format(i=i)) for row in rows)


def models_under_ifs(n: int) -> str:
    """Models, of which each is put into eval mode under a condition."""
    row = "    if c > {i}:\n        m{i}.eval()\n    print(m{i}(x).item())\n"
    names = ", ".join(f"m{i}=model" for i in range(n))
    return f"{_HEAD}def f(c, x, {names}):\n{_each(n, lambda i: row.format(i=i))}{_END}"


def one_model_under_ifs(n: int) -> str:
    """One model that is put into one mode or the other under many conditions."""
    row = "    if c > {i}:\n        m.eval()\n    print(m(x).item())\n"
    return f"{_HEAD}def f(c, x, m):\n{_each(n, lambda i: row.format(i=i))}f(1, x, model)\n{_END}"


def elif_chains(n: int) -> str:
    """Long chains of `elif`, in which a model runs and changes its mode."""
    branch = "    elif c == {i}:\n        x = m(x); m.eval()\n"
    chain = "    if c == 0:\n        x = m(x)\n" + _each(20, lambda i: branch.format(i=i))
    chain += "    print(x.item())\n"
    return f"{_HEAD}def f(m, c, x):\n{chain * max(1, n // 20)}    return x.item()\n{_END}"


def match_cases(n: int) -> str:
    """A `match` of many cases, in which a model runs and changes its mode."""
    case = "        case {i}:\n            x = m(x); m.eval()\n"
    cases = _each(n, lambda i: case.format(i=i))
    return f"{_HEAD}def f(m, c, x):\n    match c:\n{cases}    return x.item()\n{_END}"


def except_ladder(n: int) -> str:
    """A `try` with many handlers, in which a model runs and changes its mode."""
    handler = "    except E{i} as e:\n        x = m(x)\n        m.eval()\n"
    handlers = _each(n, lambda i: handler.format(i=i))
    return f"{_HEAD}def f(m, x):\n    try:\n        x = m(x)\n{handlers}    return x.item()\n{_END}"


def breaks(n: int) -> str:
    """A loop that is left in many places, with a model in another mode each time."""
    row = "        x = m(x)\n        if c > {i}:\n            m.eval()\n            break\n"
    rows = _each(n, lambda i: row.format(i=i))
    return f"{_HEAD}def f(m, items, x):\n    for c in items:\n{rows}    return m(x).item()\n{_END}"


def returns(n: int) -> str:
    """A function that hands back another result in many places."""
    row = "    if c == {i}:\n        return m(x), {i}\n"
    rows = _each(n, lambda i: row.format(i=i))
    return f"{_HEAD}def f(m, c, x):\n{rows}y, k = f(model, 1, x)\nprint(y.item())\n{_END}"


def partials(n: int) -> str:
    """Partials of partials of a function of the file."""
    head = "from functools import partial\ndef f(m, *a):\n    return m(x)\np0 = partial(f, model)\n"
    row = "p{after} = partial(p{i}, {i})\nprint(p{i}().item())\n"
    return _HEAD + head + _each(n, lambda i: row.format(i=i, after=i + 1)) + _END


def lists_of_lists(n: int) -> str:
    """A model in a list in a list, and so on."""
    row = "l{after} = [l{i}]\nl{after}.append(nn.Linear(4, 4))\nprint(l{after}[0](x).item())\n"
    return f"{_HEAD}l0 = [model]\n{_each(n, lambda i: row.format(i=i, after=i + 1))}{_END}"


def jobs_of_a_pool(n: int) -> str:
    """Functions that a pool of threads runs with a model."""
    head = "from concurrent.futures import ThreadPoolExecutor\npool = ThreadPoolExecutor()\n"
    row = (
        "def job{i}(m, x):\n    return m(x).item()\nprint(pool.submit(job{i}, model, x).result())\n"
    )
    return _HEAD + head + _each(n, lambda i: row.format(i=i)) + _END


def methods_in_a_circle(n: int) -> str:
    """Methods of which each runs the next one, and the last one the first."""
    head = "class T:\n    def __init__(self):\n        self.net = nn.Linear(4, 4)\n"
    row = "    def m{i}(self, x):\n        return self.m{after}(self.net(x))\n"
    end = "    def test(self, x):\n        return self.m0(x).item()\n"
    return _HEAD + head + _each(n, lambda i: row.format(i=i, after=(i + 1) % n)) + end + _END


def functions_inside(n: int) -> str:
    """Functions inside another one, of which each runs the one before."""
    row = "    def g{i}(y=None):\n        return m(x) if y is None else g{before}(m(x))\n"
    body = _each(n, lambda i: row.format(i=i, before=max(0, i - 1)))
    end = f"    return g{n - 1}(x).item()\nprint(outer(model, x))\n"
    return f"{_HEAD}def outer(m, x):\n{body}{end}{_END}"


def starred_calls(n: int) -> str:
    """Functions that hand on all that they are given."""
    row = "def f{i}(*a, **k):\n    return f{after}(*a, **k), a[0](a[1]).item()\n"
    body = _each(n, lambda i: row.format(i=i, after=(i + 1) % n))
    return f"{_HEAD}{body}print(f0(model, x))\n{_END}"


def callbacks_of_a_hub(n: int) -> str:
    """Functions that are all given to the same one, which runs them."""
    head = "def hub(g, x):\n    return g(x)\n"
    row = "def f{i}(x):\n    return hub(f{after}, hub(model, x))\n"
    body = _each(n, lambda i: row.format(i=i, after=(i + 1) % n))
    return f"{_HEAD}{head}{body}print(hub(f0, x).item())\n{_END}"


def backward_after_backward(n: int) -> str:
    """A backward pass after each of many forward passes."""
    row = "t = t + model(x).sum()\nt.backward()\nprint(t.item())\n"
    return f"{_HEAD}t = 0\n{_each(n, lambda i: row)}{_END}"


def switches_in_turn(n: int) -> str:
    """Recording switched on and off by statements."""
    row = "torch.set_grad_enabled({mode})\nprint(model(x).item())\n"
    return _HEAD + _each(n, lambda i: row.format(mode=i % 2 == 1)) + _END


def guarded_in_turn(n: int) -> str:
    """A guarded forward pass before each one that records."""
    row = "with torch.no_grad():\n    y = model(x)\nprint(model(x).item())\n"
    return _HEAD + _each(n, lambda i: row) + _END


def models_of_one_global_name(n: int) -> str:
    """Functions that each run a global model and put another one in its place."""
    row = (
        "def f{i}(x):\n    global g\n    y = g(x).item()\n"
        "    g = nn.Linear(4, 4).eval()\n    return y\n"
    )
    return f"{_HEAD}g = model\n{_each(n, lambda i: row.format(i=i))}{_END}"


SHAPES: tuple[Shape, ...] = (
    class_chain,
    class_chain_with_attributes,
    class_chain_with_mixins,
    overridden_everywhere,
    bases_from_a_table,
    methods_of_one_name,
    properties_of_one_name,
    table_of_functions,
    registered_functions,
    table_handed_on,
    many_models,
    models_under_ifs,
    one_model_under_ifs,
    elif_chains,
    match_cases,
    except_ladder,
    breaks,
    returns,
    partials,
    lists_of_lists,
    jobs_of_a_pool,
    methods_in_a_circle,
    functions_inside,
    starred_calls,
    callbacks_of_a_hub,
    backward_after_backward,
    switches_in_turn,
    guarded_in_turn,
    models_of_one_global_name,
)
