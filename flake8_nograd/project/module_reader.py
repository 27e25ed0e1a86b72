"""One file read: its imports, classes and functions as a summary."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from flake8_nograd.flow.imports import imported_names
from flake8_nograd.project.expressions import annotated_class
from flake8_nograd.project.function_reader import FunctionReader
from flake8_nograd.project.function_text import FunctionNode
from flake8_nograd.project.guard_spelling import GuardSpelling
from flake8_nograd.project.summary import (
    MODULE_BODY,
    ClassSummary,
    Functions,
    FunctionSummary,
    ModuleSummary,
)
from flake8_nograd.syntax.access_path import access_path
from flake8_nograd.syntax.suites import statements_in
from flake8_nograd.vocabulary.lookup import Vocabulary

_DEFINITION = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def summarize(tree: ast.Module, path: str, vocabulary: Vocabulary) -> ModuleSummary:
    """What a file says."""
    return _ModuleReader(tree, path, vocabulary).summary


class _ModuleReader:
    def __init__(self, tree: ast.Module, path: str, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        imports: dict[str, str] = {}
        stars: list[str] = []
        for imported in _imports(tree):
            for name, dotted in imported_names(imported):
                if name == "*":
                    stars.append(dotted.removesuffix("*").rstrip(".") or dotted.rstrip("*"))
                else:
                    imports.setdefault(name, dotted)
        self._spelling = GuardSpelling(imports, vocabulary)
        functions: dict[str, FunctionNode] = {}
        classes: dict[str, ClassSummary] = {}
        rest: list[ast.stmt] = []
        for statement in _top_level(tree.body, rest):
            if isinstance(statement, ast.ClassDef):
                classes[statement.name] = self._class(statement)
            else:
                functions[statement.name] = statement
        body = FunctionReader(self._spelling, vocabulary).read(MODULE_BODY, rest, None)
        aliases = {
            name: made[0]
            for name, made in body.locals.items()
            if len(made) == 1 and made[0] and not made[0].endswith("()")
        }
        known = Functions(functions, self._function, {MODULE_BODY: body})
        self.summary = ModuleSummary(path, imports, tuple(stars), aliases, classes, known)

    def _function(self, node: FunctionNode) -> FunctionSummary:
        reader = FunctionReader(self._spelling, self._vocabulary)
        return reader.read(_key(node), node.body, node)

    def _class(self, node: ast.ClassDef) -> ClassSummary:
        methods = {
            _key(statement): statement
            for statement in _top_level(node.body, [])
            if not isinstance(statement, ast.ClassDef)
        }
        return ClassSummary(
            name=node.name,
            line=node.lineno,
            bases=tuple(map(_base, node.bases)),
            methods=Functions(methods, self._function),
            annotations={
                statement.target.id: annotated_class(statement.annotation)
                for statement in node.body
                if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name)
            },
        )


def _key(node: FunctionNode) -> str:
    """The name of a function; what sets a property does not stand for what reads it."""
    kinds = (item.attr for item in node.decorator_list if isinstance(item, ast.Attribute))
    kind = next((kind for kind in kinds if kind in ("setter", "deleter")), "")
    return f"{node.name}.{kind}" if kind else node.name


def _base(node: ast.expr) -> str:
    """A base class as it is written; `Generic[T]` is `Generic`, what a call gives is unknown."""
    if isinstance(node, ast.Subscript):
        node = node.value
    return access_path(node) or "?"


def _imports(tree: ast.Module) -> Iterator[ast.Import | ast.ImportFrom]:
    """All imports, wherever they stand; of functions and classes those at the top come first."""
    for node in statements_in(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield node


def _top_level(
    body: Sequence[ast.stmt], rest: list[ast.stmt]
) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef]:
    """The definitions of a suite, also those under conditions; all else is the rest."""
    for statement in body:
        if isinstance(statement, _DEFINITION):
            yield statement
        elif isinstance(statement, ast.If | ast.Try) and _defines(statement):
            suites = [statement.body, statement.orelse]
            if isinstance(statement, ast.Try):
                suites += [handler.body for handler in statement.handlers]
                suites.append(statement.finalbody)
            for suite in suites:
                yield from _top_level(suite, rest)
        else:
            rest.append(statement)


def _defines(statement: ast.stmt) -> bool:
    return any(isinstance(part, _DEFINITION) for part in statements_in(statement))
