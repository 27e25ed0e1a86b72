"""Where a value ends: as plain numbers within sight, or where somebody may need its graph.

The value is followed through the syntax tree, from each place that reads it to the next. What is
not known to read numbers, or to compute something that is followed in turn, is a need.
"""

from __future__ import annotations

import ast
from collections.abc import Collection

from flake8_nograd.flow.scopes import Function
from flake8_nograd.syntax.bindings import Bindings, FunctionNode, Variable
from flake8_nograd.syntax.reaching import loads_reached
from flake8_nograd.torch_model.needs.callees import Callee, Callees, Does
from flake8_nograd.torch_model.needs.callers import Callers
from flake8_nograd.torch_model.needs.expression_kinds import COMPUTING, READING
from flake8_nograd.torch_model.needs.handing_back import HandingBack
from flake8_nograd.torch_model.needs.in_place import changes_receiver
from flake8_nograd.torch_model.needs.plain_values import PlainValues
from flake8_nograd.torch_model.needs.readers import raises_for_graphs, why_not_read
from flake8_nograd.torch_model.needs.values_and_indices import gives_indices, is_index_of_values
from flake8_nograd.vocabulary import escapes, methods

# Attributes that are parts of a result, beside being names of methods.
_PARTS = escapes.VIEW_ATTRIBUTES | {"values", "indices", "mode"}


class Endings:
    """Follows values of one stretch of code; `covered` is what runs under the guard.

    What `inlined` functions return comes out of calls that are followed anyway.
    """

    def __init__(
        self,
        bindings: Bindings,
        callees: Callees,
        callers: Callers,
        plain: PlainValues,
        covered: Collection[ast.AST],
        inlined: Collection[ast.AST],
        passes: Collection[ast.Call],
    ) -> None:
        self._passes = passes
        self._handing_back = HandingBack(bindings, inlined)
        self._bindings = bindings
        self._callees = callees
        self._callers = callers
        self._plain = plain
        self._covered = covered
        self._seen: set[object] = set()
        self._unchanged: set[Variable] = set()
        self._todo: list[ast.expr] = []

    def add(self, value: ast.expr) -> None:
        """A value of which to find out where it ends."""
        self._follow(value)

    def bind(self, target: ast.expr, outer: ast.AST) -> str | None:
        """Parts of a value become those of a target: why that is a need, if it is at once."""
        return self._bind(target, outer)

    def add_to(self, outer: ast.AugAssign) -> str | None:
        """An augmented assignment computes a value: why that is a need, if it is at once."""
        return self._add_to(outer.target, outer)

    def follow_all(self, variable: Variable, line: int) -> str | None:
        """All reads of a name are followed: why that is a need, if it is at once."""
        return self._follow_name(variable, ast.Name(variable.name, lineno=line))

    def need(self) -> str | None:
        """Why the graph of one of the values may be needed; None if all end as plain numbers."""
        while self._todo:
            why = self._use(self._todo.pop())
            if why is not None:
                return why
        return None

    def _follow(self, node: ast.expr) -> None:
        if id(node) not in self._seen:
            self._seen.add(id(node))
            self._todo.append(node)

    def _use(self, node: ast.expr) -> str | None:
        """What the expression around a value does with it."""
        outer = self._bindings.parents[node]
        if isinstance(outer, ast.NamedExpr) and node is outer.target:
            return None
        if isinstance(outer, ast.keyword):
            node, outer = outer, self._bindings.parents[outer]  # type: ignore[assignment]
        if isinstance(outer, ast.Call):
            return self._use_by_call(node, outer)
        if isinstance(outer, ast.Attribute):
            return self._use_of_attribute(outer)
        if isinstance(outer, ast.Assert) and node is outer.msg:
            return f"a result is raised (line {outer.lineno})"
        if isinstance(outer, ast.Compare) and not self._plain.comparisons_are_plain:
            self._follow(outer)
            return None
        if isinstance(outer, READING) or (isinstance(outer, ast.IfExp) and node is outer.test):
            return None
        if isinstance(outer, ast.Subscript) and node is outer.slice:
            return None
        if isinstance(outer, COMPUTING):
            return self._use_by_operation(outer)
        if isinstance(outer, ast.comprehension):
            return None if node in outer.ifs else self._bind(outer.target, outer)
        return self._use_by_statement(node, outer)

    def _use_by_operation(self, outer: ast.expr) -> str | None:
        if isinstance(outer, ast.UnaryOp) and isinstance(outer.op, ast.Not):
            return None
        if isinstance(outer, ast.NamedExpr):
            why = self._bind(outer.target, outer)
            if why:
                return why
        is_index = isinstance(outer, ast.Subscript) and is_index_of_values(outer)
        if is_index and self._plain.indices_are_plain:
            return None
        if isinstance(outer, ast.Subscript) and not isinstance(outer.ctx, ast.Load):
            return self._write_into(outer)
        self._follow(outer)
        return None

    def _use_by_statement(self, node: ast.expr, outer: ast.AST) -> str | None:
        match outer:
            case ast.Assign(targets=targets):
                return next(filter(None, (self._bind(item, outer) for item in targets)), None)
            case ast.AnnAssign(target=target):
                return self._bind(target, outer)
            case ast.AugAssign(target=target):
                return self._add_to(target, outer)
            case ast.For(target=target):
                return self._bind(target, outer)
            case ast.Return():
                return self._hand_back(outer)
            case ast.Lambda(body=body) if body is node:
                return self._give_out(outer)
            case ast.Yield() | ast.YieldFrom():
                return f"a result is yielded (line {outer.lineno})"
            case ast.Raise():
                return f"a result is raised (line {outer.lineno})"
            case ast.Delete():
                return None
        line = getattr(outer, "lineno", getattr(node, "lineno", 0))
        return f"a result is used in a way that is not followed (line {line})"

    def _bind(self, target: ast.expr, outer: ast.AST) -> str | None:
        """A value gets a name, or a place in something."""
        if isinstance(target, ast.Name):
            is_plain = isinstance(outer, ast.Assign | ast.AnnAssign)
            return self._follow_name(
                self._bindings.of(target), target, target if is_plain else None
            )
        if isinstance(target, ast.Tuple | ast.List):
            parts = target.elts
            if isinstance(outer, ast.Assign) and len(parts) == 2 and gives_indices(outer.value):
                parts = parts[:1] if self._plain.indices_are_plain else parts
            return next(filter(None, (self._bind(item, outer) for item in parts)), None)
        if isinstance(target, ast.Starred):
            return self._bind(target.value, outer)
        if isinstance(target, ast.Subscript) and isinstance(target.value, ast.Name):
            return self._keep_in(target.value)
        line = getattr(target, "lineno", 0)
        return f"a result is kept in {ast.unparse(target)[:40]} (line {line})"

    def _follow_name(
        self, variable: Variable, name: ast.Name, store: ast.AST | None = None
    ) -> str | None:
        """A name stands for a value: follow all its reads, or those that one store reaches."""
        key = variable if store is None else store
        if key in self._seen:
            return None
        self._seen.add(key)
        if isinstance(variable.scope, ast.ClassDef):
            return f"a result becomes an attribute of a class (line {name.lineno})"
        if self._callers.reflects(variable.scope):
            return f"code may reach {variable.name} by its text (line {name.lineno})"
        if isinstance(variable.scope, ast.Module) and self._callers.is_shared(variable.name):
            return f"another file may import {variable.name} (line {name.lineno})"
        if isinstance(variable.scope, ast.Module) and not self._callers.is_script:
            in_function = not isinstance(self._bindings.function_of(name), ast.Module)
            if in_function:
                return f"a result is kept in a global name (line {name.lineno})"
        for other in self._bindings.stores[variable] if variable not in self._unchanged else ():
            if self._is_changed_in_place(other, variable):
                line = getattr(other, "lineno", 0)
                return f"{variable.name} is changed in place outside the guard (line {line})"
        self._unchanged.add(variable)
        if store is None:
            loads = self._bindings.loads.get(variable, [])
        else:
            loads = loads_reached(self._bindings, variable, store)
        for load in loads:
            self._follow(load)
        handed_out = self._handing_back.read_by_others(variable)
        return next(filter(None, map(self._give_out, handed_out)), None)

    def _give_out(self, outer: ast.Return | ast.Lambda) -> str | None:
        if isinstance(outer, ast.Return):
            return self._hand_back(outer)
        if self._handing_back.is_followed(outer):
            return None
        return f"a lambda gives a result away (line {outer.lineno})"

    def _is_changed_in_place(self, store: ast.AST, variable: Variable) -> bool:
        """Whether `name += ...` outside the guard may write into a view that was made inside."""
        outer = self._bindings.parents.get(store)
        if not isinstance(outer, ast.AugAssign) or outer in self._covered:
            return False
        return not self._plain.is_fresh(variable)

    def _add_to(self, target: ast.expr, outer: ast.AugAssign) -> str | None:
        if isinstance(target, ast.Name):
            variable = self._bindings.of(target)
            if not self._plain.is_fresh(variable):
                return (
                    f"a result is added to {target.id}, which others may know (line {outer.lineno})"
                )
            return self._follow_name(variable, target)
        if isinstance(target, ast.Subscript) and isinstance(target.value, ast.Name):
            return self._keep_in(target.value)
        return f"a result is added to {ast.unparse(target)[:40]} (line {outer.lineno})"

    def _keep_in(self, owner: ast.Name) -> str | None:
        """A container of which all uses are in sight keeps a value."""
        variable = self._bindings.of(owner)
        if self._plain.is_fresh(variable):
            return self._follow_name(variable, owner)
        return f"a result is kept in {owner.id}, which others may know (line {owner.lineno})"

    def _write_into(self, target: ast.Subscript) -> str | None:
        """Something is written into a value: harmless if it has no graph."""
        statement = self._bindings.statement_of(target)
        if isinstance(statement, ast.AugAssign) and statement not in self._covered:
            return f"a result is changed in place outside the guard (line {target.lineno})"
        value = getattr(statement, "value", None)
        if statement in self._covered or (value is not None and self._plain.is_plain(value)):
            return None
        if isinstance(target.value, ast.Name):
            variable = self._bindings.of(target.value)
            if self._plain.is_container(variable):
                return None
        return f"a result is changed in place (line {target.lineno})"

    def _use_of_attribute(self, outer: ast.Attribute) -> str | None:
        if isinstance(outer.ctx, ast.Store):
            return f"an attribute of a result is set (line {outer.lineno})"
        name = outer.attr
        if name in escapes.SHOWING_ATTRIBUTES:
            return f".{name} of a result is looked at (line {outer.lineno})"
        if name in self._plain.cutting_attributes:
            return None
        call = self._bindings.parents[outer]
        if isinstance(call, ast.Call) and call.func is outer:
            return self._use_by_method(outer, call)
        if name in escapes.PASSING_METHODS and name not in _PARTS:
            return f"a method of a result is kept (line {outer.lineno})"
        if name in methods.TRAINING_METHODS or name in escapes.SHOWING_CALLS:
            return f"a method of a result is kept (line {outer.lineno})"
        self._follow(outer)
        return None

    def _use_by_method(self, function: ast.Attribute, call: ast.Call) -> str | None:
        """A method is called on a value."""
        name = function.attr
        callee = self._what(call)
        if name == "requires_grad_" or (
            callee.does not in (Does.READS, Does.PASSES, Does.KEEPS, Does.PASSES_ON)
        ):
            return f".{name}() of a result may need its graph (line {call.lineno})"
        if changes_receiver(call) and call not in self._covered:
            return f"a result is changed in place outside the guard (line {call.lineno})"
        if self._callers.may_wait_for_errors(call, self._covered) and raises_for_graphs(call):
            return f"{name}() raises while recording, and that may be expected (line {call.lineno})"
        if callee.does in (Does.PASSES, Does.PASSES_ON):
            self._follow(call)
        return None

    def _use_by_call(self, node: ast.AST, call: ast.Call) -> str | None:
        """A value is given to a call, or is what is called."""
        if node is call.func:
            if self._what(call).does is not Does.PASSES_ON:
                return f"a result is called (line {call.lineno})"
            self._follow(call)
            return None
        callee = self._what(call)
        if any(keyword.arg == "out" for keyword in call.keywords):
            return f"a result is written into another tensor (line {call.lineno})"
        if callee.does is Does.READS:
            return why_not_read(
                call, self._callees, self._callers.may_wait_for_errors(call, self._covered)
            )
        if callee.does in (Does.PASSES, Does.PASSES_ON):
            if changes_receiver(call):
                return f"a result is written into another tensor (line {call.lineno})"
            if self._callers.may_wait_for_errors(call, self._covered) and raises_for_graphs(call):
                return f"an error of deepcopy() may be expected (line {call.lineno})"
            self._follow(call)
            is_pass = callee.does is Does.PASSES_ON
            return self._callees.left_by_pass(call) if is_pass else None
        if callee.does is Does.KEEPS and isinstance(call.func, ast.Attribute):
            if isinstance(call.func.value, ast.Name):
                return self._keep_in(call.func.value)
            what = ast.unparse(call.func.value)[:40]
            return f"a result is kept in {what} (line {call.lineno})"
        if callee.does is Does.RUNS:
            return self._enter(node, call, callee.functions)
        what = ast.unparse(call.func)[:40]
        return f"{what}() may keep or differentiate a result (line {call.lineno})"

    def _what(self, call: ast.Call) -> Callee:
        return Callee(Does.PASSES_ON) if call in self._passes else self._callees.of(call)

    def _enter(self, node: ast.AST, call: ast.Call, functions: tuple[Function, ...]) -> str | None:
        """A function of the file gets a value: follow its parameter, and what it hands back."""
        for function in functions:
            names = self._callers.parameters_for(node, call, function)
            if names is None:
                return f"{function.name}() gets a result in a way not followed (line {call.lineno})"
            assert function.node is not None
            if function.node not in self._seen:
                self._handing_back.enter(function.node)
            for name in names:
                variable = self._bindings.in_scope(function.node, name)
                why = self._follow_name(variable, ast.copy_location(ast.Name(name), call))
                if why is not None:
                    return why
        self._follow(call)
        return None

    def _hand_back(self, outer: ast.Return) -> str | None:
        """A value is returned: follow it to all callers, if they are in sight."""
        function = self._bindings.function_of(outer)
        if function in self._seen or self._handing_back.is_followed(outer):
            return None
        self._seen.add(function)
        # Python parses a `return` that stands in no function, and refuses to run it.
        calls = self._callers.all_calls_of(function) if isinstance(function, FunctionNode) else []
        if calls is None:
            return (
                f"a result is returned to callers that are not all in sight (line {outer.lineno})"
            )
        for call in calls:
            self._follow(call)
        return None
