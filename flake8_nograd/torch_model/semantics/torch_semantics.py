"""The meaning of calls, attributes and `with` items for grad modes and graphs."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from flake8_nograd.flow.graph import Kind, Node
from flake8_nograd.flow.program import Call, Place, Program
from flake8_nograd.flow.scopes import Class, Function
from flake8_nograd.flow.semantics import AttributeStore, Store
from flake8_nograd.flow.values import PLAIN, Value, value_of
from flake8_nograd.syntax.access_path import access_path
from flake8_nograd.syntax.accumulations import KEEPING
from flake8_nograd.torch_model.semantics.accumulated import Accumulations
from flake8_nograd.torch_model.semantics.callbacks import Callbacks
from flake8_nograd.torch_model.semantics.context import Context, SavedMode, join_contexts
from flake8_nograd.torch_model.semantics.guard_uses import Entering, GuardUses, Suspended
from flake8_nograd.torch_model.semantics.guards import Guards
from flake8_nograd.torch_model.semantics.library_calls import LibraryCalls
from flake8_nograd.torch_model.semantics.literal_arguments import asks_for_gradient
from flake8_nograd.torch_model.semantics.method_calls import MethodCalls
from flake8_nograd.torch_model.semantics.observations import Observations
from flake8_nograd.torch_model.semantics.requires_grad import Settings
from flake8_nograd.torch_model.semantics.state_history import StateChange, depth_after
from flake8_nograd.torch_model.semantics.switch_points import SwitchPoints
from flake8_nograd.vocabulary import methods
from flake8_nograd.vocabulary.grad_modes import ASKS_MODE, GradMode
from flake8_nograd.vocabulary.lookup import Vocabulary

_LEAVING = frozenset(("__exit__", "close"))


class TorchSemantics:
    """Gives the interpreter's calls their meaning and keeps what later answers need."""

    def __init__(self, program: Program[Context], vocabulary: Vocabulary) -> None:
        self.program = program
        self.graph = program.graph
        self.observations = Observations(program.graph)
        self.guard_uses = GuardUses()
        self.accumulations = Accumulations(program.graph)
        self.points = SwitchPoints(program.graph)
        self._vocabulary = vocabulary
        self.guards = Guards(program.graph, vocabulary)
        self._callbacks = Callbacks(program, vocabulary)
        self._libraries = LibraryCalls(program.graph, self.observations, vocabulary)
        self._settings = Settings(self.observations)
        self._methods = MethodCalls(program.graph, self.observations, self._settings, vocabulary)

    def entry(self, function: Function) -> Context:
        """The grad mode that a function's decorators give it."""
        if function.node is None:
            return Context(GradMode.ON)
        return Context(GradMode.INHERITED.under(self.guards.of_decorators(function)))

    def join(self, contexts: Sequence[Context]) -> Context:
        """See `join_contexts`; a doubt of one branch lasts."""
        joined = join_contexts(contexts)
        points = dict.fromkeys(context.point for context in contexts)
        return joined if len(points) == 1 else joined._replace(point=self.points.after(points))

    def enter(self, item: ast.expr, value: Value, context: Context) -> Context:
        """A `with` item that is a guard sets the mode, any other leaves it."""
        mode = self.guards.of_value(value) or self.guards.of_uncalled(value)
        if self.guards.is_profiler(value):
            self.observations.profiled.add(item)
        self.guard_uses.entered.append(Entering(item, value, mode, context))
        if mode is None:
            return self._perhaps_inside(value, frozenset(), context)
        if mode.is_off:
            self.observations.guard_items.add(item)
        return context.inside(mode)

    def _perhaps_inside(self, value: Value, owners: frozenset[Node], context: Context) -> Context:
        """The context after something has been entered that may turn out to be a guard."""
        point = self.points.item(value.aliases, context.point)
        return context if point is None else context.inside(context.grad, owners, point)

    def leave(self, before: Context, inside: Context) -> Context:
        """After a guard the grad mode is what it was; modules stay in their mode."""
        if inside.entered is before.entered:
            return inside
        return inside.beside(before)

    def exit(self, function: Function, contexts: Sequence[Context]) -> None:
        """A function that switches recording and does not switch it back leaves it so."""
        is_module = function.node is None
        inherits = not function.is_generator and self.entry(function).grad is GradMode.INHERITED
        if is_module or inherits:
            self.points.exit(function, contexts)
        if inherits and any(context.grad.is_off for context in contexts):
            self.guard_uses.left_off.add(function)

    def suspend(
        self, node: ast.AST, function: Function, context: Context, place: Place | None
    ) -> None:
        """A guard around a `yield` lasts while the consumer goes on; a decorator does not."""
        if not context.grad.is_off or self.entry(function).grad.is_off:
            return
        if isinstance(node, ast.Yield | ast.YieldFrom):
            self.points.yields_guarded.add(function)
        if place is not None:
            self.guard_uses.suspended.append(Suspended(node, function, place))

    def iterate(self, value: Value, function: Function, context: Context) -> Context:
        """The body of a generator runs where it is iterated over."""
        self.observations.iteration(value, function, context)
        made = (self.graph.payloads[node] for node in self.graph.resolve_phis(value.aliases))
        calls = [call for call in made if isinstance(call, Call) and self._may_run_own(call)]
        if not calls:
            return context
        return context.inside(context.grad, point=self.points.loop(calls, context.point))

    def attribute(self, node: ast.Attribute, owner: Value, function: Function) -> Value | None:
        """Attributes of a tensor that carry no graph, and wrappers' modules."""
        if node.attr not in methods.TELLING_ATTRIBUTES or self._is_external(owner):
            return None
        if node.attr in methods.CUT_ATTRIBUTES and not any(self._own_classes(owner)):
            if node.attr == "data":
                self.observations.plain_use((owner,), ".data", node.lineno)
            return PLAIN
        if node.attr in methods.GRAPH_ATTRIBUTES:
            self.observations.inspection(owner)
        if node.attr in methods.MODULE_ATTRIBUTES:
            self.observations.used_as_module |= owner.aliases
        is_wrapper = node.attr in methods.WRAPPED_MODULE and not any(self._own_classes(owner))
        return owner if is_wrapper else None

    def store_attribute(
        self, store: AttributeStore, function: Function, place: Place | None, context: Context
    ) -> Context:
        """`p.requires_grad = …` freezes or asks for a gradient; a forward can be wrapped."""
        target, owner, source = store.target, store.owner, store.source
        if target.attr == "forward" and self.guards.of_value(store.value) is not None:
            self.observations.guarded |= owner.aliases
        if target.attr == "requires_grad" and isinstance(source, ast.Constant | ast.Name):
            nodes = self.graph.resolve_phis(owner.aliases)
            self._settings.note(nodes, source, function, place)
        return self._settings.carried_into(context)

    def observe(self, value: Value, node: ast.expr) -> None:
        """A comparison, test or format reads numbers."""
        how = "a comparison" if isinstance(node, ast.Compare) else "plain Python"
        self.observations.plain_use((value,), how, node.lineno)

    def discard(self, value: Value, node: ast.expr) -> None:
        """Remember results that nobody takes."""
        self.observations.discarded |= value.aliases
        if not isinstance(node, ast.Call) or node in self.guard_uses.calls:
            self.guard_uses.dropped.append((node, value))

    def accumulate(
        self, value: Value, function: Function, place: Place | None, context: Context
    ) -> Value:
        """See `Accumulations.tagged`."""
        if place is None:
            return value
        return self.accumulations.tagged(value, function, place, context)

    def operate(self, value: Value, node: ast.expr, context: Context) -> Value:
        """See `Observations.operation`."""
        return self.observations.operation(value, node, context)

    def runs(self, dotted: str) -> tuple[int, str] | None:
        """See `Vocabulary`."""
        return self._vocabulary.runs(dotted)

    def call(self, call: Call[Context]) -> tuple[Value, Context]:
        """The meaning of a call."""
        if call.receiver is None and call.imported is None:
            self._bind_method(call)
        mode = self.guards.of_call(call)
        self.guard_uses.note(call)
        if mode is not None:
            return self._guard_call(call, mode)
        self._callbacks.pass_on(call)
        value = None
        external = call.imported
        context = call.context
        if external in ASKS_MODE:
            value = value_of(self.graph.intern(Kind.OBJECT, SavedMode(context.grad, context.point)))
        elif external is not None:
            value = self._libraries.result(call, external)
        elif call.receiver is not None and not self._is_own_method(call):
            value = self._methods.result(call, call.receiver)
        if value is None:
            self.program.calls.append(call)
            value = value_of(call.result)
            if asks_for_gradient(call.node):
                self.observations.wants_grad.add(call.result)
        return value, self._settings.carried_into(self._context_after(call))

    def decorate(self, call: Call[Context]) -> None:
        """A decorator may hand the function to who runs it elsewhere."""
        self._callbacks.serve(call)

    def _bind_method(self, call: Call[Context]) -> None:
        """A method that was kept in a name is called on what it was read from."""
        kinds = self.graph.kinds
        nodes = [
            node
            for node in self.graph.resolve_phis(call.callee.aliases)
            if kinds[node] is not Kind.PHI
        ]
        if nodes and all(kinds[node] is Kind.FIELD for node in nodes):
            owners, names = zip(*map(self.graph.pair, nodes), strict=True)
            if len(set(names)) == 1 and names[0] in methods.KEPT_IN_NAMES:
                call.receiver, call.method = (
                    Value(frozenset(owners), call.callee.dependencies),
                    names[0],
                )

    def stores(self, call: Call[Context]) -> Iterable[Store]:
        """What a call keeps in its receiver or in one of its arguments."""
        if call.imported is not None:
            return self._libraries.stores(call, call.imported)
        if call.receiver is None or self._is_own_method(call):
            return ()
        stores = self._methods.stores(call, call.receiver)
        if call.method not in KEEPING:
            return stores
        return [
            store._replace(
                value=self.accumulate(store.value, call.function, call.place, call.context)
            )
            for store in stores
        ]

    def _guard_call(self, call: Call[Context], mode: GradMode) -> tuple[Value, Context]:
        value = value_of(self.graph.intern(Kind.OBJECT, mode))
        if call.method == "__enter__" and call.receiver is not None:
            return value, call.context.inside(mode, call.receiver.aliases)
        if self.guards.switches_at_once(call):
            saved = self.guards.saved(call)
            return value, call.context.switched(mode, saved.point if saved else None)
        self._callbacks.pass_on(replace(call, context=call.context.switched(mode)))
        return value, call.context

    def _context_after(self, call: Call[Context]) -> Context:
        """The context after a method that puts a module into a mode, enters or leaves a guard."""
        context = call.context
        if self._may_run_own(call):
            context = context._replace(point=self.points.call(call))
        if call.receiver is None or self._is_external(call.receiver):
            return context
        if call.method in _LEAVING:
            return context.left(call.receiver.aliases)
        if call.method == "enter_context" and call.positional:
            return self._enter_by_stack(call.positional[0], call.receiver.aliases, context)
        if call.method not in ("eval", "train") or not _sets_mode(call.node, call.method):
            return context
        assert isinstance(call.node.func, ast.Attribute)
        change = StateChange(
            path=access_path(call.node.func.value),
            nodes=call.receiver.aliases,
            to=_evaluating(call.node, call.method),
            line=call.node.lineno,
            before=context.history,
            depth=depth_after(context.history),
            function=call.function,
        )
        self.observations.changes.append(change)
        return context._replace(history=change)

    def _enter_by_stack(self, value: Value, owners: frozenset[Node], context: Context) -> Context:
        mode = self.guards.of_value(value)
        if mode is None:
            return self._perhaps_inside(value, owners, context)
        return context.inside(mode, owners)

    def _may_run_own(self, call: Call[Context]) -> bool:
        """Whether a call may run a function of the file, judging by the name."""
        is_defined = call.name in self.program.functions_named
        return is_defined or bool(self.graph.of_kind(Kind.CLASS, call.callee.aliases))

    def _is_external(self, value: Value) -> bool:
        same = value.aliases
        return bool(same) and self.graph.of_kind(Kind.EXTERNAL, same) == same

    def _is_own_method(self, call: Call[Context]) -> bool:
        """Whether the receiver is known to be of a class of the file that defines the method."""
        assert call.receiver is not None
        if call.method not in self.program.functions_named:
            return False
        return any(call.method in cls.methods for cls in self._own_classes(call.receiver))

    def _own_classes(self, value: Value) -> Iterator[Class]:
        """Classes of the file, and their ancestors, of which a value is seen to be an instance."""
        payloads = self.graph.payloads
        todo = list(self.graph.resolve_phis(value.aliases))
        while todo:
            what = payloads[todo.pop()]
            if isinstance(what, Call):
                todo.extend(
                    node for node in what.callee.aliases if isinstance(payloads[node], Class)
                )
            elif isinstance(what, Class):
                yield what
                todo.extend(node for base in what.bases for node in base.aliases)


def _sets_mode(node: ast.Call, method: str) -> bool:
    """Whether the arguments are those of nn.Module's method, not of another's `eval`."""
    if method == "eval":
        return not node.args and not node.keywords
    return len(node.args) + len(node.keywords) <= 1 and not any(
        keyword.arg != "mode" for keyword in node.keywords
    )


def _evaluating(node: ast.Call, method: str) -> bool | None:
    """Whether `.eval()` or `.train(…)` turns eval mode on; None if a condition decides."""
    arguments = [*node.args, *(keyword.value for keyword in node.keywords)]
    if not arguments:
        return method == "eval"
    mode = arguments[0]
    if isinstance(mode, ast.Constant) and isinstance(mode.value, bool):
        return not mode.value
    return None
