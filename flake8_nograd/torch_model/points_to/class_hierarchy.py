"""Classes of the file, their ancestors and their heirs, as far as the objects of names tell."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from flake8_nograd.flow.graph import FlowGraph, Node
from flake8_nograd.flow.scopes import Class, Function
from flake8_nograd.flow.values import Value


class ClassHierarchy:
    """The objects of every node, and the classes among them."""

    def __init__(self, graph: FlowGraph) -> None:
        self.graph = graph
        self.objects: defaultdict[Node, set[Node]] = defaultdict(set)
        self._heirs: defaultdict[Class, set[Class]] = defaultdict(set)

    def of(self, value: Value) -> set[Node]:
        """All objects that a value may be."""
        return {thing for node in value.aliases for thing in self.objects.get(node, ())}

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

    def heirs(self, cls: Class) -> set[Class]:
        """The classes of the file that derive from a class."""
        return self._heirs[cls]

    def implementations(self, cls: Class, name: str) -> set[Function]:
        """What a method call on an instance may run: the class's method or one of its heirs'."""
        found = {heir.methods[name] for heir in self._heirs[cls] if name in heir.methods}
        own = self.method(cls, name)
        return found | {own} if own is not None else found
