"""What a check costs grows with the file, whatever the file is like."""

from __future__ import annotations

import ast
import cProfile
import sys
from pathlib import Path

import pytest

from flake8_nograd import engine
from flake8_nograd.options import DEFAULT_OPTIONS
from flake8_nograd.source import Source
from flake8_nograd.torch_model.analysis import analyse

sys.path.insert(0, str(Path(__file__).parent / "bench"))
import shapes

SIZE = 60
MOST = 2**1.25  # times as much for a file twice as long


def calls_made(text: str) -> int:
    """How many functions run during a check, whatever the machine."""
    source = Source.from_text(text)
    engine.check(Source.from_text(shapes.SHAPES[0](1)))  # what is imported when it is needed
    profile = cProfile.Profile()
    profile.runcall(engine.check, source)
    return sum(entry.callcount for entry in profile.getstats())


# In these everything may be everything else, which ends when a budget is spent.
EXPLODING = (
    shapes.class_chain_with_attributes,
    shapes.overridden_everywhere,
    shapes.methods_of_one_name,
    shapes.properties_of_one_name,
    shapes.table_of_functions,
    shapes.registered_functions,
    shapes.table_handed_on,
)
LINEAR = [shape for shape in shapes.SHAPES if shape not in EXPLODING]


@pytest.mark.parametrize("shape", LINEAR, ids=lambda shape: shape.__name__)
def test_twice_the_file_is_not_much_more_than_twice_the_work(shape):
    assert calls_made(shape(2 * SIZE)) < MOST * calls_made(shape(SIZE))


@pytest.mark.parametrize("shape", EXPLODING, ids=lambda shape: shape.__name__)
def test_of_what_explodes_nothing_is_concluded(shape):
    text = shape(500)
    facts = analyse(ast.parse(text), "x.py", DEFAULT_OPTIONS)
    assert facts.is_unknown
    assert (facts.regions, facts.backward_passes) == ((), ())


def test_it_is_said_that_nothing_is_concluded():
    text = shapes.table_of_functions(500)
    line = text.count("\n")
    assert engine.explain(Source.from_text(text), DEFAULT_OPTIONS, line).startswith(
        f"line {line}: nothing is concluded of this file"
    )


def test_a_table_of_a_reasonable_size_is_followed():
    text = shapes.registered_functions(40)
    assert not analyse(ast.parse(text), "x.py", DEFAULT_OPTIONS).is_unknown
