"""What forward passes of a file do beside giving a result: keep state, look at recording."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flake8_nograd.flow.program import Program
from flake8_nograd.flow.scopes import Class, Function
from flake8_nograd.syntax.access_path import access_path
from flake8_nograd.syntax.bindings import Bindings
from flake8_nograd.torch_model.needs.callees import Callees, Does
from flake8_nograd.torch_model.needs.plain_values import PlainValues
from flake8_nograd.torch_model.semantics.context import Context
from flake8_nograd.vocabulary import escapes

_DIFFERENTIATES = escapes.SHOWING_CALLS | {
    *("backward", "grad", "requires_grad_", "jacobian", "hessian", "jacrev", "jacfwd", "vjp"),
    *("jvp", "register_buffer", "setattr", "__setattr__", "detach_"),
}


class ModuleState:
    """Why a forward pass is more than its result, for all modules of the file together."""

    def __init__(
        self,
        program: Program[Context],
        bindings: Bindings,
        callees: Callees,
        plain: PlainValues,
    ) -> None:
        self._program = program
        self._bindings = bindings
        self._callees = callees
        self._plain = plain
        self.fills_arguments = False  # forward passes set attributes of what they are given
        self._known: str | None = None
        self._is_known = False

    def need(self) -> str | None:
        """Why a forward pass may leave something behind that needs its graph; None if none does."""
        if not self._is_known:
            self._known, self._is_known = self._find(), True
        return self._known

    def _find(self) -> str | None:
        hook = next(self._callees.named(escapes.HOOKS), None)
        if hook is not None:
            return f"{_last(hook)}() lets other code see forward passes (line {hook.lineno})"
        found = (
            self._in_node(node, function)
            for function in self._forwards()
            for statement in function.body
            for node in ast.walk(statement)
        )
        return next((why for why in found if why is not None), None)

    def _forwards(self) -> list[Function]:
        """The functions of the file that run in forward passes of its modules."""
        todo = [
            method
            for cls in self._program.classes
            if "backward" not in cls.methods
            for name, method in cls.methods.items()
            if name.startswith("forward")
        ]
        seen = list(todo)
        while todo:
            for callee in self._called_by(todo.pop()):
                if callee not in seen:
                    seen.append(callee)
                    todo.append(callee)
        return seen

    def _called_by(self, function: Function) -> Iterator[Function]:
        for statement in function.body:
            for node in ast.walk(statement):
                if isinstance(node, ast.Call):
                    yield from self._callees.of(node).functions
                    yield from self._of_same_class(function, node)

    def _of_same_class(self, function: Function, node: ast.Call) -> Iterator[Function]:
        """Methods that `self.method()` may run, also in classes derived from this one."""
        if not isinstance(node.func, ast.Attribute) or function.owner is None:
            return
        if access_path(node.func.value) == "self":
            for cls in self._program.classes:
                method = cls.methods.get(node.func.attr)
                if method is not None and isinstance(cls, Class):
                    yield method

    def _in_node(self, node: ast.AST, function: Function) -> str | None:
        line = getattr(node, "lineno", 0)
        if isinstance(node, ast.Assign | ast.AnnAssign | ast.AugAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            is_plain = node.value is None or self._plain.is_plain(node.value)
            targets = [target for target in targets if not self._is_argument(target, function)]
            if not is_plain and any(map(self._is_outside, targets)):
                return f"a forward pass keeps a value for later (line {line})"
        if isinstance(node, ast.Call):
            if _last(node) in _DIFFERENTIATES:
                return f"a forward pass differentiates or looks at recording (line {line})"
            if self._callees.of(node).does is Does.KEEPS and self._keeps_outside(node):
                return f"a forward pass keeps a value for later (line {line})"
        if isinstance(node, ast.Attribute) and node.attr in escapes.SHOWING_ATTRIBUTES:
            return f"a forward pass looks at recording (line {line})"
        if isinstance(node, ast.Global):
            return f"a forward pass sets global names (line {line})"
        return None

    def _is_argument(self, target: ast.expr, function: Function) -> bool:
        """Whether a target is an attribute of what the caller of a forward pass gives it."""
        if not isinstance(target, ast.Attribute) or not isinstance(target.value, ast.Name):
            return False
        names = {item.arg for item in function.parameters()[1:]}
        is_one = function.name.startswith("forward") and target.value.id in names
        self.fills_arguments = self.fills_arguments or is_one
        return is_one

    def _is_outside(self, target: ast.expr) -> bool:
        """Whether a target is part of something that outlives the forward pass."""
        if isinstance(target, ast.Tuple | ast.List):
            return any(map(self._is_outside, target.elts))
        while isinstance(target, ast.Subscript | ast.Starred):
            target = target.value
            if isinstance(target, ast.Name):
                return self._outlives(target)
        return isinstance(target, ast.Attribute)

    def _outlives(self, name: ast.Name) -> bool:
        stores = self._bindings.stores.get(self._bindings.of(name), ())
        return any(isinstance(item, ast.arg) for item in stores) or (
            self._bindings.of(name).scope is self._bindings.tree
        )

    def _keeps_outside(self, node: ast.Call) -> bool:
        assert isinstance(node.func, ast.Attribute)
        owner = node.func.value
        given = [*node.args, *(keyword.value for keyword in node.keywords)]
        if all(map(self._plain.is_plain, given)):
            return False
        return not isinstance(owner, ast.Name) or self._outlives(owner)


def _last(node: ast.Call) -> str:
    function = node.func
    return getattr(function, "attr", getattr(function, "id", ""))
