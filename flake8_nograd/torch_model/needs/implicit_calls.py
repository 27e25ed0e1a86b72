"""Functions of the file that run although nothing calls them by name.

Operators, loops, `with` statements, attributes and `print()` run methods of classes; whoever takes
the next value runs a generator.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterable, Iterator
from os.path import basename

from flake8_nograd.elsewhere import Elsewhere, Reading
from flake8_nograd.flow.program import Program
from flake8_nograd.flow.scopes import Function
from flake8_nograd.syntax.bindings import Bindings
from flake8_nograd.syntax.expressions import last_name, nodes_of, own_name, returned_values
from flake8_nograd.torch_model.needs.fields import is_import_of
from flake8_nograd.torch_model.needs.module_state import ModuleState
from flake8_nograd.torch_model.needs.plain_values import PlainValues
from flake8_nograd.torch_model.semantics.context import Context

# What only some syntax runs; any other special method may run in every call.
_TRIGGERS: dict[type[ast.AST], frozenset[str]] = {
    ast.With: frozenset("__enter__ __exit__".split()),
    ast.ClassDef: frozenset("__init_subclass__ __set_name__ __prepare__ __new__".split()),
    ast.Subscript: frozenset("__setitem__ __delitem__ __missing__ __class_getitem__".split()),
    ast.Attribute: frozenset(
        "__getattr__ __getattribute__ __setattr__ __delattr__ __get__ __set__ __delete__".split()
    ),
}
# A result may be compared after the guard has ended, so these run wherever they like.
_COMPARES = frozenset("__eq__ __ne__ __lt__ __le__ __gt__ __ge__".split())
_READS_ATTRIBUTES = frozenset("__getattr__ __getattribute__ __get__".split())
_RUN_LATER = frozenset(
    "DataLoader map filter iter defaultdict starmap takewhile dropwhile accumulate groupby imap"
    " imap_unordered callback push finalize ref proxy register Lambda addFilter signal settrace"
    " setLogRecordFactory setprofile addaudithook cmp_to_key".split()
)
# Methods that the standard library runs whatever their class, where one of some names is used.
_STREAMS = frozenset("redirect_stdout redirect_stderr stdout stderr StreamHandler file".split())
_RUN_BY_NAME = {
    **dict.fromkeys(("write", "writelines", "flush"), _STREAMS),
    "filter": frozenset(("addFilter",)),
    "close": frozenset(("closing",)),
}
_NOT_IMPLICIT = frozenset(
    "__init__ __post_init__ __call__ __aenter__ __aexit__ __getstate__ __setstate__"
    " __reduce__ __reduce_ex__".split()
)
_COPIES = frozenset("copy deepcopy dump dumps save load loads".split())
_RUN_BY_COPIES = frozenset("__getstate__ __setstate__ __reduce__ __reduce_ex__".split())
_WITHOUT_OPERATORS = _NOT_IMPLICIT | frozenset(
    "__enter__ __exit__ __len__ __iter__ __next__ __repr__ __str__ __hash__ __del__".split()
)
# Packages of the standard library whose classes run no methods of those derived from them.
_RUNNING = sys.stdlib_module_names - frozenset(
    "abc collections dataclasses enum numbers typing types".split()
)
_ALL_TRIGGERED = frozenset().union(*_TRIGGERS.values())


class ImplicitCalls:
    """Why statements may run more of the file than they show."""

    def __init__(
        self,
        program: Program[Context],
        bindings: Bindings,
        plain: PlainValues,
        state: ModuleState,
        kept_generators: Iterable[Function],
        elsewhere: Elsewhere,
    ) -> None:
        self._elsewhere = elsewhere
        self._bindings = bindings
        self._plain = plain
        self._state = state
        self._special = [
            (name, function)
            for cls in program.classes
            for name, function in cls.methods.items()
            if name.startswith("__") and name.endswith("__") and name != "__init__"
        ]
        self._overriding = list(_overriding(program, bindings))
        self._properties = program.properties | set(_made_properties(bindings.nodes))
        self._functions = program.functions
        self._kept = list(kept_generators)
        self._always: str | None = None
        self._is_known = False

    @property
    def is_overloaded(self) -> bool:
        """Whether operators, subscripts or attributes may run functions of the file."""
        return any(name not in _WITHOUT_OPERATORS for name, _ in self._special)

    def need(self, nodes: Iterable[ast.AST]) -> str | None:
        """Why code that contains these nodes may need recording on."""
        nodes = list(nodes)
        kinds = {type(node) for node in nodes}
        wanted = frozenset().union(*(names for kind, names in _TRIGGERS.items() if kind in kinds))
        if not _COPIES.isdisjoint(map(own_name, nodes)):
            wanted |= _RUN_BY_COPIES
        for name, function in self._special:
            if name in _NOT_IMPLICIT and name not in wanted:
                continue
            if name in wanted or name not in _ALL_TRIGGERED:
                why = self._of_special(name, function)
                if why is not None:
                    return f"{name}() of a class {why}"
        return self._of_generators() or self._of_other_files()

    def _of_other_files(self) -> str | None:
        place = self._elsewhere.unseen()
        if place is None:
            return None
        name = f"{basename(place.path)}:{place.line}"
        return f"what runs unseen may leave something behind in another file ({name})"

    def is_property(self, name: str) -> str | None:
        """Why reading or setting an attribute may need recording on; None if it does not."""
        if self._elsewhere.reading(name) is Reading.MORE:
            return f"the property {name} of another file may keep something"
        if name not in self._properties:
            return None
        own = [item for item in self._functions if item.name == name and item.is_property]
        if own and all(map(self._is_harmless, own)):
            return None
        return f"the property {name} may need a graph"

    def is_computed(self, name: str) -> bool:
        """Whether reading an attribute may run a property of another file that computes a value."""
        return self._elsewhere.reading(name) is Reading.COMPUTED

    def harmful_properties(self) -> list[str]:
        """The names of properties that may need recording on."""
        return [name for name in self._properties if self.is_property(name)]

    def _is_harmless(self, function: Function) -> bool:
        node = function.node
        if not isinstance(node, ast.FunctionDef) or len(node.decorator_list) != 1:
            return False
        if last_name(node.decorator_list[0]) != "property":
            return False
        same = [item for item in self._functions if item.name == function.name]
        if any(not item.is_property for item in same):  # a setter, or something else
            return False
        return self._gives_plain(node) and self._state.left_behind_by(function) is None

    def _of_special(self, name: str, function: Function) -> str | None:
        why = self._state.left_behind_by(function)
        if why is not None:
            return why
        gives_unseen = name in _COMPARES | _READS_ATTRIBUTES | {"__class_getitem__"}
        node = function.node
        if gives_unseen and isinstance(node, ast.FunctionDef) and not self._gives_known(node):
            return f"may give a result with a graph (line {node.lineno})"
        return None

    def _gives_plain(self, node: ast.AST | None) -> bool:
        if isinstance(node, ast.Lambda):
            return self._plain.is_plain(node.body)
        if node is None:
            return False
        return all(map(self._plain.is_plain, returned_values(node)))

    def _gives_known(self, node: ast.FunctionDef) -> bool:
        """Whether a method gives plain values, or what is stored somewhere as it is."""
        return all(map(self._is_stored, returned_values(node)))

    def _is_stored(self, value: ast.expr, seen: frozenset[object] = frozenset()) -> bool:
        match value:
            case ast.Name():
                return self._is_stored_name(value, seen)
            case ast.Attribute(value=inner) | ast.Subscript(value=inner):
                return self._is_stored(inner, seen)
            case ast.Call(func=ast.Name(id="getattr" | "super" | "vars")):
                return True
            case ast.Call(func=ast.Attribute(attr=name)) if name in _READS_ATTRIBUTES | {"get"}:
                return True
        return self._plain.is_plain(value)

    def _is_stored_name(self, name: ast.Name, seen: frozenset[object]) -> bool:
        """Whether a name stands for a parameter, a definition or what is stored somewhere."""
        variable = self._bindings.of(name)
        if variable in seen:
            return True
        for store in self._bindings.stores.get(variable, ()):
            outer = self._bindings.parents.get(store)
            is_loop = isinstance(outer, ast.For | ast.comprehension)
            value = getattr(outer, "iter" if is_loop else "value", None)
            if isinstance(outer, ast.AugAssign | ast.withitem) or (
                isinstance(value, ast.expr) and not self._is_stored(value, seen | {variable})
            ):
                return False
        return True

    def _callbacks(self, names: frozenset[str]) -> Iterator[Function]:
        """Functions of the file that some calls are given, to run them later."""
        for node in self._bindings.parents:
            if isinstance(node, ast.Call) and last_name(node.func) in names:
                given = {*node.args, *(item.value for item in node.keywords)}
                known = {getattr(item, "id", getattr(item, "attr", "")) for item in given}
                for function in self._functions:
                    if function.name in known or function.node in given:
                        yield function

    def _callbacks_set(self) -> Iterator[Function]:
        """Functions of the file that the standard library is given as an attribute."""
        for node in self._bindings.parents:
            if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
                value = getattr(self._bindings.statement_of(node), "value", None)
                if value is not None and _is_of_standard_library(node, self._bindings):
                    for function in self._functions:
                        if function.name == last_name(value) or function.node is value:
                            yield function

    def _kept_expressions(self) -> Iterator[ast.GeneratorExp]:
        for node, outer in self._bindings.parents.items():
            if isinstance(node, ast.GeneratorExp) and isinstance(
                outer, ast.Assign | ast.AnnAssign | ast.Return | ast.Tuple
            ):
                targets = outer.targets if isinstance(outer, ast.Assign) else []
                is_unpacked = targets and all(isinstance(item, ast.Tuple) for item in targets)
                if not is_unpacked:
                    yield node

    def _of_generators(self) -> str | None:
        if not self._is_known:
            self._always, self._is_known = self._find_in_generators(), True
        return self._always

    def _find_in_generators(self) -> str | None:
        for function in self._kept:
            why = self._state.left_behind_by(function)
            if why is not None:
                return f"a generator that may run {why}"
        for function in (*self._callbacks(_RUN_LATER), *self._callbacks_set()):
            why = self._state.left_behind_by(function)
            if why is not None and not why.startswith("looks at recording"):
                return f"a function that is run later {why}"
        for function in self._overriding:
            why = self._state.left_behind_by(function)
            if why is not None:
                return f"{function.name}(), which a library may run, {why}"
        for function in self._callbacks(frozenset(("defaultdict",))):
            if not self._gives_plain(function.node):
                return f"a dict makes and keeps what {function.name}() gives"
        for node in self._kept_expressions():
            if any(isinstance(part, ast.Call) for part in nodes_of(node.elt)) and not (
                self._plain.is_plain(node.elt)
            ):
                return f"a generator expression may need a graph (line {node.lineno})"
        return None


def _overriding(program: Program[Context], bindings: Bindings) -> Iterator[Function]:
    """Methods that the standard library may run: it knows their class, or their name is enough."""
    called = {
        node.attr
        for node in bindings.parents
        if isinstance(node, ast.Attribute)
        and isinstance(node.ctx, ast.Load)
        and not (isinstance(node.value, ast.Call) and own_name(node.value.func) == "super")
    }
    used = {getattr(node, "arg", None) or own_name(node) for node in bindings.nodes}
    by_name = {name for name, users in _RUN_BY_NAME.items() if not used.isdisjoint(users)}
    for cls in program.classes:
        bases = cls.node.bases if cls.node is not None else []
        is_known = any(_is_of_standard_library(base, bindings) for base in bases)
        for name, function in cls.methods.items():
            if name in by_name or (is_known and name not in called and not name.startswith("__")):
                yield function


def _is_of_standard_library(base: ast.expr, bindings: Bindings) -> bool:
    while isinstance(base, ast.Attribute | ast.Subscript):
        base = base.value
    stores = bindings.stores.get(bindings.of(base), ()) if isinstance(base, ast.Name) else ()
    name = getattr(base, "id", "")
    imports = (item for item in stores if isinstance(item, ast.Import | ast.ImportFrom))
    return any(is_import_of(item, name, _RUNNING) for item in imports)


def _made_properties(nodes: Iterable[ast.AST]) -> Iterator[str]:
    """Names of classes' attributes that a call of `property` makes."""
    classes = (node for node in nodes if isinstance(node, ast.ClassDef))
    for statement in (item for cls in classes for item in cls.body):
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Call(func=function)):
                if "property" in last_name(function):
                    yield name
