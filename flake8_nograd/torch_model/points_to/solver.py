"""What each value may be: a points-to analysis that builds the call graph on the way.

Objects are nodes too: imported names, functions, classes and instances of the file, and `Made`
objects that come out of libraries. They flow along copy edges; a callee that turns out to be a
function of the file adds the edges of its parameters and results.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterator

from flake8_nograd.flow.graph import Edges, Kind, Node
from flake8_nograd.flow.program import Call, CallbackArgument, Program, Read
from flake8_nograd.flow.scopes import Class, Function
from flake8_nograd.flow.values import Value
from flake8_nograd.torch_model.points_to.abstract_objects import Made, Parent, Partial, made_by
from flake8_nograd.torch_model.points_to.argument_binding import (
    bindings,
    callback_call,
    is_bound,
    is_method,
)
from flake8_nograd.torch_model.points_to.class_hierarchy import ClassHierarchy
from flake8_nograd.torch_model.points_to.wrappers import Entry, Wrappers
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


class PointsTo(ClassHierarchy):
    """The objects of every node, and who calls which function of the file."""

    def __init__(self, program: Program[Context], vocabulary: Vocabulary) -> None:
        super().__init__(program.graph, program.classes)
        self.callers: defaultdict[Function, list[Call[Context]]] = defaultdict(list)
        self.callees: defaultdict[Node, set[Node]] = defaultdict(set)
        self.object_flow: Edges = defaultdict(list)  # objects follow calls, whichever call it was
        self.callbacks: defaultdict[Function, list[Call[Context]]] = defaultdict(list)
        self.wrappers = Wrappers()
        self._vocabulary = vocabulary
        self._called_back_by: set[tuple[Node, Function]] = set()
        self._bound: set[tuple[Node, Function]] = set()
        self._by_callee: defaultdict[Node, list[Call[Context]]] = defaultdict(list)
        self._partials: defaultdict[Node, list[Call[Context]]] = defaultdict(list)
        self._borrowers: defaultdict[Node, list[CallbackArgument[Context]]] = defaultdict(list)
        self._pending_callbacks: list[tuple[CallbackArgument[Context], Node, Node]] = []
        self._queue: deque[tuple[Node, Node]] = deque()
        for call in (*program.calls, *program.decorations):
            for node in call.callee.aliases:
                self._by_callee[node].append(call)
        for item in program.callback_arguments:
            for node in item.given:
                self._borrowers[node].append(item)
        self._solve(program)

    def runs_own_function(self, call: Call[Context]) -> bool:
        """Whether a call runs a function of the file."""
        things = self.callees.get(call.result)
        return bool(things and self.graph.of_kind(Kind.FUNCTION, things))

    def bindings(self, call: Call[Context], function: Function) -> Iterator[tuple[str, Value]]:
        """Pairs of a parameter of a function and what a call of it gives for it."""
        return bindings(call, function, (call.result, function) in self._bound)

    def runs_of(self, function: Function) -> list[Call[Context]]:
        """The calls that run a function, themselves or through what they are given."""
        return [*self.callers.get(function, ()), *self.callbacks.get(function, ())]

    def is_run(self, function: Function) -> bool:
        """Whether the file calls a function, by its name or by that of one that it wraps."""
        return bool(self.callers.get(function) or self.wrappers.kept_back.get(function))

    def may_be_called(self, program: Program[Context]) -> Iterator[tuple[Function, Call[Context]]]:
        """Methods of the file that a call on a receiver of which nothing is known may run."""
        by_name: defaultdict[str, list[Function]] = defaultdict(list)
        for cls in program.classes:
            for name, method in cls.methods.items():
                by_name[name].append(method)
        for call in program.calls:
            if call.receiver is None or self.callees.get(call.result) or self.of(call.receiver):
                continue
            yield from ((method, call) for method in by_name.get(call.method, ()))

    def run_by(self, read: Read[Context], program: Program[Context]) -> set[Function]:
        """Properties of the file that reading an attribute may run."""
        payloads = (self.graph.payloads[thing] for thing in self.of(read.owner))
        known = [what for what in payloads if isinstance(what, Class)]
        return {
            method
            for cls in known or program.classes
            for method in self.implementations(cls, read.attribute)
            if method.is_property
        }

    def _solve(self, program: Program[Context]) -> None:
        for node, kind in enumerate(self.graph.kinds):
            if kind in _OBJECTS:
                self._add(node, node)
        self._run()
        for cls in program.classes:
            self._inherit(cls)
        for cls in self._find_heirs():
            self._queue.extend(self._uses_of(cls))
        self._run()
        self._run_callbacks()

    def _uses_of(self, cls: Class) -> list[tuple[Node, Node]]:
        """Look again at the attributes of a class whose heirs have become known."""
        own = self.graph.intern(Kind.INSTANCE, cls)
        return [(own, own)]

    def _run(self) -> None:
        while self._queue:
            node, thing = self._queue.popleft()
            for edges in (self.graph.copies, self.object_flow):
                for target in edges.get(node, ()):
                    self._add(target, thing)
            for call in self._by_callee.get(node, ()):
                self._called(call, thing)
            for field in self.graph.fields_of(node):
                self._field(field, node, thing)
            if node in self._partials:
                for call in tuple(self._partials[node]):
                    self._complete(call, node, thing)
            if node in self._borrowers and self._runs(thing):
                self._pending_callbacks.extend(
                    (item, node, thing) for item in self._borrowers[node]
                )

    def _add(self, node: Node, thing: Node) -> None:
        things = self.objects[node]
        if thing not in things:
            things.add(thing)
            self._queue.append((node, thing))
            if node in self._base_nodes:
                self._forget_bases()

    def _copy(self, source: Node, target: Node) -> None:
        """A new copy edge, along which what is already known flows at once."""
        if target not in self.graph.copies.get(source, ()):
            self.graph.copy((source,), target)
            self._spread(source, target)

    def _flow_object(self, source: Node, target: Node) -> None:
        """A new edge for objects alone."""
        if source != target and target not in self.object_flow.get(source, ()):
            self.object_flow[source].append(target)
            self._spread(source, target)

    def _spread(self, source: Node, target: Node) -> None:
        for thing in tuple(self.objects.get(source, ())):
            self._add(target, thing)

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
                self._queue.extend((node, thing) for thing in self.objects[node])
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
        self.callers[function].append(call)
        self._bind(call, function, bound)
        for other in self.wrappers.give_out(entry):
            self._take_in(other)

    def _bind(self, call: Call[Context], function: Function, bound: bool) -> None:
        if bound:
            self._bound.add((call.result, function))
        for name, value in bindings(call, function, bound):
            parameter = self.graph.intern(Kind.PARAMETER, (function, name))
            for node in value.flows:
                self.graph.enters[node].append(parameter)
            for node in value.aliases:
                self._flow_object(node, parameter)

    def _leave(self, returned: Node, result: Node) -> None:
        self.graph.leaves[returned].append(result)
        self._flow_object(returned, result)
