"""Sites stand where the call begins, in lines and columns of characters, as findings do."""

from __future__ import annotations

import sys
from textwrap import dedent

import pytest

from flake8_nograd.trace.silent_run import run
from flake8_nograd.trace.sites import Site

HEAD = """\
import torch
from torch import nn

model = nn.Sequential(nn.Linear(2, 3), nn.ReLU(), nn.Linear(3, 1))
x = torch.ones(4, 2)
"""
knows_columns = pytest.mark.skipif(
    sys.version_info < (3, 11), reason="Python 3.10 knows no columns of calls"
)


@pytest.fixture
def sites(tmp_path):
    """Runs a program that starts with `HEAD`; returns the sites in order of place."""

    def sites_of(body: str) -> list[Site]:
        path = tmp_path / "program.py"
        path.write_text(HEAD + dedent(body), "utf-8")
        done = run(path)
        assert done.failure is None
        return sorted(done.report.sites, key=lambda site: site.place)

    return sites_of


def positions(found: list[Site]) -> list[tuple[int, int | None]]:
    return [(site.place.line, site.place.column) for site in found]


@knows_columns
@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("y = model(x)\n", [(6, 5)]),
        ("y = model(x), model(x)\n", [(6, 5), (6, 15)]),
        ("größe = 'ä', model(x)\n", [(6, 14)]),
        ("y = model(\n    x,\n)\n", [(6, 5)]),
        ("y = (\n    model\n    .float()\n    .cpu()(x)\n)\n", [(7, 5)]),
        ("y = [model(x)\n     for _ in range(3)]\n", [(6, 6)]),
        ("y = model(model[0](x) @ torch.ones(3, 2))\n", [(6, 5), (6, 11)]),
        ("y = model.forward(x)\n", [(6, 5)]),
    ],
)
def test_positions(sites, body, expected):
    assert positions(sites(body)) == expected


def test_a_file_that_is_rewritten_while_we_watch(sites):
    found = sites(
        """
        from pathlib import Path
        other = Path(__file__).with_name("other.py")
        for text in ("y = (model\\n .float()(x))", "z = 1\\ny = (model   .float\\n ()(x))"):
            other.write_text(text)
            exec(compile(text, str(other), "exec"))
        """
    )
    lines = [place.line for place in (site.place for site in found)]
    assert lines == [1, 2]


def test_lines(sites):
    found = sites("y = model(x)\n\nfor _ in range(2):\n    model(x)\n")
    assert [(site.place.line, site.counts.calls) for site in found] == [(6, 1), (9, 2)]


def test_a_helper_in_two_places_is_one_site_with_two_routes(sites):
    found = sites(
        """
        def run(x):
            return model(x)

        run(x)
        run(x).sum().backward()
        """
    )
    (site,) = found
    callers = {route.places[1].line: route.counts for route in site.routes}
    assert {line: (counts.wasted, counts.used) for line, counts in callers.items()} == {
        10: (1, 0),
        11: (0, 1),
    }
    assert site.verdict.value == "mixed"
    assert not site.is_waste


def test_a_deep_recursion_is_one_site(sites):
    (site,) = sites(
        """
        def descend(depth):
            return descend(depth - 1) if depth else model(x)

        for depth in range(100):
            descend(depth)
        """
    )
    assert site.counts.calls == 100
    assert len(site.routes) < 30


def test_library_code_is_no_place(sites):
    (site,) = sites("y = torch.func.vmap(model)(x)\n")
    assert site.place.path.endswith("program.py")


def test_a_program_given_as_text_has_a_place(sites):
    (site,) = sites("exec(compile('model(x)', '<made up>', 'exec'))\n")
    assert site.place.line == 6
