"""Beside a pass whose graph somebody else may need, findings stay narrow."""

from __future__ import annotations

from analysed import facts_of

LENT = "import lab\n"


def test_a_region_ends_where_a_graph_may_be_needed():
    facts = facts_of(
        LENT + "def f(x):\n    print(model(x).argmax().item())\n    lab.step(model(x))\n"
        "    print(model(x).argmax().item())\n"
    )
    assert [len(region.passes) for region in facts.regions] == [1, 1]
    assert not any(region.whole_function for region in facts.regions)


def test_the_header_of_a_loop_that_runs_a_pass_that_may_be_needed_is_left_alone():
    facts = facts_of(
        LENT + "def f(x):\n    while model(x).mean().item() < 10:\n        lab.step(model(x))\n"
    )
    assert facts.regions == ()


def test_a_condition_above_a_pass_that_may_be_needed_stands_alone():
    facts = facts_of(
        LENT + "def f(x):\n    if model(x).mean().item() < 10:\n        lab.step(model(x))\n"
    )
    (region,) = facts.regions
    assert [item.is_entangled for item in region.passes] == [True]
