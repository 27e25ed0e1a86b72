"""What a function keeps beyond its call that may have a graph, by its syntax alone."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Container, Iterator
from typing import NamedTuple

from flake8_nograd.project.targets import bindings_of
from flake8_nograd.syntax.expressions import (
    children_of,
    last_name,
    nodes_of,
    own_name,
    returned_values,
)
from flake8_nograd.vocabulary import escapes, methods
from flake8_nograd.vocabulary.grad_modes import GUARD_NAMES
from flake8_nograd.vocabulary.guard_calls import is_guard
from flake8_nograd.vocabulary.views import viewed_by

_KEEPING = methods.KEEPS | frozenset("put put_nowait __setitem__ register_buffer setattr".split())
_REMEMBERING = ("cache", "memo")
_NUMBERS = frozenset("int float bool len str repr round range type id isinstance format".split())
# What was there before is the same wherever it is moved.
_MOVING = frozenset("to cuda cpu xpu pin_memory".split())
_FACTORIES = frozenset("torch np numpy math time".split())
_QUIET = _NUMBERS | frozenset("get getattr hasattr super list tuple dict parameters".split())
_TRANSPARENT = (ast.BinOp, ast.UnaryOp, ast.BoolOp, ast.Tuple, ast.List, ast.Set, ast.Dict)


_Function = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda


class Kept(NamedTuple):
    """The name under which something is kept, and the line; maybe in what a function is given.

    `root` is the name in the function that leads to it.
    """

    name: str
    line: int
    is_filling: bool = False
    root: str = ""


def kept_by(function: _Function) -> Iterator[Kept]:
    """What a function keeps, unless it switches recording off around that."""
    decorators = getattr(function, "decorator_list", ())
    if any(map(_switches_off, decorators)):
        return
    if any(word in last_name(item) for item in decorators for word in _REMEMBERING):
        yield from _Reader(function, is_called_with_plain=True).returned(function)
    yield from _Reader(function).kept(function)


def filled_by(function: _Function) -> Iterator[str]:
    """The attributes and keys that a function sets of what it is given, beside its own object."""
    given = {item.arg for item in (*function.args.args[1:], *function.args.kwonlyargs)}
    for node in nodes_of(function):
        match node:
            case (
                ast.Attribute(value=ast.Name(id=name), attr=part, ctx=ast.Store())
                | ast.Subscript(
                    value=ast.Name(id=name), slice=ast.Constant(value=str(part)), ctx=ast.Store()
                )
            ) if name in given:
                yield part


def _fills(target: ast.expr, given: Container[str]) -> bool:
    """Whether a target is an attribute of an argument."""
    match target:
        case ast.Attribute(value=ast.Name(id=name)):
            return name in given
    return False


def looks_at_recording(function: _Function) -> int:
    """The line in which a function asks whether something is recorded; 0 if it does nowhere."""
    for node in nodes_of(function):
        if isinstance(node, ast.Call) and own_name(node.func) in escapes.SHOWING_CALLS:
            return node.lineno
        is_read = isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load)
        if is_read and own_name(node) in escapes.SHOWING_ATTRIBUTES:
            return getattr(node, "lineno", 0)
    return 0


def gives_plain(function: _Function) -> bool:
    """Whether all that a function returns certainly has no graph."""
    return next(_Reader(function).returned(function), None) is None


def computes(function: _Function) -> bool:
    """Whether a function may give something else than plain values and what was there before."""
    if any(map(_switches_off, getattr(function, "decorator_list", ()))):
        return False
    return _Reader(function).computes(function)


def gives_kept(function: _Function) -> bool:
    """Whether a function gives back what it keeps."""
    names = {item.name for item in kept_by(function)}
    return any(_name(value) in names for value in returned_values(function))


def is_quiet(function: _Function) -> bool:
    """Whether a function only looks things up: nobody notices when it runs, or how often."""
    return not any(
        (isinstance(node, ast.Attribute | ast.Subscript) and not isinstance(node.ctx, ast.Load))
        or (isinstance(node, ast.Call) and own_name(node.func) not in _QUIET)
        or isinstance(node, ast.Global | ast.Nonlocal | ast.Yield | ast.YieldFrom | ast.With)
        for node in nodes_of(function)
        if node not in getattr(function, "decorator_list", ())
    )


def _switches_off(node: ast.expr) -> bool:
    return is_guard(node) or last_name(node) in GUARD_NAMES


class _Reader:
    """Names are followed to all that they are bound to in the function."""

    def __init__(self, function: _Function, is_called_with_plain: bool = False) -> None:
        self._function = function
        self._given = {item.arg for item in (*function.args.args[1:], *function.args.kwonlyargs)}
        self._bound: defaultdict[str, list[ast.expr | None]] = defaultdict(list)
        self._filled: defaultdict[str, list[ast.expr]] = defaultdict(list)
        self._outer = {
            name
            for node in nodes_of(function)
            if isinstance(node, ast.Global | ast.Nonlocal)
            for name in node.names
        }
        self._added_to = {
            node.target.id
            for node in nodes_of(function)
            if isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name)
        }
        given = function.args
        self._fresh = {item.arg for item in (given.vararg, given.kwarg) if item is not None}
        for node in nodes_of(function):
            for target, value in bindings_of(node):
                self._bind(target, value)
            for owner, value in _fillings(node):
                self._filled[owner].append(value)

        if is_called_with_plain:
            keys = [item.arg for item in (*given.args, *given.kwonlyargs) if item.arg != "self"]
            self._bound.update({key: [ast.Constant(0)] for key in keys})

    def returned(self, function: _Function) -> Iterator[Kept]:
        """What a function returns that may have a graph, if that is remembered."""
        for value in returned_values(function):
            if not self._is_plain(value, frozenset()):
                yield Kept(getattr(function, "name", ""), value.lineno)

    def computes(self, function: _Function) -> bool:
        """Whether a function returns or yields what may be a new value with a graph."""
        return not all(
            self._is_plain(value, frozenset()) or self._was_there(value, frozenset())
            for value in returned_values(function)
        )

    def _was_there(self, node: ast.expr, seen: frozenset[str]) -> bool:
        """Whether a value is only looked up."""
        match node:
            case ast.Name(id=name):
                return name in seen or self._was_bound(name, seen | {name})
            case ast.Attribute(value=value, attr=name):
                return name not in escapes.VIEW_ATTRIBUTES and self._was_there(value, seen)
            case ast.Subscript(value=value, slice=ast.Name() | ast.Constant(value=str())):
                return self._was_there(value, seen)
            case ast.Call(func=ast.Name(id="getattr" | "super" | "vars" | "next")):
                return all(self._was_there(item, seen) for item in node.args)
            case ast.Call(func=ast.Attribute(value=value, attr=name)):
                is_lookup = name in ("__getattr__", "__getattribute__", "get")
                return is_lookup and self._was_there(value, seen)
        return isinstance(node, ast.Constant) or self._is_plain(node, seen)

    def _was_bound(self, name: str, seen: frozenset[str]) -> bool:
        return name not in self._added_to and all(
            item is None or self._was_there(item, seen) for item in self._bound.get(name, ())
        )

    def _bind(self, target: ast.expr, value: ast.expr | None) -> None:
        if isinstance(target, ast.Name):
            self._bound[target.id].append(value)
        elif isinstance(target, ast.Tuple | ast.List):
            for part in target.elts:
                self._bind(part, value)
        elif isinstance(target, ast.Starred):
            self._bind(target.value, value)

    def kept(self, node: ast.AST) -> Iterator[Kept]:
        """What some code keeps that may have a graph."""
        if isinstance(node, ast.With) and any(is_guard(item.context_expr) for item in node.items):
            return
        for target, value in bindings_of(node):
            if value is None or not self._is_plain(value, frozenset()):
                for part in _parts(target):
                    if self._outlives(part, frozenset()):
                        line = getattr(node, "lineno", part.lineno)
                        yield Kept(_name(part), line, _fills(part, self._given), _root(part))
        if isinstance(node, ast.Call) and _may_keep(node):
            given = [*node.args, *(item.value for item in node.keywords)]
            owner = node.func.value if isinstance(node.func, ast.Attribute) else node.args[0]
            is_plain = all(self._is_plain(item, frozenset()) for item in given if item is not owner)
            is_own = isinstance(owner, ast.Name) and self._is_made_anew(owner)
            if not is_plain and not is_own and self._is_known_outside(owner, frozenset()):
                yield Kept(_name(owner), node.lineno, root=_root(owner))
        for child in children_of(node):
            yield from self.kept(child)

    def _is_made_anew(self, owner: ast.Name) -> bool:
        """Whether a name stands for a list or dict that the function makes above."""
        suite = getattr(self._function, "body", [])
        if not isinstance(suite, list):
            return False
        at = next((n for n, item in enumerate(suite) if owner in nodes_of(item)), 0)
        for item in reversed(suite[: at + 1]):
            is_bound = any(
                isinstance(node, ast.Name)
                and node.id == owner.id
                and isinstance(node.ctx, ast.Store)
                for node in nodes_of(item)
            )
            if is_bound:
                match item:
                    case ast.Assign(targets=[ast.Name()], value=ast.List() | ast.Dict()):
                        return item is not suite[at]
                return False
        return False

    def _outlives(self, target: ast.expr, seen: frozenset[str]) -> bool:
        """Whether a target is a name, or a part of something, that is there after the call."""
        if isinstance(target, ast.Name):
            return target.id in self._outer
        if isinstance(target, ast.Attribute | ast.Subscript):
            return self._is_known_outside(target.value, seen)
        return False

    def _is_known_outside(self, node: ast.expr, seen: frozenset[str]) -> bool:
        match node:
            case ast.Attribute(value=value) | ast.Subscript(value=value):
                return self._is_known_outside(value, seen)
            case ast.Call():
                viewed = viewed_by(node)
                return viewed is not None and self._is_known_outside(viewed, seen)
            case ast.Name(id=name):
                values = self._bound.get(name)
                if name in seen or name in self._fresh:
                    return False
                if name in self._outer or values is None:
                    return True
                return any(
                    item is None or self._is_known_outside(item, seen | {name}) for item in values
                )
        return False

    def _is_plain(self, node: ast.expr, seen: frozenset[str]) -> bool:
        """Whether a value certainly has no graph."""
        match node:
            case ast.Constant() | ast.Compare() | ast.JoinedStr() | ast.Lambda():
                return True
            case ast.Attribute(attr=name):
                return name in methods.CUT_ATTRIBUTES
            case ast.Name(id=name):
                values = [*self._bound.get(name, [None]), *self._filled.get(name, ())]
                return name in seen or all(
                    item is not None and self._is_plain(item, seen | {name}) for item in values
                )
            case ast.Subscript(value=value):
                return self._is_plain(value, seen)
            case ast.Call():
                return self._is_plain_call(node, seen)
            case ast.IfExp(body=body, orelse=orelse):
                return self._is_plain(body, seen) and self._is_plain(orelse, seen)
        parts = [part for part in children_of(node) if isinstance(part, ast.expr)]
        return isinstance(node, _TRANSPARENT) and all(self._is_plain(part, seen) for part in parts)

    def _is_plain_call(self, node: ast.Call, seen: frozenset[str]) -> bool:
        function = node.func
        if isinstance(function, ast.Name):
            return function.id in _NUMBERS
        if not isinstance(function, ast.Attribute):
            return False
        given = [*node.args, *(item.value for item in node.keywords)]
        if function.attr in methods.CUTS:
            return True
        if self._is_plain(function.value, seen):
            return all(self._is_plain(item, seen) for item in given)
        if function.attr in _MOVING and isinstance(function.value, ast.Attribute):
            return self._was_there(function.value, seen)
        root: ast.expr = function
        while isinstance(root, ast.Attribute):
            root = root.value
        is_factory = isinstance(root, ast.Name) and root.id in _FACTORIES
        return is_factory and all(self._is_plain(item, seen) for item in given)


def _may_keep(call: ast.Call) -> bool:
    """Whether a call puts what it is given into a container, or writes it into a tensor."""
    name = own_name(call.func)
    writes = isinstance(call.func, ast.Attribute) and bool(call.args) and name in methods.IN_PLACE
    return name in _KEEPING or writes


def _fillings(node: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    """The names of containers into which a node puts something, and what that is."""
    match node:
        case ast.Assign(targets=[ast.Subscript(value=ast.Name() as owner)], value=value):
            yield owner.id, value
        case ast.Call(func=ast.Attribute(value=ast.Name() as owner), args=given):
            if _may_keep(node):
                yield from ((owner.id, item) for item in given)


def _parts(target: ast.expr) -> Iterator[ast.expr]:
    if isinstance(target, ast.Tuple | ast.List):
        for part in target.elts:
            yield from _parts(part)
    else:
        yield target.value if isinstance(target, ast.Starred) else target


def _root(node: ast.expr) -> str:
    while isinstance(node, ast.Attribute | ast.Subscript | ast.Call):
        node = node.func if isinstance(node, ast.Call) else node.value
    return own_name(node)


def _name(node: ast.expr) -> str:
    """The name under which others find what is kept in a target or owner."""
    while isinstance(node, ast.Subscript | ast.Call):
        node = node.value if isinstance(node, ast.Subscript) else viewed_by(node) or node.func
    return own_name(node)
