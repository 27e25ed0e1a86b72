"""What is left of a function when some of its parameters are literals."""

from __future__ import annotations

import ast

import pytest

from flake8_nograd.syntax.literals import truth_of, values_of
from flake8_nograd.syntax.pruning import Pruner, known_in


def pruned(body: str, **given: object) -> str:
    lines = "\n".join(f"    {line}" for line in body.splitlines())
    tree = ast.parse(f"def run({', '.join(given)}):\n{lines}")
    (function,) = tree.body
    assert isinstance(function, ast.FunctionDef)
    known = known_in(function, {name: (value,) for name, value in given.items()})
    left = Pruner({function: known}).pruned(tree).body[0]
    return "\n".join(map(ast.unparse, left.body))


@pytest.mark.parametrize(
    ("test", "truth"),
    [
        ("train", False),
        ("not train", True),
        ("split == 'val'", True),
        ("split in ('val', 'test')", True),
        ("split not in ['train']", True),
        ("optimizer is not None", False),
        ("train and other()", False),
        ("train or other()", None),
        ("other() or not train", True),
        ("bool(optimizer)", False),
        ("split < 3", None),
        ("split == other", None),
    ],
)
def test_a_condition_on_literals_is_decided(test, truth):
    known = {"train": (False,), "split": ("val",), "optimizer": (None,)}
    assert truth_of(ast.parse(test, mode="eval").body, known) is truth


def test_of_several_values_all_have_to_agree():
    known = {"split": ("val", "test")}
    assert truth_of(ast.parse("split == 'train'", mode="eval").body, known) is False
    assert truth_of(ast.parse("split == 'test'", mode="eval").body, known) is None
    assert values_of(ast.parse("split", mode="eval").body, known) == ("val", "test")


def test_only_the_branch_that_is_taken_is_left():
    assert pruned("if train:\n    a()\nelse:\n    b()\nc()", train=False) == "b()\nc()"
    assert pruned("x = a() if train else b()", train=False) == "x = b()"
    assert pruned("model.train(split == 'train')", split="val") == "model.train(False)"


def test_nothing_is_left_below_a_jump():
    assert pruned("if not train:\n    return a()\nb()", train=False) == "return a()"


def test_a_name_that_is_set_to_a_literal_once_counts_as_well():
    assert pruned("on = split == 'train'\nif on:\n    a()\nb()", split="val") == "on = False\nb()"


@pytest.mark.parametrize(
    "change",
    [
        "train = ask()",
        "train |= ask()",
        "for train in ask():\n    pass",
        "with ask() as train:\n    pass",
        "def inner():\n    nonlocal train\n    train = True",
    ],
)
def test_a_parameter_that_may_change_decides_nothing(change):
    body = f"{change}\nif train:\n    a()"
    assert "if train" in pruned(body, train=False)


def test_a_parameter_of_the_same_name_inside_is_another():
    body = "def inner(train):\n    if train:\n        a()"
    assert pruned(body, train=False) == body


def test_what_does_not_change_is_shared():
    tree = ast.parse("def run(train):\n    a()\n    if train:\n        b()\n")
    (function,) = tree.body
    assert isinstance(function, ast.FunctionDef)
    left = Pruner({function: {"train": (False,)}}).pruned(tree).body[0]
    assert left.body[0] is function.body[0]
