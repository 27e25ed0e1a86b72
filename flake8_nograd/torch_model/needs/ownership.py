"""What a function makes for itself, as against what others can reach as well."""

from __future__ import annotations

import ast
from collections.abc import Collection

from flake8_nograd.syntax.bindings import Bindings, Variable
from flake8_nograd.syntax.expressions import own_name
from flake8_nograd.torch_model.needs.callees import Callees, Does
from flake8_nograd.vocabulary import methods
from flake8_nograd.vocabulary.views import VIEWS, may_give_view

_DISPLAYS = (
    *(ast.List, ast.Dict, ast.Set, ast.ListComp, ast.SetComp, ast.DictComp, ast.Constant),
    *(ast.BinOp, ast.UnaryOp, ast.Compare, ast.JoinedStr),
)


class Ownership:
    """Answers whether the value of an expression was made for it alone."""

    def __init__(
        self, bindings: Bindings, callees: Callees, passes: Collection[ast.Call] = ()
    ) -> None:
        self._bindings = bindings
        self._callees = callees
        self._passes = passes

    def names_of(self, node: ast.expr) -> list[Variable] | None:
        """The names under which others know a value; None if somebody unknown may know it."""
        found: dict[Variable, None] = {}
        return list(found) if self._is_own(node, found) else None

    def _is_own(self, node: ast.expr, found: dict[Variable, None]) -> bool:
        match node:
            case ast.Name():
                return self._is_own_name(self._bindings.of(node), found)
            case ast.Subscript(value=value) | ast.Starred(value=value):
                return self._is_own(value, found)
            case ast.Attribute(value=value, attr=name):
                return name in VIEWS and self._is_own(value, found)
            case ast.Call():
                return self._is_own_result(node, found)
            case ast.IfExp(body=body, orelse=orelse):
                return self._is_own(body, found) and self._is_own(orelse, found)
            case ast.Tuple(elts=parts):
                return all(self._is_own(part, found) for part in parts)
        return isinstance(node, _DISPLAYS)

    def _is_own_name(self, variable: Variable, found: dict[Variable, None]) -> bool:
        if variable in found:
            return True
        found[variable] = None
        stores = self._bindings.stores.get(variable, ())
        return bool(stores) and all(self._is_own_store(node, found) for node in stores)

    def _is_own_store(self, node: ast.AST, found: dict[Variable, None]) -> bool:
        outer = self._bindings.parents.get(node)
        if isinstance(outer, ast.Tuple | ast.List):
            outer = self._bindings.parents.get(outer)
        if isinstance(outer, ast.AugAssign):
            return True
        value = getattr(outer, "value", None)
        is_binding = isinstance(outer, ast.Assign | ast.AnnAssign | ast.NamedExpr)
        return is_binding and value is not None and self._is_own(value, found)

    def _is_own_result(self, node: ast.Call, found: dict[Variable, None]) -> bool:
        callee = self._callees.of(node)
        if node in self._passes or callee.does is Does.PASSES_ON:
            return True
        name = own_name(node.func)
        record = self._callees.record(node)
        is_imported = record is not None and record.imported is not None
        if is_imported and not self._callees.is_of_library(node):
            return False
        if callee.does is not Does.PASSES and name not in methods.CUTS:
            return callee.does is Does.READS
        if not may_give_view(name):
            return not self._callees.is_layer(node)
        is_method = record is not None and record.imported is None
        if is_method and isinstance(node.func, ast.Attribute):
            return self._is_own(node.func.value, found)
        return bool(node.args) and self._is_own(node.args[0], found)
