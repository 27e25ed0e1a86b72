"""What a call does with its arguments, as strictly as a proof asks for: unknown is unknown."""

from __future__ import annotations

import ast
import builtins
import enum
from collections.abc import Iterator
from functools import cached_property
from typing import NamedTuple

from flake8_nograd.elsewhere import NOWHERE, Elsewhere, Reading
from flake8_nograd.flow.graph import Kind
from flake8_nograd.flow.program import Call, Program
from flake8_nograd.flow.scopes import Class, Function
from flake8_nograd.syntax.access_path import access_path
from flake8_nograd.syntax.expressions import last_name
from flake8_nograd.torch_model.models.recognition import Modules
from flake8_nograd.torch_model.points_to.abstract_objects import Made
from flake8_nograd.torch_model.points_to.solver import PointsTo
from flake8_nograd.torch_model.semantics.context import Context
from flake8_nograd.vocabulary import escapes, methods
from flake8_nograd.vocabulary.annotations import ModelEvidence
from flake8_nograd.vocabulary.effect import Effect
from flake8_nograd.vocabulary.grad_modes import ASKS_MODE, SWITCHED_OFF_BY, SWITCHES
from flake8_nograd.vocabulary.lookup import Vocabulary
from flake8_nograd.vocabulary.words import computes_loss, makes_arrays


class Does(enum.Enum):
    """What becomes of the arguments of a call, and of what a method is called on."""

    READS = "reads numbers; its result has no graph"
    PASSES = "computes its result from them and keeps nothing"
    KEEPS = "keeps the arguments in what the method is called on"
    RUNS = "runs functions of the file"
    PASSES_ON = "is a forward pass"
    UNKNOWN = "may do anything"


class Callee(NamedTuple):
    """What a call does, and the functions of the file that it runs."""

    does: Does
    functions: tuple[Function, ...] = ()


_OF_EFFECT = {
    Effect.NUMBERS: Does.READS,
    Effect.FOREIGN: Does.READS,
    Effect.TENSOR: Does.PASSES,
    Effect.LAYER: Does.PASSES,
    Effect.MODULE: Does.PASSES,
    Effect.WRAP: Does.PASSES,
    Effect.OBJECT: Does.PASSES,
}
_FORWARDS = frozenset((Effect.LAYER, Effect.MODULE, Effect.LIKELY_MODULE, Effect.GUARDED))
_UNKNOWN = Callee(Does.UNKNOWN)
_MOCKS = frozenset("Mock MagicMock AsyncMock NonCallableMock create_autospec".split())


class Callees:
    """Says of each call of a file what it does."""

    def __init__(
        self,
        program: Program[Context],
        points_to: PointsTo,
        modules: Modules,
        vocabulary: Vocabulary,
        elsewhere: Elsewhere = NOWHERE,
    ) -> None:
        self._elsewhere = elsewhere
        self._program = program
        self._points_to = points_to
        self._modules = modules
        self._vocabulary = vocabulary
        payloads = program.graph.payloads
        self._calls = {
            item.written or item.node: item
            for node, item in enumerate(payloads)
            if isinstance(item, Call) and program.graph.kinds[node] is Kind.CALL
        }
        self._known: dict[ast.Call, Callee] = {}

    def of(self, node: ast.Call) -> Callee:
        """What a call does."""
        callee = self._known.get(node)
        if callee is None:
            callee = self._known[node] = self._find(node)
        return callee

    def record(self, node: ast.Call) -> Call[Context] | None:
        """The call as the interpreter met it; None if it never did."""
        return self._calls.get(node)

    def is_layer(self, node: ast.Call) -> bool:
        """Whether a call runs something that may have parameters of its own."""
        call = self._calls.get(node)
        return call is None or any(
            self._is_forward_of_library(self._program.graph.payloads[thing])
            for thing in self._things(call)
        )

    def is_in_sight(self, node: ast.Call) -> bool:
        """Whether the class of what is called is known, with all that it does."""
        call = self._calls.get(node)
        things = self._things(call) if call is not None else set()
        payloads = [self._program.graph.payloads[thing] for thing in things]
        return bool(payloads) and all(
            isinstance(what, Class | Function)
            or (isinstance(what, Made) and what.name.startswith("torch.nn."))
            for what in payloads
        )

    def is_of_library(self, node: ast.Call) -> bool:
        """Whether an imported function is one of a package, of which the tables tell."""
        call = self._calls.get(node)
        name = call.imported if call is not None else None
        return name is not None and self._elsewhere.outcome(name) is Reading.MORE

    def is_property(self, name: str) -> bool:
        """Whether reading an attribute of this name may compute its value."""
        if name in self._program.properties:
            return True
        return self._elsewhere.reading(name) is not Reading.STORED

    def is_method(self, name: str) -> bool:
        """Whether a class of the file has a method of this name."""
        return any(name in cls.methods for cls in self._program.classes)

    def is_module(self, cls: Class) -> bool:
        """Whether a class of the file is a module, as far as its bases are known."""
        return self._modules.is_module(cls)

    def left_by_pass(self, node: ast.Call) -> str | None:
        """Why a forward pass may leave something behind: another file has its method or runs it."""
        name = last_name(node.func)
        call = self._calls.get(node)
        if call is not None and call.runner:
            leaves = self._elsewhere.leaves_behind(call.runner)
        else:
            is_method = isinstance(node.func, ast.Attribute) and name != "forward"
            leaves = is_method and self._elsewhere.pass_leaves_behind(name)
        if not leaves:
            return None
        return f"{name}() of another file may leave something behind (line {node.lineno})"

    def makes_module(self, node: ast.Call) -> bool:
        """Whether a call makes something whose parameters can be trained."""
        call = self._calls.get(node)
        effect = self._vocabulary.effect(call.imported) if call and call.imported else None
        return effect in _FORWARDS

    def _find(self, node: ast.Call) -> Callee:
        call = self._calls.get(node)
        if call is None:
            return _UNKNOWN
        if call.imported is not None:
            return self._of_imported(call.imported, node)
        things = [self._program.graph.payloads[thing] for thing in self._things(call)]
        functions = tuple(thing for thing in things if isinstance(thing, Function))
        if functions and len(functions) == len(things):
            if not all(map(_runs_as_written, functions)) or any(map(self._is_varied, functions)):
                return Callee(Does.UNKNOWN, functions)
            runs_pass = all(function.name.startswith("forward") for function in functions)
            return Callee(Does.PASSES_ON if runs_pass else Does.RUNS, functions)
        if self._modules.evidence(call) > ModelEvidence.NONE and not functions:
            return Callee(Does.PASSES_ON)
        if things and all(map(self._is_forward_of_library, things)):
            return Callee(Does.PASSES)
        if things and any(isinstance(thing, Class | Function) for thing in things):
            return self._of_object(things)
        if call.receiver is not None:
            return self._of_method(call)
        if call.name not in self._program.functions_named:
            if makes_arrays(call.name):
                return Callee(Does.READS)
            if computes_loss(call.name):
                return Callee(Does.PASSES)
        return _UNKNOWN

    def _things(self, call: Call[Context]) -> set[int]:
        found = set(self._points_to.callees.get(call.result, ()))
        found |= self._points_to.of(call.callee)
        kinds = self._program.graph.kinds
        return {thing for thing in found if kinds[thing] is not Kind.EXTERNAL or len(found) == 1}

    def _of_object(self, things: list[object]) -> Callee:
        """An instance of a class of the file that is a module, or something unknown."""
        are_modules = all(
            isinstance(thing, Class) and self._modules.is_module(thing) for thing in things
        )
        return Callee(Does.PASSES_ON) if are_modules else _UNKNOWN

    def _is_varied(self, function: Function) -> bool:
        """Whether a class of another file may run a method of its own in place of one."""
        return function.owner is not None and self._elsewhere.is_overridden(
            function.owner.name, function.name
        )

    def _is_forward_of_library(self, thing: object) -> bool:
        return isinstance(thing, Made) and thing.effect in _FORWARDS

    def _of_imported(self, name: str, node: ast.Call) -> Callee:
        package, _, _ = name.partition(".")
        last = name.rpartition(".")[2]
        if name == "type" and len(node.args) > 1:
            return _UNKNOWN
        if "." not in name and self._elsewhere.behind_star(name) is not None:
            return _UNKNOWN
        if name in escapes.HANDING_BACK or _keeps_objects(node):
            return Callee(Does.PASSES)
        if name in SWITCHES or name in ASKS_MODE:
            return _UNKNOWN
        if name in escapes.READING_BUILTINS or name in SWITCHED_OFF_BY:
            return Callee(Does.READS)
        if name in escapes.PASSING_BUILTINS or name in _ERRORS:
            return Callee(Does.PASSES)
        reading = self._elsewhere.outcome(name)
        if reading is not Reading.MORE:
            return Callee(Does.READS if reading is Reading.STORED else Does.PASSES)
        if self._vocabulary.keeps(name):
            return _UNKNOWN
        if makes_arrays(last):
            return Callee(Does.READS)
        if package not in escapes.KNOWN_PACKAGES or last in _CHANGING:
            return _UNKNOWN
        effect = self._vocabulary.effect(name)
        return Callee(_OF_EFFECT[effect]) if effect in _OF_EFFECT else _UNKNOWN

    def _of_method(self, call: Call[Context]) -> Callee:
        name = call.method
        if name in self._program.functions_named and self._is_open(call):
            return _UNKNOWN
        if self._is_foreign(call):
            return Callee(Does.READS)
        if _keeps_objects(call.node):
            return Callee(Does.PASSES)
        logs_text = name in escapes.READING_METHODS and _gives_text(call.node)
        if not logs_text and self._elsewhere.method_leaves_behind(name):
            return _UNKNOWN
        if not logs_text and name in escapes.READING_METHODS and self._has_mocks:
            return _UNKNOWN
        if name in methods.CUTS or name in escapes.READING_METHODS or name in escapes.PLAIN_METHODS:
            return Callee(Does.READS)
        if name in escapes.PASSING_METHODS:
            return Callee(Does.PASSES)
        if name in escapes.KEEPING_METHODS:
            return Callee(Does.KEEPS)
        if name in methods.ONLY_OF_MODULES or name in methods.ALMOST_ONLY_OF_MODULES:
            return Callee(Does.PASSES) if not call.arguments() else _UNKNOWN
        if computes_loss(name):
            return Callee(Does.PASSES)
        return _UNKNOWN

    @cached_property
    def _has_mocks(self) -> bool:
        """Whether the file makes objects that keep whatever their methods are given."""
        return next(self.named(_MOCKS), None) is not None

    def _is_open(self, call: Call[Context]) -> bool:
        """Whether a class of the file has a method of this name that the call may run."""
        return any(call.method in cls.methods for cls in self._program.classes)

    def _is_foreign(self, call: Call[Context]) -> bool:
        """Whether a method belongs to something of a package without torch inside."""
        assert call.receiver is not None
        things = self._points_to.of(call.receiver)
        payloads = self._program.graph.payloads
        return bool(things) and all(
            isinstance(what := payloads[thing], Made) and what.effect is Effect.FOREIGN
            for thing in things
        )

    def named(self, names: frozenset[str]) -> Iterator[ast.Call]:
        """Calls of the file whose last name is one of some."""
        for node, call in self._calls.items():
            imported = (call.imported or "").rpartition(".")[2]
            if imported in names or access_path(node.func).rpartition(".")[2] in names:
                yield node


def _keeps_objects(node: ast.Call) -> bool:
    """Whether an array is made of objects as they are, or a dict of parameters themselves."""
    return any(
        item.arg == "keep_vars"
        or (item.arg == "dtype" and ast.unparse(item.value).endswith(("object", "object_")))
        for item in node.keywords
    )


def _gives_text(node: ast.Call) -> bool:
    """Whether a call is given texts and numbers alone, and at least one."""
    given = [*node.args, *(keyword.value for keyword in node.keywords)]
    return bool(given) and all(map(_is_text, given))


def _is_text(node: ast.expr) -> bool:
    match node:
        case ast.Constant() | ast.JoinedStr():
            return True
        case ast.BinOp(left=left):
            return _is_text(left)
        case ast.Call(func=function):
            return last_name(function) in _TEXTS
    return False


_TEXTS = frozenset("item tolist format str repr float int len round join".split())


def _runs_as_written(function: Function) -> bool:
    """Whether calling a function runs its body and nothing else."""
    decorators = getattr(function.node, "decorator_list", ())
    return all(last_name(item) in _TRANSPARENT for item in decorators)


_TRANSPARENT = frozenset(
    "staticmethod classmethod abstractmethod override final contextmanager wraps no_grad"
    " inference_mode property".split()
)
_ERRORS = frozenset(
    name
    for name in dir(builtins)
    if isinstance(getattr(builtins, name), type)
    and issubclass(getattr(builtins, name), BaseException)
)
_CHANGING = frozenset(
    "backward requires_grad_ register_hook retain_grad reinforce partial map apply __setattr__"
    " set_default_dtype setattr".split()
)
