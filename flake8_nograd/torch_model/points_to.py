"""What each value may be: a points-to analysis that builds the call graph on the way.

Objects are nodes too: imported names, functions, classes and instances of the file, and `Made`
objects that come out of libraries. They flow along copy edges; a callee that turns out to be a
function of the file adds the edges of its parameters and results.
"""

from __future__ import annotations

import ast
from collections import defaultdict, deque
from collections.abc import Iterator
from dataclasses import dataclass

from flake8_nograd.flow.graph import Edges, Kind, Node
from flake8_nograd.flow.program import Call, Program
from flake8_nograd.flow.scopes import Class, Function
from flake8_nograd.flow.values import Value
from flake8_nograd.torch_model.binding import bindings, is_bound, is_property
from flake8_nograd.torch_model.context import Context
from flake8_nograd.torch_model.vocabulary.effects import Effect
from flake8_nograd.torch_model.vocabulary.layers import GUARDED_HUB
from flake8_nograd.torch_model.vocabulary.lookup import Vocabulary

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


@dataclass(frozen=True, slots=True)
class Made:
    """An object that a library call has made."""

    effect: Effect
    name: str


class PointsTo:
    """The objects of every node, and who calls which function of the file."""

    def __init__(self, program: Program[Context], vocabulary: Vocabulary) -> None:
        self.graph = program.graph
        self.objects: defaultdict[Node, set[Node]] = defaultdict(set)
        self.callers: defaultdict[Function, list[Call[Context]]] = defaultdict(list)
        self.callees: defaultdict[Node, set[Node]] = defaultdict(set)
        self.hops: Edges = defaultdict(list)  # objects follow calls, whichever call it was
        self._vocabulary = vocabulary
        self._by_callee: defaultdict[Node, list[Call[Context]]] = defaultdict(list)
        self._fields: defaultdict[Node, list[Node]] = defaultdict(list)
        self._queue: deque[tuple[Node, Node]] = deque()
        self._heirs: defaultdict[Class, set[Class]] = defaultdict(set)
        for call in program.calls:
            for node in call.callee.same:
                self._by_callee[node].append(call)
        for node in self.graph.interned(Kind.FIELD):
            self._fields[self._of_field(node)[0]].append(node)
        self._solve(program)

    def runs_own_function(self, call: Call[Context]) -> bool:
        """Whether a call runs a function of the file."""
        things = self.callees.get(call.result, ())
        return any(self.graph.kinds[thing] is Kind.FUNCTION for thing in things)

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

    def of(self, value: Value) -> set[Node]:
        """All objects that a value may be."""
        return {thing for node in value.same for thing in self.objects.get(node, ())}

    def bases(self, cls: Class) -> Iterator[Class]:
        """The base classes of a class that are in the file."""
        for base in cls.bases:
            for thing in self.of(base):
                payload = self.graph.payloads[thing]
                if isinstance(payload, Class) and payload is not cls:
                    yield payload

    def ancestry(self, cls: Class) -> list[Class]:
        """A class and all its ancestors in the file, nearest first."""
        found = [cls]
        for ancestor in found:
            found.extend(base for base in self.bases(ancestor) if base not in found)
        return found

    def method(self, cls: Class, name: str) -> Function | None:
        """A method of a class or of its ancestors in the file."""
        for ancestor in self.ancestry(cls):
            if name in ancestor.methods:
                return ancestor.methods[name]
        return None

    def implementations(self, cls: Class, name: str) -> set[Function]:
        """What a method call on an instance may run: the class's method or one of its heirs'."""
        found = {heir.methods[name] for heir in self._heirs[cls] if name in heir.methods}
        own = self.method(cls, name)
        return found | {own} if own is not None else found

    def _of_field(self, field: Node) -> tuple[Node, str]:
        return self.graph.pair(field)

    def _solve(self, program: Program[Context]) -> None:
        for node, kind in enumerate(self.graph.kinds):
            if kind in _OBJECTS:
                self._add(node, node)
        self._run()
        for cls in program.classes:
            self._inherit(cls)
            for ancestor in self.ancestry(cls)[1:]:
                self._heirs[ancestor].add(cls)
                self._queue.extend(self._uses_of(ancestor))
        self._run()

    def _uses_of(self, cls: Class) -> list[tuple[Node, Node]]:
        """Look again at the attributes of a class whose heirs have become known."""
        own = self.graph.intern(Kind.INSTANCE, cls)
        return [(own, own)]

    def _run(self) -> None:
        while self._queue:
            node, thing = self._queue.popleft()
            for target in self.graph.copies.get(node, ()):
                self._add(target, thing)
            for target in self.hops.get(node, ()):
                self._add(target, thing)
            for call in self._by_callee.get(node, ()):
                self._called(call, thing)
            for field in tuple(self._fields.get(node, ())):
                self._field(field, node, thing)

    def _add(self, node: Node, thing: Node) -> None:
        things = self.objects[node]
        if thing not in things:
            things.add(thing)
            self._queue.append((node, thing))

    def _edge(self, source: Node, target: Node, edges: Edges) -> None:
        """A new edge, along which what is already known flows at once."""
        if source != target and target not in edges.get(source, ()):
            edges[source].append(target)
            for thing in tuple(self.objects.get(source, ())):
                self._add(target, thing)

    def _inherit(self, cls: Class) -> None:
        """Attributes of a class and of its bases in the file are the same ones."""
        own = self.graph.intern(Kind.INSTANCE, cls)
        for base in self.bases(cls):
            parent = self.graph.intern(Kind.INSTANCE, base)
            for first, second in ((own, parent), (parent, own)):
                for field in tuple(self._fields.get(first, ())):
                    self._share(field, second)

    def _share(self, field: Node, owner: Node) -> None:
        """Make an attribute of one owner the same as that of another."""
        name = self._of_field(field)[1]
        known = self.graph.find(Kind.FIELD, (owner, name))
        twin = self.graph.field(owner, name)
        if known is None:
            self._fields[owner].append(twin)
            for thing in tuple(self.objects.get(owner, ())):
                self._field(twin, owner, thing)
        self._edge(field, twin, self.graph.copies)
        self._edge(twin, field, self.graph.copies)

    def _field(self, field: Node, owner: Node, thing: Node) -> None:
        """An attribute of a value that turns out to be a certain object."""
        name = self._of_field(field)[1]
        what = self.graph.payloads[thing]
        if self.graph.kinds[thing] is Kind.EXTERNAL:
            self._add(field, self.graph.intern(Kind.EXTERNAL, f"{what}.{name}"))
        elif isinstance(what, Made) and what.effect is Effect.FOREIGN:
            self._add(field, self.graph.intern(Kind.EXTERNAL, f"{what.name}.{name}"))
        elif isinstance(what, Class):
            found = self.implementations(what, name)
            if not found and thing != owner:
                self._share(field, thing)
            for method in found:
                self._method(field, method)

    def _method(self, field: Node, method: Function) -> None:
        """An attribute that turns out to be a method, or what a property gives."""
        if is_property(method):
            result = self.graph.intern(Kind.RETURN, method)
            self._edge(result, field, self.graph.copies)
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
        elif isinstance(what, Class) and kind is Kind.CLASS:
            self._add(call.result, self.graph.intern(Kind.INSTANCE, what))
            self._enter_method(call, what, "__init__")
        elif isinstance(what, Class):
            self._enter_method(call, what, "__call__")
        elif kind is Kind.EXTERNAL:
            self._make(call, str(what))

    def _make(self, call: Call[Context], name: str) -> None:
        effect = self._vocabulary.effect(name)
        if name == "torch.hub.load" and _names_guarded_repository(call):
            effect = Effect.GUARDED
        if effect is Effect.WRAP:
            for value in call.positional:
                for node in value.same:
                    self._edge(node, call.result, self.graph.copies)
        elif effect is not None and effect in _MAKING:
            made = self.graph.intern(Kind.OBJECT, Made(effect, name))
            self._add(call.result, made)
            first = self.graph.find(Kind.ITEM, (call.result, 0))
            if first is not None:
                self._add(first, made)

    def _enter_method(self, call: Call[Context], cls: Class, name: str) -> None:
        method = self.method(cls, name)
        if method is not None:
            self._enter(call, method, bound=True)

    def _enter(self, call: Call[Context], function: Function, bound: bool) -> None:
        """Lead arguments into parameters, and what the function returns out of the call."""
        self.callers[function].append(call)
        for name, value in bindings(call, function, bound):
            parameter = self.graph.intern(Kind.PARAMETER, (function, name))
            for node in value.flows:
                self.graph.enters[node].append(parameter)
            for node in value.same:
                self._edge(node, parameter, self.hops)
        self._leave(self.graph.intern(Kind.RETURN, function), call.result)
        if len(function.returned_tuples) == 1:
            (count,) = function.returned_tuples
            for position in range(count or 0):
                item = self.graph.intern(Kind.RETURN, (function, position))
                self._leave(item, self.graph.intern(Kind.ITEM, (call.result, position)))

    def _leave(self, returned: Node, result: Node) -> None:
        self.graph.leaves[returned].append(result)
        self._edge(returned, result, self.hops)


def _names_guarded_repository(call: Call[Context]) -> bool:
    first = call.node.args[0] if call.node.args else None
    return isinstance(first, ast.Constant) and str(first.value).startswith(GUARDED_HUB)
