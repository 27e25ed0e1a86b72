"""The value that planning ends in."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from flake8_nograd.fixing.edits import Edit, Import


class Shape(NamedTuple):
    """An edit, the code it guards, the import it needs, and what to tell the user about it.

    `need` says why something else in that code may need a graph, `names` what calls are called
    once they are hoisted.
    """

    edit: Edit
    code: Sequence[ast.AST]
    needs: Import | None = None
    note: str = ""
    need: str = ""
    names: Mapping[ast.Call, str] = {}
