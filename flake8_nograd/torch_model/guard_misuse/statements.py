"""The statements of a function, those of functions and classes in it left out."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from flake8_nograd.flow.statements import inner_suites


def own_statements(body: Iterable[ast.stmt]) -> Iterator[ast.stmt]:
    """All statements of a suite and of the suites in it."""
    for statement in body:
        yield statement
        for suite in inner_suites(statement):
            yield from own_statements(suite)
