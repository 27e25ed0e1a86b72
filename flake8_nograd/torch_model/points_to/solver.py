"""What each value may be: a points-to analysis that builds the call graph on the way.

Objects are nodes too: imported names, functions, classes and instances of the file, and `Made`
objects that come out of libraries. They flow along copy edges; a callee that turns out to be a
function of the file adds the edges of its parameters and results.
"""

from __future__ import annotations

from collections import defaultdict, deque

from flake8_nograd.flow.graph import Kind, Node
from flake8_nograd.flow.program import Call, CallbackArgument, Program
from flake8_nograd.flow.scopes import Class, Function
from flake8_nograd.torch_model.points_to.abstract_objects import Made, Parent, Partial, made_by
from flake8_nograd.torch_model.points_to.argument_binding import (
    bindings,
    callback_call,
    is_bound,
    is_method,
)
from flake8_nograd.torch_model.points_to.call_graph import CallGraph
from flake8_nograd.torch_model.points_to.wrappers import Entry
from flake8_nograd.torch_model.semantics.context import Context
from flake8_nograd.vocabulary.effect import Effect
from flake8_nograd.vocabulary.lookup import Vocabulary

_OBJECTS = frozenset((Kind.EXTERNAL, Kind.FUNCTION, Kind.CLASS, Kind.INSTANCE, Kind.OBJECT))
_MAKING = frozenset(
    {
        Effect.MODULE,
        Effect.LIKELY_MODULE,
        Effect.LAYER,
        Effect.OBJECT,
        Effect.FOREIGN,
        Effect.OPTIMIZER,
        Effect.GUARDED,
    }
)

# `while node: node = node.next` would find a longer name each time round; no honest attribute has
# so many.
_MOST_NAMES = 16
_NOTHING: set[Node] = set()


class PointsTo(CallGraph):
    """The objects of every node, and who calls which function of the file."""

    def __init__(self, program: Program[Context], vocabulary: Vocabulary) -> None:
        super().__init__(program)
        # Objects follow calls, whichever call it was.
        self.object_flow: defaultdict[Node, dict[Node, None]] = defaultdict(dict)
        self._copied: dict[Node, set[Node]] = {}
        self._vocabulary = vocabulary
        self._called_back_by: set[tuple[Node, Function]] = set()
        self._by_callee: defaultdict[Node, list[Call[Context]]] = defaultdict(list)
        self._partials: defaultdict[Node, list[Call[Context]]] = defaultdict(list)
        self._borrowers: defaultdict[Node, list[CallbackArgument[Context]]] = defaultdict(list)
        self._pending_callbacks: list[tuple[CallbackArgument[Context], Node, Node]] = []
        self._queue: deque[Node] = deque()
        self._new: dict[Node, set[Node]] = {}
        for call in (*program.calls, *program.decorations):
            for node in call.callee.aliases:
                self._by_callee[node].append(call)
        for item in program.callback_arguments:
            for node in item.given:
                self._borrowers[node].append(item)
        self._solve(program)

    def _solve(self, program: Program[Context]) -> None:
        for node, kind in enumerate(self.graph.kinds):
            if kind in _OBJECTS:
                self._add(node, node)
        self._run()
        for cls in program.classes:
            self._inherit(cls)
        for cls in self._find_heirs():  # look again at their attributes
            own = self.graph.intern(Kind.INSTANCE, cls)
            self._enqueue(own, {own})
        self._run()
        self._run_callbacks()

    def _run(self) -> None:
        while self._queue:
            node = self._queue.popleft()
            new = self._new.pop(node)
            calls, fields = self._by_callee.get(node, ()), self.graph.fields_of(node)
            self.budget.spend(len(new) * (1 + len(calls) + len(fields)))
            for edges in (self.graph.copies, self.object_flow):
                for target in edges.get(node, ()):
                    self._add_all(target, new)
            for thing in new:
                for call in calls:
                    self._called(call, thing)
                for field in fields:
                    self._field(field, node, thing)
                for call in tuple(self._partials.get(node, ())):
                    self._complete(call, node, thing)
                if node in self._borrowers and self._runs(thing):
                    self._pending_callbacks.extend(
                        (item, node, thing) for item in self._borrowers[node]
                    )

    def _add(self, node: Node, thing: Node) -> None:
        self._add_all(node, {thing})

    def _add_all(self, node: Node, things: set[Node]) -> None:
        known = self.objects[node]
        new = things - known
        if new:
            known |= new
            self._enqueue(node, new)
            if node in self._base_nodes:
                self._forget_bases()

    def _enqueue(self, node: Node, things: set[Node]) -> None:
        """Let a node, with what is new in it, wait for its turn."""
        waiting = self._new.get(node)
        if waiting is None:
            self._new[node] = things
            self._queue.append(node)
        else:
            waiting |= things

    def _copy(self, source: Node, target: Node) -> None:
        """A new copy edge, along which what is already known flows at once."""
        if source not in self._copied:
            self._copied[source] = set(self.graph.copies.get(source, ()))
        if target not in self._copied[source]:
            self._copied[source].add(target)
            self.graph.copy((source,), target)
            self._add_all(target, self.objects.get(source, _NOTHING))

    def _flow_object(self, source: Node, target: Node) -> None:
        """A new edge for objects alone."""
        if source != target and target not in self.object_flow.get(source, ()):
            self.object_flow[source][target] = None
            self._add_all(target, self.objects.get(source, _NOTHING))

    def _inherit(self, cls: Class) -> None:
        """Attributes of a class and of its bases in the file are the same ones."""
        own = self.graph.intern(Kind.INSTANCE, cls)
        for base in self.bases(cls):
            parent = self.graph.intern(Kind.INSTANCE, base)
            for first, second in ((own, parent), (parent, own)):
                for field in self.graph.fields_of(first):
                    self._share(field, second)

    def _share(self, field: Node, owner: Node) -> None:
        """Make an attribute of one owner the same as that of another."""
        self.budget.spend(8)
        name = self.graph.pair(field)[1]
        known = self.graph.find(Kind.FIELD, (owner, name))
        twin = self.graph.field(owner, name)
        if known is None:
            for thing in tuple(self.objects.get(owner, ())):
                self._field(twin, owner, thing)
        self._copy(field, twin)
        self._copy(twin, field)

    def _field(self, field: Node, owner: Node, thing: Node) -> None:
        """An attribute of a value that turns out to be a certain object."""
        name = self.graph.pair(field)[1]
        what = self.graph.payloads[thing]
        if self.graph.kinds[thing] is Kind.EXTERNAL:
            self._name(field, f"{what}.{name}")
        elif isinstance(what, Parent):
            for base in self.bases(what.cls):
                method = self.method(base, name)
                if method is not None:
                    self._method(field, method)
        elif isinstance(what, Made) and what.effect is Effect.FOREIGN:
            self._name(field, f"{what.name}.{name}")
        elif isinstance(what, Class):
            found = self.implementations(what, name)
            if not found and thing != owner:
                self._share(field, thing)
            for method in found:
                self._method(field, method)

    def _name(self, field: Node, dotted: str) -> None:
        """An attribute that turns out to be something imported, or of something made by it."""
        if len(self.objects[field]) < _MOST_NAMES:
            self._add(field, self.graph.intern(Kind.EXTERNAL, dotted))

    def _method(self, field: Node, method: Function) -> None:
        """An attribute that turns out to be a method, or what a property gives."""
        if method.is_property:
            result = self.graph.intern(Kind.RETURN, method)
            self._copy(result, field)
        else:
            self._add(field, self.graph.intern(Kind.FUNCTION, method))

    def _called(self, call: Call[Context], thing: Node) -> None:
        """A call whose callee turns out to be a certain object."""
        if thing in self.callees[call.result]:
            return
        self.callees[call.result].add(thing)
        kind, what = self.graph.kinds[thing], self.graph.payloads[thing]
        if isinstance(what, Function) and kind is Kind.FUNCTION:
            self._enter(call, what, is_bound(call, what))
        elif isinstance(what, Partial):
            self.callees[call.result].add(self.graph.intern(Kind.FUNCTION, what.function))
            self._enter(what.completed(call), what.function, is_method(what.function))
        elif isinstance(what, Class) and kind is Kind.CLASS:
            self._add(call.result, self.graph.intern(Kind.INSTANCE, what))
            self._enter_method(call, what, "__init__")
        elif isinstance(what, Class):
            self._enter_method(call, what, "__call__")
        elif kind is Kind.EXTERNAL:
            self._make(call, str(what))

    def _make(self, call: Call[Context], name: str) -> None:
        effect = self._vocabulary.effect(name)
        if effect is Effect.PARTIAL and call.positional:
            for node in call.positional[0].aliases:
                self._partials[node].append(call)
                self._enqueue(node, set(self.objects[node]))
        elif effect is Effect.WRAP:
            for value in call.positional:
                for node in value.aliases:
                    self._copy(node, call.result)
        elif effect is not None and effect in _MAKING:
            made = self.graph.intern(Kind.OBJECT, made_by(call, effect, name))
            self._add(call.result, made)
            first = self.graph.find(Kind.ITEM, (call.result, 0))
            if first is not None:
                self._add(first, made)

    def _enter_method(self, call: Call[Context], cls: Class, name: str) -> None:
        method = self.method(cls, name)
        if method is not None:
            self._enter(call, method, bound=True)

    def is_unknown_result(self, node: Node) -> bool:
        """Whether a value is what a call gives of which nobody knows what it calls."""
        return self.graph.kinds[node] is Kind.CALL and not self.callees.get(node)

    def _runs(self, thing: Node) -> bool:
        return self.graph.kinds[thing] is Kind.FUNCTION or isinstance(
            self.graph.payloads[thing], Partial
        )

    def _complete(self, call: Call[Context], node: Node, thing: Node) -> None:
        """A partial turns out to be that of a function of the file, or of anything else."""
        what = self.graph.payloads[thing]
        if isinstance(what, Function) and self.graph.kinds[thing] is Kind.FUNCTION:
            self._add(call.result, self.graph.intern(Kind.OBJECT, Partial(what, call)))
        else:
            self._copy(node, call.result)

    def _run_callbacks(self) -> None:
        """Run the functions that calls get as arguments, unless the file shows who calls them."""
        given_back = []
        while self._pending_callbacks:
            pending, self._pending_callbacks = self._pending_callbacks, []
            for item in pending:
                if item[0].gives_back:
                    given_back.append(item)
                else:
                    self._run_callback(*item)
            self._run()
        for item in given_back:
            self._run_callback(*item)
        self._run()

    def _run_callback(self, item: CallbackArgument[Context], node: Node, thing: Node) -> None:
        what = self.graph.payloads[thing]
        call = callback_call(item, node)
        if isinstance(what, Partial):
            call, what = what.completed(call), what.function
        assert isinstance(what, Function)
        known = self._runs_own(item.call) or (item.gives_back and self.callers.get(what))
        if not known and (call.result, what) not in self._called_back_by:
            self._called_back_by.add((call.result, what))
            self.callbacks[what].append(call)
            self._bind(call, what, is_method(what))
            self.graph.leaves[self.graph.intern(Kind.RETURN, what)].append(call.result)

    def _runs_own(self, call: Call[Context]) -> bool:
        """Whether a call runs something that the file defines."""
        for thing in self.callees.get(call.result, ()):
            what = self.graph.payloads[thing]
            if self._runs(thing) or (
                isinstance(what, Class) and any(map(what.methods.get, ("__init__", "__call__")))
            ):
                return True
        return False

    def _enter(self, call: Call[Context], function: Function, bound: bool) -> None:
        """Lead arguments into parameters, and what the function returns out of the call."""
        self._take_in(Entry(call, function, bound))
        if call.decorates is not None:
            return  # the name stands for the function, whatever the decorator gives back
        self._leave(self.graph.intern(Kind.RETURN, function), call.result)
        if len(function.returned_tuples) == 1:
            (count,) = function.returned_tuples
            for position in range(count or 0):
                item = self.graph.intern(Kind.RETURN, (function, position))
                self._leave(item, self.graph.intern(Kind.ITEM, (call.result, position)))

    def _take_in(self, entry: Entry) -> None:
        call, function, bound = entry
        if not self.callers.get(call.function) and self.wrappers.keep_back(entry):
            return
        self.budget.spend(5)
        self.callers[function].append(call)
        self._bind(call, function, bound)
        for other in self.wrappers.give_out(entry):
            self._take_in(other)

    def _bind(self, call: Call[Context], function: Function, bound: bool) -> None:
        if bound:
            self._bound.add((call.result, function))
        for name, value in bindings(call, function, bound):
            self.budget.spend(5)
            parameter = self.graph.intern(Kind.PARAMETER, (function, name))
            for node in value.flows:
                self.graph.enters[node].append(parameter)
            for node in value.aliases:
                self._flow_object(node, parameter)

    def _leave(self, returned: Node, result: Node) -> None:
        self.graph.leaves[returned].append(result)
        self._flow_object(returned, result)
