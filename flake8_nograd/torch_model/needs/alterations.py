"""Whether what a name stands for may get a graph after it was made: by a write, or by a request.

A list or a tensor without a graph gets one when something with a graph is put into it, under
whatever name. So the value is followed to all its aliases; what is not followed may alter it.
"""

from __future__ import annotations

import ast
from collections.abc import Callable

from flake8_nograd.syntax.bindings import Bindings, Variable
from flake8_nograd.torch_model.needs.callees import Callees, Does
from flake8_nograd.torch_model.needs.callers import Callers
from flake8_nograd.torch_model.needs.in_place import changes_receiver
from flake8_nograd.vocabulary import methods

_ALIASES = (
    *(ast.IfExp, ast.BoolOp, ast.NamedExpr, ast.Starred, ast.Tuple, ast.List, ast.Set, ast.Dict),
    *(ast.ListComp, ast.SetComp, ast.GeneratorExp, ast.DictComp, ast.keyword, ast.Await),
)
_READS = (
    *(ast.Compare, ast.FormattedValue, ast.BinOp, ast.UnaryOp, ast.Expr, ast.If, ast.While),
    *(ast.Assert, ast.Slice, ast.Match),
)


class Alterations:
    """Follows what a name stands for to everything that may write into it."""

    def __init__(
        self,
        bindings: Bindings,
        callees: Callees,
        callers: Callers,
        is_plain: Callable[[ast.expr], bool],
    ) -> None:
        self._bindings = bindings
        self._callees = callees
        self._callers = callers
        self._is_plain = is_plain

    def may_get_graph(self, variable: Variable) -> bool:
        """Whether something with a graph may be put into what a name stands for."""
        return not _Aliases(self, variable).stay_plain()


class _Aliases:
    """The aliases of one value, collected on the way."""

    def __init__(self, rules: Alterations, variable: Variable) -> None:
        self._bindings = rules._bindings
        self._callees = rules._callees
        self._callers = rules._callers
        self._is_plain = rules._is_plain
        self._variable = variable
        self._seen: set[object] = set()
        self._todo: list[ast.AST] = []
        self._is_altered = False
        self._name(variable)

    def stay_plain(self) -> bool:
        """Whether no use of any alias puts a graph into the value."""
        while self._todo and not self._is_altered:
            self._is_altered = not self._keeps_plain(self._todo.pop())
        return not self._is_altered

    def _name(self, variable: Variable) -> bool:
        if variable not in self._seen:
            self._seen.add(variable)
            self._todo.extend(self._bindings.loads.get(variable, ()))
            for store in self._bindings.stores.get(variable, ()):
                outer = self._bindings.parents.get(store)
                if isinstance(outer, ast.AugAssign) and not self._is_plain(outer.value):
                    self._is_altered = True
        return True

    def _alias(self, node: ast.AST) -> bool:
        if node not in self._seen:
            self._seen.add(node)
            self._todo.append(node)
        return True

    def _bind(self, target: ast.AST | None) -> bool:
        """The value, or a part of it, gets another name."""
        match target:
            case ast.Name():
                return self._name(self._bindings.of(target))
            case ast.Tuple(elts=parts) | ast.List(elts=parts):
                return all(map(self._bind, parts))
            case ast.Starred(value=value):
                return self._bind(value)
            case ast.Subscript(value=ast.Name() as owner):
                return self._name(self._bindings.of(owner))
        return False

    def _keeps_plain(self, node: ast.AST) -> bool:
        outer = self._bindings.parents[node]
        match outer:
            case ast.Subscript(value=value) if value is node:
                return self._of_subscript(outer)
            case ast.Attribute():
                return self._of_attribute(outer)
            case ast.Call():
                return self._of_argument(node, outer)
            case ast.keyword():
                call = self._bindings.parents[outer]
                return self._of_argument(outer, call) if isinstance(call, ast.Call) else False
            case ast.For() | ast.comprehension():
                return node is not outer.iter or self._bind(outer.target)
            case ast.Assign(targets=targets):
                return all(map(self._bind, targets))
            case ast.AnnAssign() | ast.AugAssign():
                return self._bind(outer.target)
            case ast.Return():
                return self._variable.scope is self._bindings.function_of(outer)
            case ast.Subscript() | ast.Delete():
                return True
        if isinstance(outer, _READS):
            return True
        if isinstance(outer, ast.NamedExpr):
            self._bind(outer.target)
        return isinstance(outer, _ALIASES) and self._alias(outer)

    def _of_subscript(self, outer: ast.Subscript) -> bool:
        if isinstance(outer.ctx, ast.Load):
            return self._alias(outer)
        statement = self._bindings.statement_of(outer)
        if isinstance(statement, ast.Delete):
            return True
        return isinstance(statement, ast.Assign | ast.AugAssign) and self._is_plain(statement.value)

    def _of_attribute(self, outer: ast.Attribute) -> bool:
        if not isinstance(outer.ctx, ast.Load):
            statement = self._bindings.statement_of(outer)
            value = getattr(statement, "value", None)
            asks = outer.attr in ("requires_grad", "data")
            return not asks and value is not None and self._is_plain(value)
        call = self._bindings.parents[outer]
        if not isinstance(call, ast.Call) or call.func is not outer:
            return outer.attr in methods.CUT_ATTRIBUTES or self._alias(outer)
        does = self._callees.of(call).does
        if outer.attr == "requires_grad_" or does not in (Does.READS, Does.PASSES, Does.KEEPS):
            return does is Does.PASSES_ON
        if does is Does.KEEPS or changes_receiver(call):
            given = [*call.args, *(keyword.value for keyword in call.keywords)]
            return all(map(self._is_plain, given)) and self._alias(call)
        return does is Does.READS or self._alias(call)

    def _of_argument(self, node: ast.AST, call: ast.Call) -> bool:
        if node is call.func:
            return self._callees.of(call).does is Does.PASSES_ON
        callee = self._callees.of(call)
        if callee.does in (Does.READS, Does.PASSES_ON):
            return True
        if callee.does is Does.PASSES:
            return not any(keyword.arg == "out" for keyword in call.keywords) and self._alias(call)
        if callee.does is Does.KEEPS:
            owner = call.func.value if isinstance(call.func, ast.Attribute) else None
            return isinstance(owner, ast.Name) and self._name(self._bindings.of(owner))
        if callee.does is not Does.RUNS:
            return False
        for function in callee.functions:
            names = self._callers.parameters_for(node, call, function)
            if names is None or function.node is None:
                return False
            for name in names:
                self._name(self._bindings.in_scope(function.node, name))
        return self._alias(call)
