"""A guard that joins the items of a `with` leaves their comments and their manner alone."""

from __future__ import annotations

import textwrap

import pytest

from flake8_nograd.fixing.edits import Merge
from flake8_nograd.fixing.rewriting import rewrite
from flake8_nograd.source import Source


def joined(header: str) -> str:
    """The header after the guard has joined it."""
    text = f"import torch\n{textwrap.dedent(header)}    y = model(x)\n"
    data = text.encode()
    changed = rewrite(Source.from_bytes(data), data, [Merge(1, "torch.no_grad()")], [], 3)
    return changed.decode().removeprefix("import torch\n").removesuffix("    y = model(x)\n")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            "with a(), b():\n",
            "with a(), b(), torch.no_grad():\n",
        ),
        (
            "with (a() as c):\n",
            "with (a() as c, torch.no_grad()):\n",
        ),
        (
            "with (a(),b()):\n",
            "with (a(),b(), torch.no_grad()):\n",
        ),
        (
            "with a(), \\\n     b():  # tail\n",
            "with a(), \\\n     b(), \\\n     torch.no_grad():  # tail\n",
        ),
        (
            "with (a(),  # one\n      b()):\n",
            "with (a(),  # one\n      b(),\n      torch.no_grad()):\n",
        ),
        (
            "with (  # why\n    a()\n    # after\n):\n",
            "with (  # why\n    a(),\n    # after\n    torch.no_grad()\n):\n",
        ),
        (
            "with (\n    # above\n    a() as c,  # first\n    b() as d,  # second\n):\n",
            "with (\n    # above\n    a() as c,  # first\n    b() as d,  # second\n"
            "    torch.no_grad(),\n):\n",
        ),
        (
            "with (\n    a() as c,  # first\n    b() as d  # second\n):\n",
            "with (\n    a() as c,  # first\n    b() as d,  # second\n    torch.no_grad()\n):\n",
        ),
        (
            "with (a() as c\n      ):\n",
            "with (a() as c,\n      torch.no_grad()\n      ):\n",
        ),
    ],
)
def test_comments_and_manner_stay(before, after):
    assert joined(before) == after
