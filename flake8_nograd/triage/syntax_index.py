"""What a file mentions, by one walk over its tree: what is imported, called, annotated, derived.

Nothing is concluded here.
"""

from __future__ import annotations

import ast
import builtins
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from operator import attrgetter
from typing import Any, ClassVar, NamedTuple, TypeGuard

from flake8_nograd.flow.imports import imported_names
from flake8_nograd.flow.scopes import is_decorated, is_property
from flake8_nograd.patterns import lazy_pattern
from flake8_nograd.syntax.expressions import nodes_of
from flake8_nograd.syntax.signatures import parameters, positional
from flake8_nograd.triage.names import Path, dotted_names, path_of
from flake8_nograd.triage.text_prefilter import Patterns, found

_HANDS_BACK: Patterns = (lazy_pattern(r"return\b[ \t]*[^\s#]"), lazy_pattern(r"yield\b"))
_BUILTINS = frozenset(dir(builtins))
_UNSURVEYED = frozenset(
    "ctx op ops id attr name names module level kind arg rest conversion simple is_async annotation"
    " returns type_comment type_ignores kwd_attrs".split()
)
Function = ast.FunctionDef | ast.AsyncFunctionDef


class Setting(NamedTuple):
    """Where a call stands: in which function, under what decorators of it and `with` items."""

    function: Function | ast.Lambda | None
    managers: tuple[ast.expr, ...]


class OwnClass(NamedTuple):
    """A class of the file."""

    name: str
    bases: list[ast.expr]
    methods: dict[str, Function]
    functions: list[Function]  # its methods, those as well that another of the name replaces
    attributes: frozenset[str]  # other attributes that it gives its instances

    @property
    def base_paths(self) -> Iterator[Path]:
        """What its bases are called, without the parameters of generic ones."""
        for base in self.bases:
            yield path_of(base.value if isinstance(base, ast.Subscript) else base)[0]

    @property
    def defines_forward(self) -> bool:
        """Whether it is certainly a module, because it has a forward method."""
        return bool(self.bases) and "forward" in self.methods and "__call__" not in self.methods

    def calls_method(self, name: str) -> bool:
        """Whether calling this attribute of an instance runs a method of the class."""
        return name in self.methods and name not in self.attributes


# Whether to leave out a method, by its name, the text of its body and its class.
LeavesOutMethod = Callable[[str, str, OwnClass], bool]
LeavesOut = Callable[[Function], bool]


class SyntaxIndex:
    """The names in some nodes of a file, without the bodies of functions that are left out."""

    def __init__(
        self,
        nodes: Iterable[ast.AST],
        lines: Sequence[str],
        leaves_out_method: LeavesOutMethod | None = None,
        leaves_out: LeavesOut | None = None,
    ) -> None:
        self._lines = lines
        self._leaves_out_method = leaves_out_method
        self._leaves_out = leaves_out
        self.left_out: list[Function] = []
        self.imported: defaultdict[str, set[str]] = defaultdict(set)
        self.defined: Counter[str] = Counter()
        self.assigned: set[str] = set()
        self.made: defaultdict[str, set[Path]] = defaultdict(set)  # by assignments of calls
        self.parameters: set[str] = set()
        self.class_parameters: set[str] = set()  # the first ones of class methods
        self.calls: defaultdict[Path, list[ast.Call]] = defaultdict(list)
        # Of methods on `self` in the class that has them; these are not among the others.
        self.own_calls: defaultdict[str, list[ast.Call]] = defaultdict(list)
        self.settings: dict[ast.Call, Setting] = {}
        self.reads: set[Path] = set()
        self.stored: set[str] = set()  # attributes
        self.annotations: list[ast.expr] = []
        self.classes: list[OwnClass] = []
        self._setting = Setting(None, ())
        self._walk(nodes)

    @cached_property
    def methods(self) -> frozenset[str]:
        """The names of all methods, those that are left out as well."""
        return frozenset(name for cls in self.classes for name in cls.methods)

    def dotted(self, path: Path) -> list[str]:
        """What a path may stand for, as far as it comes from outside the file."""
        return dotted_names(path, self.imported)

    def names_imported(self, name: str) -> bool:
        """Whether a name stands for something imported, and for nothing else."""
        return name in self.imported and not self.binds(name) and name not in self.defined

    def names_known(self, name: str) -> bool:
        """Whether a name can stand for nothing but functions and classes."""
        known = (self.defined, self.imported, _BUILTINS, self.class_parameters)
        return any(name in names for names in known) and not self.binds(name)

    def binds(self, name: str) -> bool:
        """Whether a name may stand for anything but an import, a definition or its class."""
        return name in self.assigned or name in self.parameters or name in self.made

    def is_open(self, path: Path) -> bool:
        """Whether nothing is known of what a path begins with."""
        return path[0].endswith("[]") or self.binds(path[0])

    def returning(self, cls: OwnClass) -> Iterator[str]:
        """The methods of a class that give something back when they are called."""
        for name, method in cls.methods.items():
            if cls.calls_method(name) and found(_HANDS_BACK, body_of(method, self._lines)):
                yield name

    def makers(self, name: str) -> frozenset[Path]:
        """The calls of which a name is a result, if it cannot stand for anything else."""
        others = (self.assigned, self.parameters, self.class_parameters, self.imported)
        if name in self.defined or any(name in names for names in others):
            return frozenset()
        return frozenset(self.made.get(name, ()))

    def _walk(self, nodes: Iterable[ast.AST]) -> None:
        reads, assigned, observations = self.reads, self.assigned, self._observations
        todo: list[Any] = list(nodes)
        while todo:
            node = todo.pop()
            kind = node.__class__
            if kind is ast.Name:  # half of all nodes are names or constants
                if node.ctx.__class__ is ast.Load:
                    reads.add((node.id,))
                else:
                    assigned.add(node.id)
            elif kind in observations:
                todo += observations[kind](self, node)
            elif kind is not ast.Constant:
                one, several = _PARTS.get(kind) or _parts_of(node)
                if one is not None:
                    todo += one(node)
                for name in several:
                    todo += getattr(node, name)

    def _note_attribute(self, node: ast.Attribute) -> Iterable[ast.AST]:
        path, origin = path_of(node)
        self.reads.add(path)
        if node.ctx.__class__ is ast.Store:
            self.stored.add(node.attr)
        return origin

    def _note_call(self, node: ast.Call) -> Iterable[ast.AST]:
        path, origin = path_of(node.func)
        self.calls[path].append(node)
        self.settings[node] = self._setting
        return [*origin, *node.args, *[keyword.value for keyword in node.keywords]]

    def _note_import(self, node: ast.Import | ast.ImportFrom) -> tuple[()]:
        for name, dotted in imported_names(node):
            self.imported[name].add(dotted)
        return ()

    def _note_function(self, node: Function) -> Iterable[ast.AST]:
        self.defined[node.name] += 1
        if self._leaves_out is not None and self._leaves_out(node):
            return self._left_out(node)
        own_class = positional(node.args)[:1] if is_decorated(node, "classmethod") else ()
        self.class_parameters.update(own_class)
        for parameter in parameters(node.args):
            if parameter.arg not in own_class:
                self._note_parameter(parameter)
        if node.returns is not None:
            self.annotations.append(node.returns)
        # Of a coroutine only the making is managed by its decorators.
        managers = node.decorator_list if isinstance(node, ast.FunctionDef) else ()
        self._walk_in(Setting(node, tuple(managers)), node.body)
        return [*node.decorator_list, *_defaults(node)]

    def _note_lambda(self, node: ast.Lambda) -> Iterable[ast.AST]:
        self._walk_in(Setting(node, ()), (node.body,))
        return (node.args,)

    def _note_parameter(self, node: ast.arg) -> tuple[()]:
        self.parameters.add(node.arg)
        if node.annotation is not None:
            self.annotations.append(node.annotation)
        return ()

    def _note_assignment(self, node: ast.Assign) -> Iterable[ast.AST]:
        names = [target.id for target in node.targets if isinstance(target, ast.Name)]
        if len(names) < len(node.targets) or not isinstance(node.value, ast.Call):
            return [*node.targets, node.value]
        path, _ = path_of(node.value.func)
        for name in names:
            self.made[name].add(path)
        return (node.value,)

    def _note_annotated(self, node: ast.AnnAssign) -> Iterable[ast.AST]:
        self.annotations.append(node.annotation)
        return (node.target,) if node.value is None else (node.target, node.value)

    def _note_with(self, node: ast.With) -> Iterable[ast.AST]:
        function, managers = self._setting
        inner = [item.context_expr for item in node.items]
        self._walk_in(Setting(function, (*managers, *inner)), node.body)
        return node.items

    def _walk_in(self, setting: Setting, nodes: Iterable[ast.AST]) -> None:
        around, self._setting = self._setting, setting
        self._walk(nodes)
        self._setting = around

    def _note_mapping(self, node: ast.MatchMapping) -> Iterable[ast.AST]:
        if node.rest is not None:
            self.assigned.add(node.rest)
        return [*node.keys, *node.patterns]

    def _note_pattern(self, node: ast.MatchAs | ast.MatchStar) -> Iterable[ast.AST]:
        if node.name is not None:
            self.assigned.add(node.name)
        pattern = getattr(node, "pattern", None)
        return () if pattern is None else (pattern,)

    def _note_class(self, node: ast.ClassDef) -> Iterable[ast.AST]:
        self.defined[node.name] += 1
        cls = self._own_class(node)
        self.classes.append(cls)
        around, self.calls = self.calls, defaultdict(list)
        self._walk(self._surveyed(node, cls))
        for path, calls in self.calls.items():
            if len(path) == 2 and path[0] == "self" and cls.calls_method(path[1]):
                self.own_calls[path[1]] += calls
            else:
                around[path] += calls
        self.calls = around
        return [*node.decorator_list, *node.bases, *[item.value for item in node.keywords]]

    def _own_class(self, node: ast.ClassDef) -> OwnClass:
        methods: dict[str, Function] = {}
        functions: list[Function] = []
        attributes: set[str] = set()
        for part in _own_parts(node):
            if is_function(part):
                functions.append(part)
                methods[part.name] = part
                if is_property(part):
                    attributes.add(part.name)
            elif isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store):
                attributes.add(part.id)
        return OwnClass(node.name, node.bases, methods, functions, frozenset(attributes))

    def _surveyed(self, node: ast.ClassDef, cls: OwnClass) -> Iterator[ast.AST]:
        """The body of a class, without those of methods that are left out."""
        leaves_out = self._leaves_out_method
        for item in node.body:
            if (
                leaves_out is not None
                and is_function(item)
                and leaves_out(item.name, body_of(item, self._lines), cls)
            ):
                yield from self._left_out(item)
            else:
                yield item

    def _left_out(self, function: Function) -> list[ast.expr]:
        """Leave out a function; what is left of it."""
        self.left_out.append(function)
        return [*function.decorator_list, *_defaults(function)]

    _observations: ClassVar[dict[type, Callable[[Any, Any], Iterable[ast.AST]]]] = {
        ast.Attribute: _note_attribute,
        ast.Call: _note_call,
        ast.ClassDef: _note_class,
        ast.Import: _note_import,
        ast.ImportFrom: _note_import,
        ast.FunctionDef: _note_function,
        ast.AsyncFunctionDef: _note_function,
        ast.arg: _note_parameter,
        ast.Assign: _note_assignment,
        ast.AnnAssign: _note_annotated,
        ast.With: _note_with,
        ast.Lambda: _note_lambda,
        ast.MatchMapping: _note_mapping,
        ast.MatchAs: _note_pattern,
        ast.MatchStar: _note_pattern,
    }


# By the class of a node: a way to get the fields that hold one node or None, and the names of those
# that hold several.
_Parts = tuple[Callable[[Any], tuple[Any, ...]] | None, tuple[str, ...]]
_PARTS: dict[type, _Parts] = {}


def _parts_of(node: ast.AST) -> _Parts:
    """Look at the first node of a class; the fields of all others hold the like."""
    fields = [name for name in getattr(node, "_fields", ()) if name not in _UNSURVEYED]
    several = tuple(name for name in fields if isinstance(getattr(node, name), list))
    one = [name for name in fields if name not in several]
    get = attrgetter(*one) if len(one) > 1 else _getter_of_one(*one) if one else None
    parts = _PARTS[node.__class__] = get, several
    return parts


def _getter_of_one(name: str) -> Callable[[Any], tuple[Any, ...]]:
    get = attrgetter(name)
    return lambda node: (get(node),)


def is_function(node: ast.AST) -> TypeGuard[Function]:
    """Whether a node is a `def`."""
    return isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)


def body_of(function: Function, lines: Sequence[str]) -> str:
    """The text of a body, with a line end before it."""
    return "\n" + "".join(lines[function.body[0].lineno - 1 : function.end_lineno])


def _defaults(node: Function) -> Iterator[ast.expr]:
    yield from node.args.defaults
    yield from (default for default in node.args.kw_defaults if default is not None)


def _own_parts(node: ast.ClassDef) -> Iterator[ast.AST]:
    """What stands in the body of a class itself, its functions as a whole."""
    for item in node.body:
        if is_function(item):
            yield item
        elif not (isinstance(item, ast.Expr) and isinstance(item.value, ast.Constant)):
            yield from nodes_of(item)
