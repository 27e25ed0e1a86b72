"""Code that runs only on some versions of torch."""

from __future__ import annotations

import ast

from flake8_nograd.flow.graph import Kind
from flake8_nograd.flow.program import Call, suites_of
from flake8_nograd.syntax.accumulations import names_in
from flake8_nograd.torch_model.guard_misuse.decorators import lines_of
from flake8_nograd.torch_model.guard_misuse.interpreted import Interpreted
from flake8_nograd.torch_model.semantics.context import Context
from flake8_nograd.vocabulary import first_versions


def may_be_skipped(call: Call[Context]) -> bool:
    """Whether a call runs only on some versions of torch, or its failure is caught."""
    return depends_on_version(call) or any(
        isinstance(around.statement, ast.Try) and bool(around.statement.handlers)
        for around in suites_of(call.place)
    )


def depends_on_version(call: Call[Context]) -> bool:
    """Whether a condition around a call speaks of the version of torch."""
    return any(
        isinstance(around.statement, ast.If)
        and any(map(first_versions.SPEAKS_OF_VERSION.search, names_in([around.statement.test])))
        for around in suites_of(call.place)
    )


def lines_for_missing_names(tree: ast.Module) -> set[int]:
    """The lines that make up for names which torch, or another package, does not have."""
    return {
        line
        for handler in ast.walk(tree)
        if isinstance(handler, ast.ExceptHandler)
        and handler.type is not None
        and not first_versions.RAISED_BY_MISSING_NAMES.isdisjoint(names_in([handler.type]))
        for line in lines_of(handler.body[0], handler.body[-1])
    }


def asks_version(what: Interpreted) -> bool:
    """Whether a file looks which torch it has."""
    graph = what.program.graph
    if any(graph.find(Kind.EXTERNAL, name) is not None for name in first_versions.TELLS_VERSION):
        return True
    torch = graph.find(Kind.EXTERNAL, "torch")
    return any(
        isinstance(call, Call)
        and call.imported in first_versions.ASKS_ATTRIBUTE
        and any(torch in value.aliases for value in call.positional[:1])
        for call in graph.payloads
        if torch is not None
    )
