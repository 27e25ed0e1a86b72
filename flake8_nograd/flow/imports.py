"""The names that an import binds, and what they stand for."""

from __future__ import annotations

import ast
from collections.abc import Iterator


def imported_names(statement: ast.Import | ast.ImportFrom) -> Iterator[tuple[str, str]]:
    """Pairs of a name and its dotted name, which starts with a dot if the import is relative."""
    if isinstance(statement, ast.Import):
        for alias in statement.names:
            top = alias.name.partition(".")[0]
            yield (alias.asname, alias.name) if alias.asname else (top, top)
        return
    prefix = "." * statement.level + (statement.module or "")
    separator = "" if prefix.endswith(".") else "."
    for alias in statement.names:
        yield alias.asname or alias.name, f"{prefix}{separator}{alias.name}"
