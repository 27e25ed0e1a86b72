"""Which expressions certainly have no graph, whoever computes them: plain values and fresh tensors.

A claim about a name is one about everything that is bound to it. Claims that rest on each other, as
those of a running total, hold together.
"""

from __future__ import annotations

import ast
from collections.abc import Collection

from flake8_nograd.syntax.bindings import Bindings, FunctionNode, Variable
from flake8_nograd.syntax.expressions import nodes_of, own_name
from flake8_nograd.torch_model.needs.alterations import Alterations
from flake8_nograd.torch_model.needs.callees import Callees, Does
from flake8_nograd.torch_model.needs.callers import Callers
from flake8_nograd.torch_model.needs.fields import Fields, Stores, is_known_import
from flake8_nograd.torch_model.needs.values_and_indices import gives_indices, is_index_of_values
from flake8_nograd.torch_model.semantics.literal_arguments import asks_for_gradient
from flake8_nograd.vocabulary import methods
from flake8_nograd.vocabulary.layers import LEAF_MAKERS

_LITERALS = (ast.Constant, ast.JoinedStr, ast.Compare, ast.Lambda, ast.Slice)
_FRESH = (ast.Constant, ast.List, ast.Dict, ast.Set, ast.ListComp, ast.SetComp, ast.DictComp)
_ITERATING = frozenset("enumerate zip reversed sorted".split())
_NUMBERS = frozenset(
    "item len float int bool str time perf_counter size numel dim isinstance id ord".split()
)
_MAKERS = frozenset("list dict set defaultdict deque OrderedDict Counter".split())
# Calls that make a tensor or array which shares memory with no other.
_NEW_TENSORS = frozenset(
    "zeros ones empty full clone cat stack concat zeros_like ones_like empty_like full_like mean"
    " sum array concatenate vstack hstack".split()
)
_DEEPEST = 40  # values that are followed into each other


class PlainValues:
    """Answers whether the value of an expression may have a graph."""

    indices_are_plain = True
    comparisons_are_plain = True
    cutting_attributes = methods.CUT_ATTRIBUTES

    def __init__(
        self,
        bindings: Bindings,
        callees: Callees,
        callers: Callers,
        stores: Stores,
        assumed: Collection[ast.Call] = (),
    ) -> None:
        self._stores = stores
        self._assumed = assumed
        self._alterations = Alterations(bindings, callees, callers, self.is_plain)
        self._fields = Fields(stores, self.is_plain)
        self._assumed_names: dict[Variable, bool] = {}
        self._bindings = bindings
        self._callees = callees
        self._asked: dict[Variable, bool] = {}
        self._depth = 0

    def is_plain(self, node: ast.expr) -> bool:
        """Whether the value of an expression certainly has no graph."""
        if self._depth >= _DEEPEST:
            return False
        self._depth += 1
        try:
            return self._is_plain(node)
        finally:
            self._depth -= 1

    def _is_plain(self, node: ast.expr) -> bool:
        if isinstance(node, _LITERALS) or (self._assumed and self._is_assumed(node)):
            return True
        if isinstance(node, ast.Name):
            return self._is_plain_name(node)
        if isinstance(node, ast.Call):
            return self._is_plain_call(node)
        if isinstance(node, ast.Attribute):
            return self._is_plain_attribute(node)
        if isinstance(node, ast.UnaryOp):
            return isinstance(node.op, ast.Not) or self.is_plain(node.operand)
        if isinstance(node, ast.IfExp):
            return self.is_plain(node.body) and self.is_plain(node.orelse)
        if isinstance(node, ast.Subscript):
            is_index = self.indices_are_plain and is_index_of_values(node)
            return is_index or self.is_plain(node.value)
        if isinstance(node, ast.NamedExpr | ast.Starred | ast.Await):
            return self.is_plain(node.value)
        return self._are_plain_parts(node)

    def _is_assumed(self, node: ast.expr) -> bool:
        """Whether an expression is made of what is assumed to be plain, at least in part."""
        for part in nodes_of(node):
            if part in self._assumed:
                return True
            if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Load):
                variable = self._bindings.of(part)
                if self._is_assumed_name(variable):
                    return True
        return False

    def _is_assumed_name(self, variable: Variable) -> bool:
        known = self._assumed_names.get(variable)
        if known is None:
            self._assumed_names[variable] = False
            values = map(self._value_bound, self._bindings.stores.get(variable, ()))
            known = any(value is not None and self._is_assumed(value) for value in values)
            self._assumed_names[variable] = known
        return known

    def _are_plain_parts(self, node: ast.expr) -> bool:
        match node:
            case ast.BinOp(left=left, right=right):
                parts = [left, right]
            case ast.BoolOp(values=parts):
                pass
            case ast.Tuple(elts=parts) | ast.List(elts=parts) | ast.Set(elts=parts):
                pass
            case ast.Dict(values=parts):
                pass
            case ast.ListComp(elt=elt) | ast.SetComp(elt=elt) | ast.GeneratorExp(elt=elt):
                parts = [elt]
            case ast.DictComp(value=value):
                parts = [value]
            case _:
                return False
        return all(map(self.is_plain, parts))

    def is_kept_plain(self, node: ast.expr) -> bool:
        """Whether an attribute is one that the file makes and fills with plain values alone."""
        return isinstance(node, ast.Attribute) and self._fields.is_kept_plain(node.attr)

    def is_fresh(self, variable: Variable) -> bool:
        """Whether a name stands for containers or numbers made for it alone."""
        stores = self._bindings.stores.get(variable, ())
        return bool(stores) and all(self._is_fresh_binding(node) for node in stores)

    def is_container(self, variable: Variable) -> bool:
        """Whether a name stands for lists, dicts and sets made for it alone."""
        values = [self._value_bound(node) for node in self._bindings.stores.get(variable, ())]
        return bool(values) and all(
            value is not None and not isinstance(value, ast.Constant) and _makes_container(value)
            for value in values
        )

    def _is_fresh_binding(self, node: ast.AST) -> bool:
        if isinstance(self._bindings.parents.get(node), ast.AugAssign):
            return True
        value = self._value_bound(node)
        return value is not None and (
            _makes_container(value) or isinstance(value, ast.Constant) or _makes_tensor(value)
        )

    def _value_bound(self, node: ast.AST) -> ast.expr | None:
        """What a plain assignment gives to a name; None for any other way to bind one."""
        outer = self._bindings.parents.get(node)
        if isinstance(outer, ast.AugAssign | ast.NamedExpr):
            return outer.value
        if isinstance(outer, ast.AnnAssign):
            return outer.value
        if isinstance(outer, ast.Assign) and node in outer.targets:
            return outer.value
        if isinstance(outer, ast.Tuple):
            return self._part_bound(node, outer)
        return None

    def _part_bound(self, node: ast.AST, target: ast.Tuple) -> ast.expr | None:
        """What an assignment of a tuple to a tuple gives to one name."""
        assign = self._bindings.parents.get(target)
        if not isinstance(assign, ast.Assign) or target not in assign.targets:
            return None
        value = assign.value
        if not isinstance(value, ast.Tuple) or len(value.elts) != len(target.elts):
            return None
        if any(isinstance(item, ast.Starred) for item in (*value.elts, *target.elts)):
            return None
        return next(
            part for name, part in zip(target.elts, value.elts, strict=True) if name is node
        )

    def _is_plain_name(self, node: ast.Name) -> bool:
        variable = self._bindings.of(node)
        known = self._asked.get(variable)
        if known is not None:
            return known
        self._asked[variable] = True
        plain = node.id not in self._stores.asked_to_record and self._are_plain_stores(variable)
        self._asked[variable] = plain
        if not plain:  # what was claimed on the way may have rested on this
            self._asked = {name: value for name, value in self._asked.items() if not value}
        return plain

    def _are_plain_stores(self, variable: Variable) -> bool:
        stores = self._bindings.stores.get(variable, ())
        if isinstance(variable.scope, ast.Module) and self._is_rebound(stores):
            return False
        if not all(self._is_plain_store(node, variable.name) for node in stores):
            return False
        if self._may_be_written(variable) and self._alterations.may_get_graph(variable):
            return False
        return bool(stores) or variable.name in ("__file__", "__name__", "print", "len")

    def _is_rebound(self, stores: Collection[ast.AST]) -> bool:
        """Whether code may give a global name a value by its text, or by `import *`."""
        first = min((getattr(node, "lineno", 0) for node in stores), default=0)
        return self._stores.rebinds_globals or any(
            line > first for line in self._stores.star_imports
        )

    def _is_plain_store(self, node: ast.AST, name: str) -> bool:
        if isinstance(node, ast.Import | ast.ImportFrom):
            return is_known_import(node, name)
        if isinstance(node, FunctionNode | ast.ClassDef):
            return True
        value = self._value_bound(node)
        return self._is_plain_target(node) if value is None else self.is_plain(value)

    def _is_number(self, value: ast.expr | None) -> bool:
        """Whether a plain value cannot be written into, by the looks of it."""
        match value:
            case ast.Constant() | ast.JoinedStr() | ast.Compare():
                return True
            case ast.UnaryOp(operand=operand):
                return self._is_number(operand)
            case ast.BinOp(left=left, right=right):
                return self._is_number(left) and self._is_number(right)
            case ast.Call(func=ast.Name(id=name)) | ast.Call(func=ast.Attribute(attr=name)):
                return name in _NUMBERS
        return False

    def _may_be_written(self, variable: Variable) -> bool:
        stores = self._bindings.stores.get(variable, ())
        definitions = (ast.Import, ast.ImportFrom, FunctionNode, ast.ClassDef)
        return not all(
            isinstance(node, definitions)
            or isinstance(self._bindings.parents.get(node), ast.AugAssign)
            or self._is_number(self._value_bound(node))
            for node in stores
        )

    def _is_plain_target(self, node: ast.AST) -> bool:
        """Whether a loop or an unpacking gives only plain values to a name."""
        for around in self._bindings.around(node):
            outer = self._bindings.parents.get(around)
            if isinstance(outer, ast.For | ast.comprehension) and around is outer.target:
                return self.is_plain_iteration(outer.iter)
            if isinstance(outer, ast.Assign) and around in outer.targets:
                assert isinstance(around, ast.Tuple | ast.List)
                is_second = len(around.elts) == 2 and around.elts[1] is node
                if is_second and self.indices_are_plain and gives_indices(outer.value):
                    return True
                return self.is_plain(outer.value)
            if not isinstance(around, ast.Name | ast.Tuple | ast.List | ast.Starred):
                return False
        return False

    def is_plain_iteration(self, node: ast.expr) -> bool:
        """Whether what a loop over the expression finds has no graph."""
        if isinstance(node, ast.Call):
            call = self._callees.record(node)
            name = (call.imported or "") if call is not None else ""
            if name == "range":
                return True
            if name in _ITERATING or name.startswith("tqdm."):
                return all(map(self.is_plain_iteration, node.args))
        return self.is_plain(node)

    def _is_plain_call(self, node: ast.Call) -> bool:
        if asks_for_gradient(node):
            return False
        call = self._callees.record(node)
        if call is not None and call.imported in LEAF_MAKERS:
            return False
        does = self._callees.of(node).does
        if does is Does.READS:
            return True
        if does is not Does.PASSES or call is None:
            return False
        if call.imported is not None and not self._callees.is_of_library(node):
            return False
        return self._are_plain_arguments(node, call.imported is not None)

    def _are_plain_arguments(self, node: ast.Call, is_imported: bool) -> bool:
        """Whether a computation gets nothing with a graph; a layer may have one of its own."""
        if not is_imported and not isinstance(node.func, ast.Attribute):
            return False
        given = [*node.args, *(keyword.value for keyword in node.keywords)]
        if not is_imported:
            assert isinstance(node.func, ast.Attribute)
            if self._callees.is_layer(node):
                return False
            given.append(node.func.value)
        return not self._callees.makes_module(node) and all(map(self.is_plain, given))

    def _is_plain_attribute(self, node: ast.Attribute) -> bool:
        """Constants of packages, such as `math.pi`, and attributes that only get plain values."""
        if self._callees.is_property(node.attr):
            return False
        if node.attr == "grad" and self._stores.keeps_graph_of_gradients:
            return False
        if node.attr in methods.CUT_ATTRIBUTES:
            return self._fields.is_plain(node.attr)
        if isinstance(node.value, ast.Name):
            variable = self._bindings.of(node.value)
            stores = self._bindings.stores.get(variable, ())
            if stores and all(is_known_import(item, variable.name) for item in stores):
                return True
        return self._fields.is_plain(node.attr) and self.is_plain(node.value)


def _makes_tensor(value: ast.expr) -> bool:
    if not isinstance(value, ast.Call):
        return isinstance(value, ast.BinOp)
    return getattr(value.func, "attr", "") in _NEW_TENSORS and not asks_for_gradient(value)


def _makes_container(value: ast.expr) -> bool:
    if isinstance(value, ast.Call):
        name = own_name(value.func)
        return name in _MAKERS and not asks_for_gradient(value)
    return isinstance(value, _FRESH) and not isinstance(value, ast.Constant)
