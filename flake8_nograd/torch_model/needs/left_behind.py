"""What a function leaves behind beside its result, or sees of recording while it runs."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property

from flake8_nograd.elsewhere import Elsewhere
from flake8_nograd.flow.scopes import Function
from flake8_nograd.syntax.bindings import Bindings, Variable
from flake8_nograd.syntax.expressions import nodes_of, own_name
from flake8_nograd.torch_model.needs.callees import Callees, Does
from flake8_nograd.torch_model.needs.given_away import KEEPING, GivenAway
from flake8_nograd.torch_model.needs.in_place import written_by
from flake8_nograd.torch_model.needs.plain_values import PlainValues
from flake8_nograd.vocabulary import escapes
from flake8_nograd.vocabulary.views import viewed_by

_DIFFERENTIATES = escapes.SHOWING_CALLS | {
    *("backward", "grad", "requires_grad_", "jacobian", "hessian", "jacrev", "jacfwd", "vjp"),
    *("jvp", "register_buffer", "setattr", "__setattr__", "detach_", "exec"),
}
# What making an object runs: it may fill the object.
MAKING = ("__new__", "__init__", "__post_init__")


class LeftBehind:
    """Why it matters that a function ran with recording on."""

    def __init__(
        self,
        bindings: Bindings,
        functions: Sequence[Function],
        callees: Callees,
        plain: PlainValues,
        elsewhere: Elsewhere,
    ) -> None:
        self._functions = functions
        self._elsewhere = elsewhere
        self._bindings = bindings
        self._callees = callees
        self._plain = plain

    def of(self, code: Iterable[ast.AST], function: Function) -> str | None:
        """Why some code of a function is more than its result; None if it is not."""
        found = (self._in_node(node, function) for item in code for node in nodes_of(item))
        return next((f"{why} (line {line})" for why, line in filter(None, found)), None)

    def _in_node(self, node: ast.AST, function: Function) -> tuple[str, int] | None:
        line = getattr(node, "lineno", 0)
        if isinstance(node, ast.Call):
            why = self._in_call(node, function)
            return (why, line) if why else None
        if isinstance(node, ast.Attribute) and node.attr in escapes.SHOWING_ATTRIBUTES:
            return "looks at recording", line
        if isinstance(node, ast.Global):
            return "sets global names", line
        if any(self._is_outside(item) for item in self._stored(node, function)):
            return "keeps a value for later", line
        return None

    def _stored(self, node: ast.AST, function: Function) -> Iterator[ast.expr]:
        """The targets to which a statement gives something that may have a graph."""
        match node:
            case ast.Assign(targets=targets, value=value):
                pass
            case ast.AnnAssign(target=target, value=ast.expr() as value):
                targets = [target]
            case (
                ast.AugAssign(target=target, value=value)
                | ast.NamedExpr(target=target, value=value)
            ):
                targets = [target]
            case ast.For(target=target, iter=value) | ast.comprehension(target=target, iter=value):
                targets = [target]
            case ast.withitem(optional_vars=ast.expr() as target, context_expr=value):
                targets = [target]
            case _:
                return
        if not self._plain.is_plain(value):
            yield from (target for target in targets if not self.is_argument(target, function))

    def _in_call(self, node: ast.Call, function: Function) -> str:
        name = own_name(node.func)
        if name in _DIFFERENTIATES:
            return "differentiates or looks at recording"
        record = self._callees.record(node)
        imported = record.imported if record is not None else None
        if imported is not None and self._elsewhere.leaves_behind(imported):
            return f"calls {name}() of another file, which may keep something or see recording"
        given = [*node.args, *(keyword.value for keyword in node.keywords)]
        if all(map(self._plain.is_plain, given)):
            return ""
        does, functions = self._callees.of(node)
        if does is Does.KEEPS or (does is Does.UNKNOWN and name in KEEPING):
            owner = node.func.value if isinstance(node.func, ast.Attribute) else None
            owners = [owner] if owner is not None else node.args[:1]
            if any(self._is_outside(item) for item in owners):
                return "keeps a value for later"
        is_open = does is Does.UNKNOWN and imported is None and not functions
        is_method = isinstance(node.func, ast.Attribute) and name != "forward"
        if is_open and is_method and self._elsewhere.method_leaves_behind(name):
            return f"calls {name}() of another file, which may keep something"
        if is_open and self._is_callback(node, function):
            return "calls something that it was given"
        written = written_by(node)
        rest = [item for item in given if item not in written]
        if not all(map(self._plain.is_plain, rest)) and any(
            self._is_outside(item) for item in written
        ):
            return "writes into a tensor that others know"
        return ""

    def _is_callback(self, node: ast.Call, function: Function) -> bool:
        """Whether what is called may be a function that the file gave away, and that keeps things.

        Methods of other objects than `self` are taken to be what their name says, unless a class of
        the file has one of that name.
        """
        names = [item.arg for item in function.parameters()[:1]]
        if isinstance(node.func, ast.Attribute):
            is_own = isinstance(node.func.value, ast.Name) and [node.func.value.id] == names
            if not is_own and self._callees.is_method(node.func.attr):
                return True
            if not is_own or function.owner is None or self._callees.is_method(node.func.attr):
                return False
        return self._given_away.keeps_something()

    @cached_property
    def _given_away(self) -> GivenAway:
        return GivenAway(self._functions, self._bindings, self.of)

    def is_argument(self, target: ast.expr, function: Function) -> bool:
        """Whether a target is an attribute of what the caller of a forward pass gives it."""
        if not isinstance(target, ast.Attribute) or not isinstance(target.value, ast.Name):
            return False
        names = [item.arg for item in function.parameters()]
        if function.name in MAKING:
            return target.value.id in names[:1]
        is_forward = function.name.startswith("forward")
        return is_forward and target.value.id in names[not function.is_static :]

    def _is_outside(self, target: ast.expr) -> bool:
        """Whether a target is part of something that outlives the call."""
        match target:
            case ast.Tuple(elts=parts) | ast.List(elts=parts):
                return any(map(self._is_outside, parts))
            case ast.Starred(value=value):
                return self._is_outside(value)
            case ast.Name(ctx=ast.Store()):
                return self._bindings.of(target).scope is not self._bindings.scope_of(target)
        if isinstance(target, ast.Subscript):
            return self._outlives(target.value, set())
        return isinstance(target, ast.Attribute) or self._outlives(target, set())

    def _outlives(self, node: ast.expr, seen: set[Variable]) -> bool:
        """Whether an object, or what it is part of, is known outside of the function."""
        match node:
            case ast.Attribute(value=value, attr=name) if name in escapes.VIEW_ATTRIBUTES:
                return self._outlives(value, seen)
            case ast.Attribute(attr=name):
                return name not in ("data", "grad")
            case ast.Subscript(value=value) | ast.Starred(value=value):
                return self._outlives(value, seen)
            case ast.Name():
                return self._name_outlives(node, seen)
            case ast.Call(func=ast.Attribute()):
                viewed = None if self._callees.is_layer(node) else viewed_by(node)
                return viewed is not None and self._outlives(viewed, seen)
            case ast.Call(func=ast.Name(id=name)):
                return name in ("vars", "getattr", "globals", "locals", "iter", "next")
            case ast.IfExp(body=body, orelse=orelse):
                return self._outlives(body, seen) or self._outlives(orelse, seen)
            case ast.BoolOp(values=values):
                return any(self._outlives(value, seen) for value in values)
        return False

    def _name_outlives(self, node: ast.Name, seen: set[Variable]) -> bool:
        variable = self._bindings.of(node)
        if variable in seen:
            return False
        seen.add(variable)
        stores = self._bindings.stores.get(variable, ())
        if variable.scope is not self._bindings.function_of(node) or not stores:
            return True
        return any(self._store_outlives(store, seen) for store in stores)

    def _store_outlives(self, store: ast.AST, seen: set[Variable]) -> bool:
        if isinstance(store, ast.arg):
            return True
        outer = self._bindings.parents.get(store)
        if isinstance(outer, ast.Tuple | ast.List):
            outer = self._bindings.parents.get(outer)
        if isinstance(outer, ast.For | ast.comprehension):
            return self._outlives(outer.iter, seen)
        value = getattr(outer, "value", None)
        return isinstance(value, ast.expr) and self._outlives(value, seen)
