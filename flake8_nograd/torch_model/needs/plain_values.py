"""Which expressions certainly have no graph, whoever computes them: plain values and fresh tensors.

A claim about a name is one about everything that is bound to it. Claims that rest on each other, as
those of a running total, hold together.
"""

from __future__ import annotations

import ast
from collections.abc import Collection

from flake8_nograd.syntax.bindings import Bindings, FunctionNode, Variable
from flake8_nograd.torch_model.needs.callees import Callees, Does
from flake8_nograd.torch_model.semantics.literal_arguments import asks_for_gradient
from flake8_nograd.vocabulary import methods
from flake8_nograd.vocabulary.layers import LEAF_MAKERS

_PLAIN_ANNOTATIONS = frozenset("int float str bool bytes Path".split())
_LITERALS = (ast.Constant, ast.JoinedStr, ast.Compare, ast.Lambda, ast.Slice)
_FRESH = (ast.Constant, ast.List, ast.Dict, ast.Set, ast.ListComp, ast.SetComp, ast.DictComp)
_MAKERS = frozenset("list dict set defaultdict deque OrderedDict Counter".split())
# Calls that make a tensor or array which shares memory with no other.
_NEW_TENSORS = frozenset(
    "zeros ones empty full clone cat stack concat zeros_like ones_like empty_like full_like mean"
    " sum array concatenate vstack hstack".split()
)


class PlainValues:
    """Answers whether the value of an expression may have a graph."""

    def __init__(
        self, bindings: Bindings, callees: Callees, assumed: Collection[ast.Call] = ()
    ) -> None:
        self._assumed = assumed
        self._assumed_names: dict[Variable, bool] = {}
        self._bindings = bindings
        self._callees = callees
        self._asked: dict[Variable, bool] = {}
        self._asks_for_gradient = {
            name for node in ast.walk(bindings.tree) for name in _asked_to_record(node)
        }

    def is_plain(self, node: ast.expr) -> bool:
        """Whether the value of an expression certainly has no graph."""
        if isinstance(node, _LITERALS) or (self._assumed and self._is_assumed(node)):
            return True
        if isinstance(node, ast.Name):
            return self._is_plain_name(node)
        if isinstance(node, ast.Call):
            return self._is_plain_call(node)
        if isinstance(node, ast.Attribute):
            return node.attr in methods.CUT_ATTRIBUTES or self._is_plain_attribute(node)
        if isinstance(node, ast.UnaryOp):
            return isinstance(node.op, ast.Not) or self.is_plain(node.operand)
        if isinstance(node, ast.IfExp):
            return self.is_plain(node.body) and self.is_plain(node.orelse)
        if isinstance(node, ast.Subscript):
            return is_index_of_values(node) or self.is_plain(node.value)
        if isinstance(node, ast.NamedExpr | ast.Starred | ast.Await):
            return self.is_plain(node.value)
        return self._are_plain_parts(node)

    def _is_assumed(self, node: ast.expr) -> bool:
        """Whether an expression is made of what is assumed to be plain, at least in part."""
        for part in ast.walk(node):
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
        plain = node.id not in self._asks_for_gradient and self._are_plain_stores(variable)
        self._asked[variable] = plain
        if not plain:  # what was claimed on the way may have rested on this
            self._asked = {name: value for name, value in self._asked.items() if not value}
        return plain

    def _are_plain_stores(self, variable: Variable) -> bool:
        stores = self._bindings.stores.get(variable, ())
        return all(self._is_plain_store(node) for node in stores) and (
            bool(stores) or variable.name in ("__file__", "__name__", "print", "len")
        )

    def _is_plain_store(self, node: ast.AST) -> bool:
        if isinstance(node, ast.arg):
            return isinstance(node.annotation, ast.Name) and (
                node.annotation.id in _PLAIN_ANNOTATIONS
            )
        if isinstance(node, ast.Import | ast.ImportFrom | FunctionNode | ast.ClassDef):
            return True
        value = self._value_bound(node)
        if value is not None:
            if _makes_container(value) and isinstance(node, ast.Name):
                return self.is_plain(value) and self._holds_plain(self._bindings.of(node))
            return self.is_plain(value)
        return self._is_plain_target(node)

    def _holds_plain(self, variable: Variable) -> bool:
        """Whether nothing but plain values is put into a container of this name."""
        return all(map(self._puts_plain, self._bindings.loads.get(variable, ())))

    def _puts_plain(self, load: ast.Name) -> bool:
        parents = self._bindings.parents
        outer = parents[load]
        if isinstance(outer, ast.Subscript) and not isinstance(outer.ctx, ast.Load):
            statement = self._bindings.statement_of(outer)
            return isinstance(statement, ast.Assign | ast.AugAssign) and self.is_plain(
                statement.value
            )
        call = parents[outer]
        if isinstance(outer, ast.Attribute) and isinstance(call, ast.Call) and call.func is outer:
            does = self._callees.of(call).does
            if does is Does.KEEPS:
                given = [*call.args, *(keyword.value for keyword in call.keywords)]
                return all(map(self.is_plain, given))
            return does in (Does.PASSES, Does.READS) and not outer.attr.endswith("_")
        if isinstance(outer, ast.Call):
            return self._callees.of(outer).does in (Does.PASSES, Does.READS)
        return isinstance(outer, ast.Subscript | ast.Return | ast.Compare | ast.For)

    def _is_plain_target(self, node: ast.AST) -> bool:
        """Whether a loop or an unpacking gives only plain values to a name."""
        for around in self._bindings.around(node):
            outer = self._bindings.parents.get(around)
            if isinstance(outer, ast.For | ast.comprehension) and around is outer.target:
                return self.is_plain_iteration(outer.iter)
            if isinstance(outer, ast.Assign) and around in outer.targets:
                assert isinstance(around, ast.Tuple | ast.List)
                is_second = len(around.elts) == 2 and around.elts[1] is node
                if is_second and gives_indices(outer.value):
                    return True
                return self.is_plain(outer.value)
            if not isinstance(around, ast.Name | ast.Tuple | ast.List | ast.Starred):
                return False
        return False

    def is_plain_iteration(self, node: ast.expr) -> bool:
        """Whether what a loop over the expression finds has no graph."""
        if isinstance(node, ast.Call):
            name = getattr(node.func, "id", "")
            if name == "range":
                return True
            if name in ("enumerate", "zip", "tqdm", "reversed", "sorted"):
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
        """Attributes of what is imported: constants, such as `math.pi` or `torch.float32`."""
        if isinstance(node.value, ast.Name):
            variable = self._bindings.of(node.value)
            stores = self._bindings.stores.get(variable, ())
            if stores and all(isinstance(item, ast.Import | ast.ImportFrom) for item in stores):
                return True
        return self.is_plain(node.value)


def gives_indices(value: ast.expr) -> bool:
    """Whether a call returns values and, second, their indices, which have no graph."""
    if not isinstance(value, ast.Call) or not isinstance(value.func, ast.Attribute):
        return False
    is_function = isinstance(value.func.value, ast.Name) and value.func.value.id == "torch"
    least = 2 if is_function else 1
    given = len(value.args) + len(value.keywords)
    return value.func.attr in methods.VALUES_AND_INDICES and given >= least


def is_index_of_values(node: ast.Subscript) -> bool:
    """Whether an expression is the indices of what gives values and indices."""
    is_second = isinstance(node.slice, ast.Constant) and node.slice.value == 1
    return is_second and gives_indices(node.value)


def _makes_tensor(value: ast.expr) -> bool:
    if not isinstance(value, ast.Call):
        return isinstance(value, ast.BinOp)
    return getattr(value.func, "attr", "") in _NEW_TENSORS and not asks_for_gradient(value)


def _makes_container(value: ast.expr) -> bool:
    if isinstance(value, ast.Call):
        name = getattr(value.func, "attr", getattr(value.func, "id", ""))
        return name in _MAKERS and not asks_for_gradient(value)
    return isinstance(value, _FRESH) and not isinstance(value, ast.Constant)


def _asked_to_record(node: ast.AST) -> list[str]:
    """Names of what is made to require a gradient."""
    if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "requires_grad_":
        assert isinstance(node.func, ast.Attribute)
        return _names_in(node.func.value)
    if isinstance(node, ast.Assign):
        return [
            name
            for target in node.targets
            if isinstance(target, ast.Attribute) and target.attr == "requires_grad"
            for name in _names_in(target.value)
        ]
    return []


def _names_in(node: ast.expr) -> list[str]:
    return [part.id for part in ast.walk(node) if isinstance(part, ast.Name)]
