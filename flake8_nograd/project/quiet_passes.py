"""Forward passes of other files that are seen to give a result and to do nothing else.

A fix is only safe if all that a model may run is read and understood: what is not known counts as
something that keeps what it gets.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cached_property
from itertools import chain

from flake8_nograd.elsewhere import Place, Reading
from flake8_nograd.patterns import lazy_pattern
from flake8_nograd.project.bodies import (
    COMPUTING_METHODS,
    Body,
    Rules,
    is_computing_builtin,
    is_of_library,
)
from flake8_nograd.project.deeds import Deeds
from flake8_nograd.project.effects import Effects
from flake8_nograd.project.function_text import FunctionNode
from flake8_nograd.project.given_functions import giving_back, values_in
from flake8_nograd.project.kept_values import computes, gives_kept
from flake8_nograd.project.programs import Programs
from flake8_nograd.project.summary import MODULE_BODY, ModuleSummary
from flake8_nograd.project.symbols import Definition, Outside, Symbols
from flake8_nograd.project.unseen_calls import UnseenCalls
from flake8_nograd.syntax.access_path import access_path
from flake8_nograd.syntax.expressions import last_name, nodes_of, own_name
from flake8_nograd.vocabulary import escapes
from flake8_nograd.vocabulary.effect import Effect
from flake8_nograd.vocabulary.guard_calls import is_guard
from flake8_nograd.vocabulary.lookup import Vocabulary
from flake8_nograd.vocabulary.words import names_a_model

_DEEPEST = 12  # calls in calls
_DEFINES_PASS = lazy_pattern(rb"\bdef[ \t]+(?:forward|__call__|train|eval)\b")
_GIVES = lazy_pattern(rb"[(=]")
_RUN_BY_CALLERS = ("forward", "__call__", "train", "eval", "__getattr__", "__setattr__")
_COMPUTING = frozenset((Effect.TENSOR, Effect.NUMBERS, Effect.OBJECT))
_MODULES = frozenset((Effect.MODULE, Effect.LAYER))
_HARMLESS = frozenset(
    ("staticmethod", "classmethod", "property", "override", "final", "abstractmethod")
)
# Layers that compute something else, or make their weights, when nothing is recorded.
_OTHERWISE = ("Lazy", "Transformer")


class QuietPasses:
    """Answers for all models of the file's programs; what is not seen to be quiet is not."""

    def __init__(
        self,
        symbols: Symbols,
        deeds: Deeds,
        effects: Effects,
        unseen: UnseenCalls,
        programs: Programs,
        vocabulary: Vocabulary,
    ) -> None:
        self._symbols = symbols
        self._deeds = deeds
        self._effects = effects
        self._unseen = unseen
        self._programs = programs
        self._vocabulary = vocabulary
        self._known: dict[tuple[str, str, str], bool] = {}

    @cached_property
    def loud(self) -> Place | None:
        """Where a forward pass may do more than give its result."""
        return next(chain(self._loud(), self._given()), None)

    def _loud(self) -> Iterator[Place]:
        files = self._symbols.files
        for path in () if files.is_alone() else files.occurring(_DEFINES_PASS):
            module = files.summary(path) if self._programs.may_hold(path) else None
            if module is not None:
                for cls in module.classes.values():
                    yield from self._of_class(Definition(module, cls, None))

    def _given(self) -> Iterator[Place]:
        """The functions that files give away, and that may stand for a loss."""
        files = self._symbols.files
        held = [] if files.is_alone() else files.occurring(_GIVES)
        texts = {path: files.text(path) or b"" for path in held if self._programs.may_hold(path)}
        names = frozenset().union(*map(values_in, texts.values()))
        for path, text in texts.items():
            given = giving_back(text, names)
            module = files.summary(path) if given else None
            if module is None:
                continue
            around = Definition(module, None, module.functions[MODULE_BODY])
            for line, node in given:
                if not self._is_quiet_body(node, around, _DEEPEST):
                    yield Place(path, line)

    def _of_class(self, own: Definition) -> Iterator[Place]:
        assert own.cls is not None
        is_module = self._deeds.is_module(own)
        if is_module is False or (is_module is None and "forward" not in own.cls.methods):
            run = [self._called(own)]  # as losses are
        else:
            run = [self._symbols.method(own, name) for name in _RUN_BY_CALLERS]
        for method in filter(None, run):
            if method.function is not None and not self.is_quiet(method):
                yield Place(method.module.path, method.function.line)

    def _called(self, own: Definition) -> Definition | None:
        """What calling an object runs that is no module, if its result may have a graph."""
        assert own.cls is not None
        node = own.cls.methods.node("__call__") if "__call__" in own.cls.methods else None
        if node is None or not (computes(node) or gives_kept(node)):
            return None
        return own._replace(function=own.cls.methods["__call__"])

    def are_quiet(self, method: str) -> bool:
        """Whether all methods of a name that other files define are."""
        files = self._symbols.files
        if files.is_alone() or not files.has_method(method):
            return True
        return all(
            item.module.path == files.own.path
            or not self._programs.may_hold(item.module.path)
            or self.is_quiet(item)
            for item in self._deeds.definitions(method)
        )

    def is_overridden_loudly(self, method: Definition) -> bool:
        """Whether another file may override a method by one that is not seen to be quiet."""
        cls, summary = method._replace(function=None), method.function
        if cls.cls is None or summary is None:
            return False
        if not self._symbols.files.is_mentioned(cls.cls.name, is_method=False):
            return False
        return any(
            item.module.path != self._symbols.files.own.path
            and self._symbols.are_related(item._replace(function=None), cls)
            and not self.is_quiet(item)
            for item in self._deeds.definitions(summary.name)
        )

    def is_quiet(self, function: Definition, depth: int = _DEEPEST) -> bool:
        """Whether a function or method is seen to compute what it returns, and nothing else."""
        if not depth or function.function is None:
            return False
        key = function.key
        if key not in self._known:
            self._known[key] = True  # what it calls may call it
            self._known[key] = self._find(function, depth)
        return self._known[key]

    def _find(self, function: Definition, depth: int) -> bool:
        assert function.function is not None
        owner = function.module.functions if function.cls is None else function.cls.methods
        node = owner.node(function.function.name)
        return node is not None and self._is_quiet_body(node, function, depth)

    def _is_quiet_body(self, node: FunctionNode, function: Definition, depth: int) -> bool:
        if any(map(is_guard, node.decorator_list)):
            return True  # nothing is recorded in it, whoever calls it
        if not all(last_name(item) in _HARMLESS for item in node.decorator_list):
            return False
        reads = (part.attr for part in nodes_of(node) if isinstance(part, ast.Attribute))
        if any(self._unseen.reading(name) is Reading.MORE for name in set(reads)):
            return False
        return _PassBody(node, self, function).is_pure(self, function, depth)

    def runs_nothing_else(self, path: str, function: Definition, depth: int) -> bool:
        """See `Rules`."""
        symbol = self._symbols.named(path, function.module)
        if isinstance(symbol, Definition):
            return self._makes_quietly(symbol) or self.is_quiet(symbol, depth - 1)
        if isinstance(symbol, Outside):
            shows = symbol.dotted.rpartition(".")[2] in escapes.SHOWING_CALLS
            return not shows and is_of_library(symbol, _COMPUTING, self._vocabulary)
        return is_computing_builtin(path)

    def _makes_quietly(self, cls: Definition) -> bool:
        """Whether making an object of a class runs nothing of the project."""
        if cls.function is not None:
            return False
        made = ("__init__", "__new__", "__post_init__", "__call__")
        return not any(self._symbols.method(cls, name) for name in made)

    def reads(self, method: str) -> bool:
        """See `Rules`."""
        defined = self._symbols.files.has_method(method)
        own = self._symbols.files.own.classes.values()
        if not defined and not any(method in cls.methods for cls in own):
            return method in COMPUTING_METHODS
        return all(map(self.is_quiet, self._deeds.definitions(method)))

    def runs_own(self, name: str, function: Definition, depth: int) -> bool:
        """Whether `self.name(...)` runs a layer, or a quiet method whoever overrides it."""
        own = function._replace(function=None)
        if own.cls is None:
            return False
        if self._symbols.method(own, name) is not None:
            return self._runs_method(name, own, depth)
        made = self._symbols.makers(own, name)
        return bool(made) and all(self._is_layer(maker, module) for maker, module in made)

    def _runs_method(self, name: str, own: Definition, depth: int) -> bool:
        pattern = re.compile(rb"\.%s[ \t]*=(?!=)" % re.escape(name.encode()))
        if self._symbols.files.is_held(pattern, name):
            return False  # something else may stand in its place
        return all(
            self.is_quiet(item, depth - 1)
            for item in self._deeds.definitions(name)
            if self._symbols.are_related(item._replace(function=None), own)
        )

    def runs_inherited(self, name: str, function: Definition, depth: int) -> bool:
        """Whether `super().name(...)` runs something quiet."""
        own = function._replace(function=None)
        if own.cls is None:
            return False
        for item in self._symbols.ancestors(own):
            if item.cls is not None and name in item.cls.methods:
                return self.is_quiet(item._replace(function=item.cls.methods[name]), depth - 1)
        bases = self._symbols.outside_bases(own)
        return name in _RUN_BY_CALLERS[:4] and all(
            base.partition(".")[0] in escapes.KNOWN_PACKAGES for base in bases
        )

    def _is_layer(self, made: str, module: ModuleSummary) -> bool:
        """Whether what an attribute is made by is a layer that is known, or one of the project."""
        if not made.endswith("()"):  # of what class a given model may be is looked at by itself
            return made == "None" or names_a_model(made)
        if any(word in made for word in _OTHERWISE):
            return False
        symbol = self._symbols.named(made[:-2], module)
        if isinstance(symbol, Outside):
            is_known = symbol.dotted.partition(".")[0] in escapes.KNOWN_PACKAGES
            is_wrapper = ".utils." in symbol.dotted  # it may hook or cache
            return is_known and not is_wrapper
        if symbol is None:
            return False
        if symbol.function is None:
            return self._deeds.is_module(symbol) is True
        return self._effects.of(symbol) in _MODULES


class _PassBody(Body):
    """The body of a forward pass, or of what runs in one."""

    def __init__(self, node: FunctionNode, passes: QuietPasses, own: Definition) -> None:
        super().__init__(node)
        self._passes = passes
        parameters = [item.arg for item in nodes_of(node.args) if isinstance(item, ast.arg)]
        self._given = frozenset(parameters[own.cls is not None :])
        self._fills = node.name == "forward"
        self._methods = frozenset(own.cls.methods if own.cls is not None else ())

    def is_quiet(self, part: ast.AST) -> bool:
        """See `Body`; whoever gives an argument is asked about what is put into it."""
        match part:
            case ast.Attribute(value=ast.Name(id=name), ctx=ast.Store()) if self._fills:
                return name in self._given
        return super().is_quiet(part)

    def is_own(self, node: ast.expr, seen: frozenset[str]) -> bool:
        """See `Body`; a method may give back what the object keeps."""
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Name(id="self"), attr=name)):
                return name not in self._methods and super().is_own(node, seen)
        return super().is_own(node, seen)

    def is_pure_call(self, call: ast.Call, rules: Rules, function: Definition, depth: int) -> bool:
        """See `Body`; calls of layers and methods of the same object are followed."""
        target = call.func
        attribute = _own_attribute(target)
        if attribute:
            return self._passes.runs_own(attribute, function, depth)
        match target:
            case ast.Attribute(value=ast.Call(func=ast.Name(id="super")), attr=inherited):
                return self._passes.runs_inherited(inherited, function, depth)
            case ast.Name(id=local) if local in self.bound:
                return all(self._is_own_layer(item, function, depth) for item in self.bound[local])
            case ast.Name(id=given) if given in self._given and names_a_model(given):
                return True
        if own_name(target) in escapes.RAISING_CALLS and ".detach()" not in ast.unparse(target):
            return False  # it raises where there is a graph, and that may be waited for
        return super().is_pure_call(call, rules, function, depth)

    def _is_own_layer(self, value: ast.expr | None, function: Definition, depth: int) -> bool:
        """Whether a name stands for a layer of the object, such as one of a list that it has."""
        attribute = _own_attribute(value) if value is not None else ""
        return bool(attribute) and self._passes.runs_own(attribute, function, depth)


def _own_attribute(node: ast.expr) -> str:
    """The attribute of `self` that an access reads, or of which it reads an item; else empty."""
    path = access_path(node)
    name = path.removeprefix("self.").removesuffix(".[]")
    return name if path.startswith("self.") and "." not in name else ""
