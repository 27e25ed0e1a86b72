"""What forward passes of a file do beside giving a result: keep state, look at recording."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cached_property
from os.path import basename

from flake8_nograd.elsewhere import Elsewhere
from flake8_nograd.flow.program import Program
from flake8_nograd.flow.scopes import Class, Function
from flake8_nograd.syntax.access_path import access_path
from flake8_nograd.syntax.bindings import Bindings
from flake8_nograd.syntax.expressions import last_name, nodes_of, own_name, returned_values
from flake8_nograd.torch_model.needs.callees import Callees, Does
from flake8_nograd.torch_model.needs.in_place import writes_into_input, written_by
from flake8_nograd.torch_model.needs.left_behind import MAKING, LeftBehind
from flake8_nograd.torch_model.needs.plain_values import PlainValues
from flake8_nograd.torch_model.needs.replacements import line_of_replacement
from flake8_nograd.torch_model.semantics.context import Context
from flake8_nograd.vocabulary import escapes
from flake8_nograd.vocabulary.views import may_give_view

_RUN_BY_CALLS = frozenset("setup_context __call__ _call_impl".split())
_REMEMBERS = ("cache", "memo", "lazy")


class ModuleState:
    """Why a forward pass is more than its result, for all modules of the file together."""

    def __init__(
        self,
        program: Program[Context],
        bindings: Bindings,
        callees: Callees,
        plain: PlainValues,
        elsewhere: Elsewhere,
    ) -> None:
        self._elsewhere = elsewhere
        self._program = program
        self._bindings = bindings
        self._callees = callees
        self._plain = plain
        self._left_behind = LeftBehind(bindings, program.functions, callees, plain, elsewhere)
        self._known: str | None = None
        self._is_known = False

    def need(self) -> str | None:
        """Why a forward pass may leave something behind that needs its graph; None if none does."""
        if not self._is_known:
            self._known, self._is_known = self._find(), True
        return self._known

    @cached_property
    def fills_arguments(self) -> bool:
        """Whether a forward pass of the file changes what it is given."""
        return any(map(self._fills, self._reached(self._forwards())))

    def is_filled_elsewhere(self, argument: ast.expr) -> bool:
        """Whether somebody may read a part of an argument that another file's forward sets."""
        owners = self._owners_of_filled
        if not owners:
            return False
        is_given = isinstance(argument, ast.Name) and self._bindings.is_parameter(argument)
        return is_given or ast.unparse(argument) in owners

    @cached_property
    def _owners_of_filled(self) -> set[str]:
        """What the file reads an attribute or key of that forward passes of other files set."""
        parts = self._elsewhere.filled()
        found = set()
        for node in self._bindings.nodes if parts else ():
            match node:
                case (
                    ast.Attribute(value=owner, attr=part, ctx=ast.Load())
                    | ast.Subscript(
                        value=owner, slice=ast.Constant(value=str(part)), ctx=ast.Load()
                    )
                ) if part in parts:
                    found.add(ast.unparse(owner))
        return found

    @cached_property
    def writing_layers(self) -> frozenset[str]:
        """Names and attributes of modules that write into their input."""
        return frozenset(
            own_name(target)
            for node in self._bindings.nodes
            if isinstance(node, ast.Assign)
            and isinstance(node.value, ast.Call)
            and writes_into_input(node.value)
            for target in node.targets
        )

    @cached_property
    def changed(self) -> frozenset[str]:
        """Attributes that forward passes set, plain ones too."""
        return frozenset(
            node.attr for node in self._run_in_passes() if isinstance(node, ast.Attribute)
        )

    @cached_property
    def changes_parts(self) -> bool:
        """Whether forward passes put things into lists, dicts or tensors, plain ones too."""
        return any(
            isinstance(node, ast.Subscript | ast.Name | ast.Call) for node in self._run_in_passes()
        )

    def _run_in_passes(self) -> Iterator[ast.AST]:
        """What forward passes change, beside names of their own."""
        for function in self._reached(self._forwards()):
            for node in (part for item in function.body for part in nodes_of(item)):
                if isinstance(node, ast.Attribute | ast.Subscript):
                    if isinstance(node.ctx, ast.Store):
                        yield node
                elif isinstance(node, ast.Call) and (
                    self._callees.of(node).does is Does.KEEPS or written_by(node)
                ):
                    yield node
                elif isinstance(node, ast.Global | ast.Nonlocal):
                    yield ast.Name(node.names[0])

    @cached_property
    def of_switching(self) -> str | None:
        """Why `eval()`, which runs `train(False)`, may need recording on; None if it does not."""
        methods = (cls.methods.get("train") for cls in self._program.classes)
        found = (self.left_behind_by(method) for method in methods if method is not None)
        return next((f"eval() runs train(), which {why}" for why in found if why is not None), None)

    def left_behind_by(self, function: Function) -> str | None:
        """Why running a function of the file, and what it calls, is more than its result."""
        found = (self._left_behind.of(_code(item), item) for item in self._reached([function]))
        return next((why for why in found if why is not None), None)

    def _find(self) -> str | None:
        line = self._hook()
        if line:
            return f"other code sees forward passes, or what they compute is kept (line {line})"
        remembered = self._remembered()
        if remembered:
            return f"what a function computes is remembered (line {remembered})"
        replaced = line_of_replacement(self._bindings, self._is_of_another_class)
        if replaced:
            return f"a forward pass or a function is replaced by something else (line {replaced})"
        for function in self._reached([*self._forwards(), *self._decorators()]):
            why = self._left_behind.of(_code(function), function)
            if why is not None:
                return f"a forward pass {why}"
            owner = function.owner
            if owner is not None and self._elsewhere.is_overridden(owner.name, function.name):
                return f"another file overrides {function.name}(), which may keep something"
        for name in sorted(self._decorator_names()):
            if self._elsewhere.leaves_behind(name):
                return f"a forward pass is decorated by {name}(), which may keep something"
        place = self._elsewhere.left_behind()
        if place is None:
            return None
        name = f"{basename(place.path)}:{place.line}"
        return f"forward passes may leave something behind in another file ({name})"

    def _hook(self) -> int:
        """The line in which something is set up that sees forward passes; 0 if there is none."""
        for call in self._callees.named(escapes.HOOKS):
            return call.lineno
        for node in self._bindings.nodes:
            names: list[str] = []
            if isinstance(node, ast.Attribute) and node.attr.startswith(("register_", "_")):
                names = [node.attr]
            elif isinstance(node, ast.Call) and getattr(node.func, "id", "") == "getattr":
                names = [str(getattr(item, "value", "")) for item in node.args[1:2]]
            if not escapes.HOOKS.isdisjoint(names):
                return getattr(node, "lineno", 0)
        return 0

    def _is_of_another_class(self, node: ast.Attribute) -> bool:
        """Whether an attribute of `self` is one of a class that is no module."""
        around = set(self._bindings.around(node)) if _root(node) == "self" else set()
        return any(
            cls.node in around and not self._is_part_of_module(cls) for cls in self._program.classes
        )

    def _decorators(self) -> Iterator[Function]:
        """Functions that decorate forward passes or their classes, and what they hold."""
        names = {name.rpartition(".")[2] for name in self._decorator_names()}
        for function in self._program.functions:
            if any(item.name in names for item in function.enclosing()):
                yield function

    def _decorator_names(self) -> set[str]:
        """What forward passes and their classes are decorated with, as the file writes it."""
        nodes = [method.node for method in self._forwards()]
        nodes += [cls.node for cls in self._program.classes]  # type: ignore[misc]
        return {
            access_path(item.func if isinstance(item, ast.Call) else item)
            for node in nodes
            for item in getattr(node, "decorator_list", ())
        }

    def _remembered(self) -> int:
        """The line of a function whose results with graphs are used again; 0 if there is none."""
        for node in self._bindings.nodes:
            if (
                isinstance(node, ast.FunctionDef)
                and any(
                    word in last_name(item).lower()
                    for item in node.decorator_list
                    for word in _REMEMBERS
                )
                and not all(map(self._plain.is_plain, returned_values(node)))
            ):
                return node.lineno
        return 0

    def _fills(self, function: Function) -> bool:
        """Whether a forward pass sets attributes of its arguments or writes into them."""
        names = {item.arg for item in function.parameters()[1:]}
        for statement in function.body:
            for node in nodes_of(statement):
                written: list[ast.expr] = []
                if isinstance(node, ast.Attribute | ast.Subscript):
                    written = [node.value] if isinstance(node.ctx, ast.Store) else []
                elif isinstance(node, ast.AugAssign):
                    written = [node.target]
                elif isinstance(node, ast.Call):
                    is_writing = own_name(node.func) in self.writing_layers
                    written = node.args[:1] if is_writing else written_by(node)
                if any(_root(item) in names for item in written):
                    return True
        return False

    def _forwards(self) -> list[Function]:
        """The functions of the file that run in forward passes of its modules."""
        return [
            method
            for cls in self._program.classes
            for name, method in cls.methods.items()
            if name.startswith("forward")
            or method.is_property
            or (name in _RUN_BY_CALLS and self._is_part_of_module(cls))
        ]

    def _is_part_of_module(self, cls: Class) -> bool:
        """Whether a class is a module, or one beside the base of a module."""
        if self._callees.is_module(cls):
            return True
        return any(
            other.node is not None and cls.name in map(last_name, other.node.bases)
            for other in self._program.classes
            if self._callees.is_module(other)
        )

    def _reached(self, todo: list[Function]) -> list[Function]:
        """Functions, and all of the file that they call."""
        todo = list(todo)
        seen = list(todo)
        while todo:
            for callee in self._called_by(todo.pop()):
                if callee not in seen:
                    seen.append(callee)
                    todo.append(callee)
        return seen

    def _called_by(self, function: Function) -> Iterator[Function]:
        for statement in _code(function):
            for node in nodes_of(statement):
                if isinstance(node, ast.Call):
                    yield from self._callees.of(node).functions
                    yield from self._of_same_class(function, node.func)
                    yield from self._of_constructor(node)
                    for argument in node.args:
                        yield from self._of_same_class(function, argument)
                        yield from self._of_name(argument)

    def _of_same_class(self, function: Function, node: ast.expr) -> Iterator[Function]:
        """Methods that `self.method` may stand for, also in classes derived from this one."""
        if function.owner is None:
            return
        match node:
            case ast.Attribute(value=value, attr=name) if access_path(value) == "self":
                methods = (cls.methods.get(name) for cls in self._program.classes)
                yield from (method for method in methods if method is not None)
            case ast.Call(func=ast.Name("getattr"), args=[ast.Name("self"), text, *_]):
                parts = [
                    str(item.value) for item in nodes_of(text) if isinstance(item, ast.Constant)
                ]
                for name, method in function.owner.methods.items():
                    if parts and all(part in name for part in parts):
                        yield method

    def _of_constructor(self, call: ast.Call) -> Iterator[Function]:
        """What making an object of a class of the file runs."""
        name = last_name(call.func)
        for cls in self._program.classes:
            if cls.name == name and not self._callees.is_module(cls):
                yield from (cls.methods[item] for item in MAKING if item in cls.methods)

    def _of_name(self, node: ast.expr) -> Iterator[Function]:
        """Functions of the file that a name may stand for, which somebody else is to run."""
        if isinstance(node, ast.Name):
            stores = self._bindings.stores.get(self._bindings.of(node), ())
            yield from (self._by_node[item] for item in stores if item in self._by_node)

    @cached_property
    def _by_node(self) -> dict[ast.AST | None, Function]:
        return {function.node: function for function in self._program.functions}


def _code(function: Function) -> list[ast.AST]:
    """What runs when a function or a lambda is called."""
    return [function.node.body] if isinstance(function.node, ast.Lambda) else [*function.body]


def _root(node: ast.expr) -> str:
    """The name of which an expression takes a part or a view."""
    while True:
        if isinstance(node, ast.Attribute | ast.Subscript | ast.Starred):
            node = node.value
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            if not may_give_view(node.func.attr):
                return ""
            node = node.func.value
        else:
            return node.id if isinstance(node, ast.Name) else ""
