"""What moves one level in keeps its form: continuations, paired comments, guards that touch."""

from __future__ import annotations

from textwrap import dedent

import pytest

from flake8_nograd.fixing.edits import Extend, Wrap
from flake8_nograd.fixing.rewriting import rewrite
from flake8_nograd.source import Source

GUARD = "torch.no_grad()"


def edited(text: str, *edits: Wrap | Extend, statements: int) -> str:
    data = dedent(text).lstrip("\n").encode()
    return rewrite(Source.from_bytes(data), data, edits, [], statements).decode()


@pytest.mark.parametrize("indent", ["    ", "\t", "  "])
def test_lines_after_a_backslash_move_along(indent):
    text = (
        "def answer(x):\n"
        "    out = model(x) + \\\n          model(-x)\n"
        "    if out and \\\n            x:\n"
        "        print(out, \\\n              x)\n"
    ).replace("    ", indent)
    assert edited(text, Wrap(1, 2, GUARD), statements=4) == (
        "def answer(x):\n"
        "    with torch.no_grad():\n"
        "        out = model(x) + \\\n              model(-x)\n"
        "        if out and \\\n                x:\n"
        "            print(out, \\\n                  x)\n"
    ).replace("    ", indent)


def test_two_new_guards_that_touch_become_one():
    text = "a = model(x)\n# why\nb = model(y)\n"
    assert edited(text, Wrap(0, 0, GUARD), Wrap(1, 1, GUARD), statements=2) == (
        "with torch.no_grad():\n    a = model(x)\n    # why\n    b = model(y)\n"
    )


def test_new_guard_joins_the_one_above_and_the_one_below():
    text = (
        "with torch.no_grad():  # here\n    a = model(x)\n    # end\n\nb = model(y)\n"
        "with torch.no_grad():\n    c = model(z)\n"
    )
    assert edited(text, Wrap(2, 2, GUARD), statements=5) == (
        "with torch.no_grad():  # here\n    a = model(x)\n    # end\n\n    b = model(y)\n"
        "    c = model(z)\n"
    )


def test_extended_guard_joins_the_one_below():
    text = (
        "with torch.no_grad():\n    a = model(x)\nb = model(y)\n"
        "with torch.no_grad():\n    c = model(z)\n"
    )
    assert edited(text, Extend(0, 2), statements=5) == (
        "with torch.no_grad():\n    a = model(x)\n    b = model(y)\n    c = model(z)\n"
    )


@pytest.mark.parametrize(
    "between",
    [
        "with torch.no_grad():  # noqa\n    b = model(y)\n",
        "with torch.inference_mode():\n    b = model(y)\n",
        "with torch.no_grad(), open(y):\n    b = model(y)\n",
        "with torch.no_grad() as g:\n    b = model(y)\n",
        "with torch.no_grad(): b = model(y)\n",
        "# %%\nwith torch.no_grad():\n    b = model(y)\n",
        "pass\n",
    ],
)
def test_what_is_not_the_same_plain_guard_stays_apart(between):
    text = f"a = model(x)\n{between}"
    assert edited(text, Wrap(0, 0, GUARD), statements=2 if between == "pass\n" else 3) == (
        f"with torch.no_grad():\n    a = model(x)\n{between}"
    )


def test_standing_guards_that_touch_are_left_alone():
    text = 2 * "with torch.no_grad():\n    a = 1\n" + "print()\nc = model(x)\n"
    assert edited(text, Wrap(5, 5, GUARD), statements=6).startswith(text[: text.index("c =")])


def test_pair_of_comments_that_ends_in_the_block_goes_in():
    text = "pass\n# about a\n# fmt: off\na = model( x )\n# fmt: on\nb = model(y)\n"
    assert edited(text, Wrap(1, 2, GUARD), statements=3) == (
        "pass\n# about a\nwith torch.no_grad():\n    # fmt: off\n    a = model( x )\n"
        "    # fmt: on\n    b = model(y)\n"
    )


def test_pair_of_comments_that_ends_below_the_block_stays_out():
    text = "a = model(x)\n# fmt: off\nb = model( y )\n# fmt: on\nc = 1\n"
    assert edited(text, Wrap(0, 1, GUARD), statements=3) == (
        "# fmt: off\nwith torch.no_grad():\n    a = model(x)\n    b = model( y )\n"
        "# fmt: on\nc = 1\n"
    )


def test_pair_of_comments_around_the_block_stays_around():
    text = "# fmt: off\na = model( x )\n# fmt: on\nb = 1\n"
    assert edited(text, Wrap(0, 0, GUARD), statements=2) == (
        "# fmt: off\nwith torch.no_grad():\n    a = model( x )\n# fmt: on\nb = 1\n"
    )


def test_pair_of_comments_in_the_block_stays_in():
    text = "a = model(x)\n# region b\nb = model( y )\n# endregion\nc = model(x)\n"
    assert edited(text, Wrap(0, 2, GUARD), statements=3) == (
        "with torch.no_grad():\n    a = model(x)\n    # region b\n    b = model( y )\n"
        "    # endregion\n    c = model(x)\n"
    )
