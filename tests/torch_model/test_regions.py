"""Forward passes that one `with` would cover are one region."""

from __future__ import annotations

import pytest
from analysed import PRELUDE, facts_of

BEFORE = PRELUDE.count("\n")
NET = "net = nn.Linear(4, 2).eval()\nmodel.eval()\n"


def lines(program: str) -> list[list[int]]:
    """For each region the lines of its forward passes, counted in the program."""
    offset = BEFORE + NET.count("\n")
    return [
        [item.node.lineno - offset for item in region.passes]
        for region in facts_of(NET + program).regions
    ]


@pytest.mark.parametrize(
    ("program", "regions"),
    [
        ("model(x)", [[1]]),
        ("model(x)\nnet(x)", [[1, 2]]),
        ("model(x)\nprint(1)\nnet(x)", [[1, 3]]),
        ("for i in n:\n    model(x)\n    net(x)", [[2, 3]]),
        (
            "print(model(x))\nnet.train()\nnet(x).sum().backward()\nnet.eval()\nprint(net(x))",
            [[1], [5]],
        ),
        ("def f():\n    return model(x).item()\ndef g():\n    return net(x).item()", [[2], [4]]),
    ],
)
def test_regions(program, regions):
    assert lines(program) == regions


def test_a_region_knows_its_place():
    (region,) = facts_of("model.eval()\nfor i in n:\n    y = model(i)\n    print(y.item())").regions
    assert region.in_loop
    assert region.mode is not None
    assert region.function.name == "<module>"
    assert region.ended_guard is None


def test_a_region_after_the_guard_that_was_meant_for_it():
    (region,) = facts_of("with torch.no_grad():\n    model.eval()\nprint(model(x).item())").regions
    assert region.ended_guard is not None
    assert region.ended_guard.lineno == BEFORE + 1


@pytest.mark.parametrize(
    ("body", "whole"),
    [
        ("return model(x).item()", True),
        ("opt.zero_grad()\n    net(x).sum().backward()\n    return model(x).item()", False),
    ],
)
def test_whether_a_whole_function_needs_no_graph(body, whole):
    (region,) = facts_of(f"{NET}net.train()\ndef f():\n    {body}").regions
    assert region.whole_function is whole
