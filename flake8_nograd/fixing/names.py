"""How a file calls torch at a given place, and the import it needs if it does not."""

from __future__ import annotations

import ast
from typing import NamedTuple

from flake8_nograd.fixing.edits import Import
from flake8_nograd.fixing.import_placement import place_import
from flake8_nograd.syntax.bindings import Bindings
from flake8_nograd.syntax.imports import ImportNode, imported, imports_of
from flake8_nograd.syntax.order import may_be_left_out, reaches
from flake8_nograd.syntax.statements import Statement, Statements

_HOMES = ("torch", "torch.autograd", "torch.autograd.grad_mode")


class Spelling(NamedTuple):
    """The text of a guard, and the import that makes it valid if one is missing.

    `is_optional` says that the place may be reached although the name could not be imported.
    """

    text: str
    needs: Import | None = None
    is_optional: bool = False


class Names:
    """Looks up how torch's guards can be spelled."""

    def __init__(self, statements: Statements, bindings: Bindings) -> None:
        self._statements = statements
        self._bindings = bindings
        self._imported = {
            name: None
            for item in statements.all
            if isinstance(item.node, ImportNode)
            for name, _ in imported(item.node)
        }

    def spell(self, guard: str, place: Statement) -> Spelling | None:
        """How to call a guard in a statement at this place; None if every name is taken."""
        for name, origin, imports in self._torch_names(place):
            text = _spelling(guard, name, origin)
            if text is not None:
                return Spelling(
                    text, is_optional=all(may_be_left_out(item, place) for item in imports)
                )
        for name, text, code in (
            ("torch", f"torch.{guard}()", "import torch"),
            (guard, f"{guard}()", f"from torch import {guard}"),
        ):
            if self._is_free(name, place):
                needs = place_import(self._statements, code, place)
                anchor = self._statements.all[needs.anchor]
                return Spelling(text, needs, may_be_left_out(anchor, place))
        return None

    def _torch_names(self, place: Statement) -> list[tuple[str, str, list[Statement]]]:
        """Imported names that hold at a place, where from, by which imports; the nearest first.

        Of names that are equally near, guards come before torch and its modules.
        """
        own = self._bindings.scope_of(place.node)
        scopes = list(self._bindings.around(own))
        found = []
        for name in self._imported:
            variable = self._bindings.in_scope(own, name)
            imports, is_import = imports_of(variable, self._bindings)
            origins = {origin for _, origin in imports}
            is_own = variable.scope is own
            if is_import and len(origins) == 1:
                stands = [
                    self._statements.of(node)
                    for node, _ in imports
                    if self._bindings.function_of(node) is variable.scope
                ]
                if any(reaches(item, place, is_own) for item in stands):
                    found.append((scopes.index(variable.scope), name, origins.pop(), stands))
        found.sort(key=lambda row: (row[0], row[2] in _HOMES, row[2] != "torch"))
        return [(name, origin, imports) for _, name, origin, imports in found]

    def _is_free(self, name: str, place: Statement) -> bool:
        variable = self._bindings.in_scope(self._bindings.scope_of(place.node), name)
        imports, is_import = imports_of(variable, self._bindings)
        return is_import and (
            not imports
            or (
                isinstance(variable.scope, ast.Module)
                and all(origin == "torch" for _, origin in imports)
            )
        )


def _spelling(guard: str, name: str, origin: str) -> str | None:
    if origin in _HOMES:
        return f"{name}.{guard}()"
    home, _, last = origin.rpartition(".")
    return f"{name}()" if home in _HOMES and last == guard else None
