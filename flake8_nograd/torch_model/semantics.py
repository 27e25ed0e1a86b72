"""The meaning of calls, attributes and `with` items for grad modes and graphs."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from flake8_nograd.flow.graph import Kind, Node
from flake8_nograd.flow.program import Call, Program, access_path
from flake8_nograd.flow.scopes import Class, Function
from flake8_nograd.flow.state import flow_into
from flake8_nograd.flow.values import PLAIN, Value, derived, join, value_of
from flake8_nograd.torch_model.context import Context, GradMode, ModeChange, join_contexts
from flake8_nograd.torch_model.guards import Guards
from flake8_nograd.torch_model.vocabulary import methods
from flake8_nograd.torch_model.vocabulary.effects import Effect
from flake8_nograd.torch_model.vocabulary.layers import LEAF_MAKERS
from flake8_nograd.torch_model.vocabulary.lookup import Vocabulary


@dataclass(frozen=True, slots=True)
class PlainUse:
    """A sink: here a value is read as plain numbers; ``how`` is what to tell the user."""

    how: str
    line: int


@dataclass(eq=False, slots=True)
class Differentiation:
    """A sink: a backward pass or autograd.grad, and the state in which it runs."""

    node: ast.Call
    function: Function
    context: Context
    value: Value


@dataclass(eq=False, slots=True)
class Birth:
    """The payload of an operation's node: the context in which its result was computed."""

    node: ast.expr
    context: Context


@dataclass(slots=True)
class Notes:
    """What the semantics writes down beside the graph."""

    differentiations: list[tuple[Differentiation, Node]] = field(default_factory=list)
    changes: list[ModeChange] = field(default_factory=list)
    used_as_module: set[Node] = field(default_factory=set)
    module_paths: set[tuple[Function, str]] = field(default_factory=set)
    wants_grad: set[Node] = field(default_factory=set)
    frozen: set[Node] = field(default_factory=set)
    guarded: set[Node] = field(default_factory=set)
    guard_items: set[ast.expr] = field(default_factory=set)
    hooks: set[Function] = field(default_factory=set)
    handed_over: list[tuple[Node, Call[Context], bool]] = field(default_factory=list)
    discarded: set[Node] = field(default_factory=set)


class TorchSemantics:
    """Gives the interpreter's calls their meaning and keeps notes for the later answers."""

    def __init__(self, program: Program[Context], vocabulary: Vocabulary) -> None:
        self.program = program
        self.graph = program.graph
        self.vocabulary = vocabulary
        self.notes = Notes()
        self.guards = Guards(program.graph, vocabulary)
        self._by_effect = {
            Effect.NUMBERS: self._numbers,
            Effect.TENSOR: self._tensor,
            Effect.WRAP: self._wrap,
            Effect.TRAINS: self._trains,
        }

    # Contexts

    def entry(self, function: Function) -> Context:
        """The grad mode that a function's decorators give it."""
        grad = self.guards.of_decorators(function)
        if function.node is None:
            return Context(GradMode.ON)
        return Context(grad, function.node if grad is not GradMode.INHERITED else None)

    def join(self, contexts: Sequence[Context]) -> Context:
        """See `join_contexts`."""
        return join_contexts(contexts)

    def enter(self, item: ast.expr, value: Value, context: Context) -> Context:
        """A `with` item that is a guard sets the mode, any other leaves it."""
        mode = self.guards.of_value(value)
        if mode is None:
            return context
        if mode.is_off:
            self.notes.guard_items.add(item)
        return replace(context, grad=self._within(context, mode), guard=item)

    def leave(self, before: Context, inside: Context) -> Context:
        """After the block the grad mode is what it was; modules stay in their mode."""
        return Context(before.grad, before.guard, inside.history)

    @staticmethod
    def _within(context: Context, mode: GradMode) -> GradMode:
        """enable_grad lifts no_grad but not inference_mode."""
        if mode is GradMode.ON and context.grad is GradMode.INFERENCE:
            return GradMode.INFERENCE
        return mode

    # Expressions

    def attribute(self, node: ast.Attribute, owner: Value, function: Function) -> Value | None:
        """Attributes of a tensor that carry no graph."""
        if node.attr in methods.CUT_ATTRIBUTES and not self._is_external(owner):
            if node.attr == "data":
                self._use(owner, ".data", node.lineno)
            return PLAIN
        if node.attr in methods.MODULE_ATTRIBUTES:
            self.notes.used_as_module |= owner.same
        return None

    def store_attribute(
        self, target: ast.Attribute, owner: Value, value: Value, source: ast.expr | None
    ) -> None:
        """`p.requires_grad = …` freezes or asks for a gradient; a forward can be wrapped."""
        if target.attr == "forward" and self.guards.of_value(value) is not None:
            self.notes.guarded |= owner.same
        if target.attr == "requires_grad" and isinstance(source, ast.Constant):
            nodes = self.graph.origins(owner.same)
            (self.notes.wants_grad if source.value else self.notes.frozen).update(nodes)

    def observe(self, value: Value, node: ast.expr) -> None:
        """A comparison, test or format reads numbers."""
        if value.same or value.parts:
            how = "a comparison" if isinstance(node, ast.Compare) else "plain Python"
            self._use(value, how, node.lineno)

    def discard(self, value: Value, node: ast.expr) -> None:
        """Remember results that nobody takes."""
        self.notes.discarded |= value.same

    def operate(self, value: Value, node: ast.expr, context: Context) -> Value:
        """An operation under a guard is remembered, since nothing of it can be differentiated."""
        if not context.grad.is_off or not value.parts:
            return value
        born = self.graph.new(Kind.MADE, Birth(node, context))
        self.graph.derive(value.parts, born)
        return value_of(born)

    def call(self, call: Call[Context]) -> tuple[Value, Context]:
        """The meaning of a call."""
        context = call.context
        mode = self.guards.of_call(call)
        if mode is not None:
            return self._guard_call(call, mode)
        self._hand_over(call)
        external = self._external(call)
        if external is not None:
            effect = self.vocabulary.effect(external)
            if effect in self._by_effect:
                return self._by_effect[effect](call, external), context
        elif call.receiver is not None and not self._is_own_method(call):
            value = self._method(call, call.receiver)
            if value is not None:
                return value, self._changed(call, context)
        self.program.calls.append(call)
        if _asks_for_gradient(call.node):
            self.notes.wants_grad.add(call.result)
        return value_of(call.result), self._changed(call, context)

    # Calls of imported names

    def _external(self, call: Call[Context]) -> str | None:
        """The dotted name of a callee that can only be imported or built in."""
        if len(call.callee.same) == 1:
            (node,) = call.callee.same
            if self.graph.kinds[node] is Kind.EXTERNAL:
                return str(self.graph.payloads[node])
        return None

    def _numbers(self, call: Call[Context], name: str) -> Value:
        for value in call.arguments():
            self._use(value, f"{name.rpartition('.')[2]}()", call.node.lineno)
        return PLAIN

    def _tensor(self, call: Call[Context], name: str) -> Value:
        value = derived(call.arguments())
        if name in LEAF_MAKERS or _asks_for_gradient(call.node):
            self.notes.wants_grad.add(call.result)
            self.graph.derive(value.parts, call.result)
            return value_of(call.result)
        value = self.operate(value, call.node, call.context)
        last = name.rpartition(".")[2]
        if last in methods.VALUES_AND_INDICES and len(call.node.args) + len(call.node.keywords) > 1:
            return Value(value.same, value.parts, (value, PLAIN))
        return value

    def _wrap(self, call: Call[Context], name: str) -> Value:
        if _asks_for_gradient(call.node):
            self.notes.wants_grad.add(call.result)
            self.graph.copy(_flows(call.positional[:1]), call.result)
            return value_of(call.result)
        if not call.arguments():
            return value_of(self.graph.new(Kind.MADE, call.node))
        value = join(call.arguments())
        if name.startswith("copy."):
            flow_into(value, call.result, self.graph)
            return value_of(call.result)
        return Value(value.same, value.parts)

    def _trains(self, call: Call[Context], name: str) -> Value:
        outputs = call.positional[:1] or tuple(call.keywords.values())
        self._differentiate(call, derived(call.arguments()), derived(outputs))
        return self._tensor(call, name)

    # Methods

    def _method(self, call: Call[Context], receiver: Value) -> Value | None:
        """The result of a method that means the same on whatever it is called; else None."""
        name = call.method
        if name in methods.CUTS:
            if name not in methods.SHAPE_ONLY:
                self._use(receiver, f".{name}()", call.node.lineno)
                for value in call.arguments():
                    self._use(value, f".{name}()", call.node.lineno)
            return PLAIN
        if name in methods.TRAINING_METHODS or self.vocabulary.trains(name):
            self._train(call, receiver)
            return None
        if name in methods.READS_NUMBERS:
            for value in call.arguments():
                self._use(value, f".{name}()", call.node.lineno)
            return None
        return self._passing_method(call, receiver)

    def _passing_method(self, call: Call[Context], receiver: Value) -> Value | None:
        name = call.method
        if name in methods.ONLY_OF_MODULES or name in methods.ALMOST_ONLY_OF_MODULES:
            self._is_used_as_module(call, receiver)
            if "hook" in name:
                self.notes.hooks.add(call.function)
            if name.startswith("named_"):
                return receiver._replace(items=(PLAIN, receiver))
            return receiver
        if name in methods.RETURNS_SELF:
            self._self_returning(call, receiver)
            return Value(receiver.same, receiver.parts.union(_flows(call.arguments())))
        if name in methods.KEEPS:
            for node in self.graph.origins(receiver.same):
                self.graph.derive(_flows(call.arguments()), node)
                self.graph.copy((part for value in call.arguments() for part in value.same), node)
            return None
        if name in methods.VALUES_AND_INDICES and (call.positional or call.keywords):
            value = self.operate(derived((receiver,)), call.node, call.context)
            return Value(value.same, value.parts, (value, PLAIN))
        if name == "prepare" and call.positional:
            return Value(join(call.positional).same, frozenset(), _several(call.positional))
        if name in ("items", "values"):
            return receiver._replace(items=(PLAIN, receiver) if name == "items" else None)
        return None

    def _self_returning(self, call: Call[Context], receiver: Value) -> None:
        if call.method in ("eval", "train"):
            self._is_used_as_module(call, receiver)
        if call.method == "requires_grad_":
            wanted = not call.node.args or _is_true(call.node.args[0])
            nodes = self.graph.origins(receiver.same)
            (self.notes.wants_grad if wanted else self.notes.frozen).update(nodes)

    def _is_used_as_module(self, call: Call[Context], receiver: Value) -> None:
        if call.node.args and call.method in ("eval", "half"):
            return
        self.notes.used_as_module |= self.graph.origins(receiver.same)
        assert isinstance(call.node.func, ast.Attribute)
        path = access_path(call.node.func.value)
        if path:
            self.notes.module_paths.add((call.function, path))

    def _changed(self, call: Call[Context], context: Context) -> Context:
        """The context after a method that puts a module into a mode or enters a guard."""
        if call.method == "enter_context" and call.positional:
            mode = self.guards.of_value(call.positional[0])
            if mode is not None:
                return replace(context, grad=self._within(context, mode), guard=call.node)
        if call.method not in ("eval", "train") or call.receiver is None:
            return context
        if self._is_external(call.receiver):
            return context
        evaluating = _evaluating(call.node, call.method)
        if evaluating is NotImplemented:
            return context
        assert isinstance(call.node.func, ast.Attribute)
        change = ModeChange(
            path=access_path(call.node.func.value),
            nodes=call.receiver.same,
            evaluating=evaluating,
            line=call.node.lineno,
            before=context.history,
        )
        self.notes.changes.append(change)
        return replace(context, history=change)

    # Guards, and functions that are handed over

    def _guard_call(self, call: Call[Context], mode: GradMode) -> tuple[Value, Context]:
        value = value_of(self.graph.intern(Kind.OBJECT, mode))
        if self.guards.switches_at_once(call):
            grad = self._within(call.context, mode)
            return value, replace(call.context, grad=grad, guard=call.node)
        if call.method == "__enter__":
            return value, replace(
                call.context, grad=self._within(call.context, mode), guard=call.node
            )
        guarded = replace(call, context=Context(mode, call.node))
        self._hand_over(guarded)
        return value, call.context

    def _hand_over(self, call: Call[Context]) -> None:
        """Functions of the file that a call gets as arguments may be called by it."""
        kinds = self.graph.kinds
        for value in call.arguments():
            for node in value.same:
                if kinds[node] is Kind.FUNCTION:
                    self.notes.handed_over.append((node, call, self._defers(call)))

    def _defers(self, call: Call[Context]) -> bool:
        name = self._external(call)
        if name is not None:
            return self.vocabulary.effect(name) is Effect.DEFERS
        return call.method in ("submit", "create_task", "apply_async", "run_in_executor")

    # Small helpers

    def _train(self, call: Call[Context], receiver: Value) -> None:
        values = call.arguments()
        outputs = values[:1]
        if call.method == "backward" and not self._is_external(receiver):
            # engine.backward(loss) differentiates its argument, loss.backward(grad) its receiver
            outputs = [receiver] if not values else [receiver, *values]
            values = outputs
        self._differentiate(call, derived(values), derived(outputs))

    def _differentiate(self, call: Call[Context], values: Value, outputs: Value) -> None:
        what = Differentiation(call.node, call.function, call.context, outputs)
        sink = self.graph.new(Kind.SINK, what)
        self.graph.derive(values.flows, sink)
        self.notes.differentiations.append((what, sink))

    def _use(self, value: Value, how: str, line: int) -> None:
        flows = value.flows
        if flows:
            self.graph.derive(flows, self.graph.new(Kind.SINK, PlainUse(how, line)))

    def _is_external(self, value: Value) -> bool:
        kinds = self.graph.kinds
        return bool(value.same) and all(kinds[node] is Kind.EXTERNAL for node in value.same)

    def _is_own_method(self, call: Call[Context]) -> bool:
        """Whether the receiver is known to be of a class of the file that defines the method."""
        assert call.receiver is not None
        for node in call.receiver.same:
            owner = self.graph.payloads[node]
            if isinstance(owner, Class) and call.method in owner.methods:
                return True
        return False


def _flows(values: Iterable[Value]) -> list[Node]:
    return [node for value in values for node in value.flows]


def _several(values: tuple[Value, ...]) -> tuple[Value, ...] | None:
    return values if len(values) > 1 else None


def _asks_for_gradient(node: ast.Call) -> bool:
    return any(
        keyword.arg == "requires_grad" and _is_true(keyword.value) for keyword in node.keywords
    )


def _is_true(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is True


def _evaluating(node: ast.Call, method: str) -> bool | None:
    """What `.eval()` or `.train(…)` sets; NotImplemented if it is no call of nn.Module."""
    arguments = [*node.args, *(keyword.value for keyword in node.keywords)]
    if method == "eval":
        return True if not arguments else NotImplemented
    if not arguments:
        return False
    if len(arguments) > 1 or (node.keywords and node.keywords[0].arg != "mode"):
        return NotImplemented
    mode = arguments[0]
    if isinstance(mode, ast.Constant) and isinstance(mode.value, bool):
        return not mode.value
    return None
