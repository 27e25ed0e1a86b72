"""The proof that a fix changed nothing but guards."""

from __future__ import annotations

import ast

import pytest

from flake8_nograd.fixing.proof import same_program

BEFORE = "import os\ndef f(x):\n    y = model(x)\n    return y\n"


def same(before: str, after: str, guards: tuple[str, ...] = ()) -> bool:
    return same_program(ast.parse(before), ast.parse(after), guards)


@pytest.mark.parametrize(
    "after",
    [
        "import os, torch\n@torch.no_grad()\ndef f(x):\n    y = model(x)\n    return y\n",
        "import os\nimport torch\ndef f(x):\n  with torch.no_grad():\n    y = model(x)\n"
        "  return y\n",
        "import os\nfrom torch import no_grad\ndef f(x):\n  with no_grad():\n    y = model(x)\n"
        "    return y\n",
        "import os\ndef f(x):\n  with torch.inference_mode():\n    y = model(x)\n  return y\n",
    ],
)
def test_guards_make_no_difference(after):
    assert same(BEFORE, after)


@pytest.mark.parametrize(
    "after",
    [
        "import os\ndef f(x):\n    y = model(y)\n    return y\n",
        "import os\ndef f(x):\n    return y\n    y = model(x)\n",
        "import os\n@cached\ndef f(x):\n    y = model(x)\n    return y\n",
        "import os\ndef f(x):\n  with torch.enable_grad():\n    y = model(x)\n  return y\n",
        "import os\ndef f(x):\n  with torch.inference_mode(False):\n    y = model(x)\n  return y\n",
        "def f(x):\n    y = model(x)\n    return y\n",
    ],
)
def test_anything_else_does(after):
    assert not same(BEFORE, after)


def test_guard_under_another_name_is_known_by_its_spelling():
    after = "import os\ndef f(x):\n  with quiet():\n    y = model(x)\n  return y\n"
    assert not same(BEFORE, after)
    assert same(BEFORE, after, ("quiet()",))
