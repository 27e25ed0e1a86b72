"""Which calls, values and decorators set the grad mode."""

from __future__ import annotations

import ast

from flake8_nograd.flow.graph import FlowGraph, Kind, Node
from flake8_nograd.flow.program import Call
from flake8_nograd.flow.scopes import Class, Function
from flake8_nograd.flow.values import Value
from flake8_nograd.torch_model.semantics.context import Context, SavedMode
from flake8_nograd.torch_model.semantics.homemade_guards import HomemadeGuards
from flake8_nograd.torch_model.semantics.registering import registers_bare_function
from flake8_nograd.vocabulary.grad_modes import GUARDS, SWITCHES, GradMode
from flake8_nograd.vocabulary.layers import PROFILERS
from flake8_nograd.vocabulary.lookup import Vocabulary


class Guards:
    """Recognises torch's guards under any alias, the file's own, and those the options name."""

    def __init__(self, graph: FlowGraph, vocabulary: Vocabulary) -> None:
        self._graph = graph
        self._vocabulary = vocabulary
        self._homemade = HomemadeGuards(graph, vocabulary)
        self._no_guards: set[object] = set()  # imported names

    def of_call(self, call: Call[Context]) -> GradMode | None:
        """The mode that a guard made by this call stands for; None if it makes none."""
        if call.method == "__enter__" and call.receiver is not None:
            return self._entered_by_hand(call.receiver, call.node)
        callees = call.callee.aliases
        if len(callees) == 1:
            (callee,) = callees
            return self._called(callee, call)
        return _one_of({self._called(callee, call) for callee in callees})

    def _entered_by_hand(self, guard: Value, call: ast.Call) -> GradMode | None:
        """An inference_mode that nobody keeps is gone, and with it its effect, once entered."""
        mode = self.of_value(guard)
        kept = isinstance(call.func, ast.Attribute) and not isinstance(call.func.value, ast.Call)
        return mode if kept or mode is not GradMode.INFERENCE else None

    def switches_at_once(self, call: Call[Context]) -> bool:
        """Whether the call itself, not only a `with` around it, changes the mode.

        Above a function it takes that back as soon as it gets the function.
        """
        if call.node in getattr(call.place.statement, "decorator_list", ()):
            return False
        payloads = self._graph.payloads
        return any(
            self._graph.kinds[node] is Kind.EXTERNAL and payloads[node] in SWITCHES
            for node in call.callee.aliases
        )

    def of_value(self, value: Value) -> GradMode | None:
        """The mode inside `with value:`."""
        return _one_of({self._made(node) for node in value.aliases})

    def is_profiler(self, value: Value) -> bool:
        """Whether a `with` around some code measures how it runs."""
        made = (self._graph.payloads[node] for node in value.aliases)
        return any(isinstance(what, Call) and what.imported in PROFILERS for what in made)

    def of_uncalled(self, value: Value) -> GradMode | None:
        """The mode that `with torch.no_grad:` was meant to set; it raises, so nothing records."""
        kinds, payloads = self._graph.kinds, self._graph.payloads
        return _one_of(
            {
                GUARDS.get(str(payloads[node])) if kinds[node] is Kind.EXTERNAL else None
                for node in value.aliases
            }
        )

    def may_switch_off(self, thing: Node) -> bool:
        """Whether an object, used as a context manager, may switch recording off."""
        what = self._graph.payloads[thing]
        if isinstance(what, Class) and self._graph.kinds[thing] is Kind.INSTANCE:
            return self._is_homemade(self._graph.intern(Kind.CLASS, what))
        return isinstance(what, GradMode) and what.switches_off

    def may_make_guard(self, callee: Node, call: Call[Context]) -> bool:
        """Whether what a call of this object gives is a guard that may switch recording off."""
        mode = self._called(callee, call)
        return self._is_homemade(callee) or (mode is not None and mode.switches_off)

    def of_decorators(self, function: Function) -> GradMode:
        """The mode that decorators give a function's body.

        A decorated coroutine is only created under the guard, never run under it, and what is
        registered runs without the decorators above. A guard of torch on a class is only that of
        its constructor's call; one of the file may wrap the methods.
        """
        if isinstance(function.node, ast.AsyncFunctionDef):
            return GradMode.INHERITED
        written = getattr(function.node, "decorator_list", ())
        for item, value in reversed(list(zip(written, function.decorators, strict=True))):
            if registers_bare_function(item, value, self._graph):
                return GradMode.INHERITED
            for node in value.aliases:
                mode = self._made(node) or self._bare(node)
                if mode is not None:
                    return mode
        around = function.owner.decorators if function.owner is not None else ()
        if any(self._is_homemade(node) for value in around for node in value.aliases):
            return GradMode.MAYBE
        return GradMode.INHERITED

    def saved(self, call: Call[Context]) -> SavedMode | None:
        """The mode that was saved in a variable, if a switch is set to it."""
        argument = call.argument(0, "mode")
        if argument is None or argument.dependencies or len(argument.aliases) != 1:
            return None
        (node,) = argument.aliases
        payload = self._graph.payloads[node]
        return payload if isinstance(payload, SavedMode) else None

    def _called(self, node: Node, call: Call[Context]) -> GradMode | None:
        payload = self._graph.payloads[node]
        if isinstance(payload, GradMode):
            return payload
        if self._graph.kinds[node] is not Kind.EXTERNAL or payload in self._no_guards:
            return None
        mode = GUARDS.get(str(payload))
        if mode is GradMode.INFERENCE:
            return _by_argument(call.node, on=GradMode.LIFTED, off=GradMode.INFERENCE, swap=True)
        if mode is not None:
            return mode
        if payload in SWITCHES:
            saved = self.saved(call)
            if saved is not None:
                return saved.grad
            return _by_argument(call.node, on=GradMode.ON, off=GradMode.OFF, swap=False)
        mode = self._vocabulary.guard(str(payload))
        if mode is not None:
            return mode
        if self._is_guard_name(payload):
            return GradMode.MAYBE
        self._no_guards.add(payload)
        return None

    def _made(self, node: Node) -> GradMode | None:
        """The mode of a value that has been made by calling a guard."""
        payload = self._graph.payloads[node]
        if isinstance(payload, GradMode):
            return payload
        if isinstance(payload, Call) and self._graph.kinds[node] is Kind.CALL:
            for callee in payload.callee.aliases:
                if self._is_homemade(callee):
                    return GradMode.MAYBE
            if self._is_guard_name(payload.method):
                return GradMode.MAYBE
        return None

    def _bare(self, node: Node) -> GradMode | None:
        """The mode of a decorator that is a guard without having been called."""
        payload = self._graph.payloads[node]
        if self._graph.kinds[node] is Kind.EXTERNAL:
            mode = GUARDS.get(str(payload)) or self._vocabulary.guard(str(payload))
            return mode or (GradMode.MAYBE if self._is_guard_name(payload) else None)
        if self._graph.kinds[node] is Kind.FIELD and isinstance(payload, tuple):
            return GradMode.MAYBE if self._is_guard_name(payload[1]) else None
        return GradMode.MAYBE if self._is_homemade(node) else None

    def _is_homemade(self, node: Node) -> bool:
        is_own = self._graph.kinds[node] in (Kind.FUNCTION, Kind.CLASS)
        return is_own and self._homemade.is_guard(node)

    def _is_guard_name(self, dotted: object) -> bool:
        return self._vocabulary.is_guard_name(str(dotted).rpartition(".")[2])


def _one_of(modes: set[GradMode | None]) -> GradMode | None:
    """One mode for all alternatives; a guard in only some of them is a condition."""
    if len(modes) == 1:
        return modes.pop()
    return GradMode.MAYBE if any(modes) else None


def _by_argument(call: ast.Call, on: GradMode, off: GradMode, swap: bool) -> GradMode | None:
    """The mode that a boolean argument chooses; `swap` for inference_mode, where True is off."""
    argument = call.args[0] if call.args else None
    for keyword in call.keywords:
        if keyword.arg == "mode":
            argument = keyword.value
    if argument is None:
        return off if swap else None
    if not isinstance(argument, ast.Constant):
        return GradMode.MAYBE
    if not isinstance(argument.value, bool):
        return off  # it raises
    return off if bool(argument.value) is swap else on
