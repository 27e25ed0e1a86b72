"""Guards on classes, whose methods run without them."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flake8_nograd.torch_model.facts import GuardMisuse, Misuse
from flake8_nograd.torch_model.guard_misuse.decorators import guard_decorators, lines_of
from flake8_nograd.torch_model.guard_misuse.interpreted import Interpreted


def guarded_classes(what: Interpreted) -> Iterator[GuardMisuse]:
    """Classes with a guard of torch among their decorators."""
    for cls in what.program.classes:
        if not cls.decorators or cls.node is None:
            continue
        for guard in guard_decorators(cls, what.uses, what.program.graph):
            written = f"@{ast.unparse(guard.node)}"
            yield GuardMisuse(guard.node, Misuse.ON_CLASS, written, cls.name, lines_of(cls.node))
