"""Classes of the file, their ancestors and their heirs, as far as the objects of names tell.

Sets of classes are numbers with a bit for each, so that a chain of very many classes, of which
each has all those before it for ancestors, takes next to no time.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterable, Iterator, Sequence
from itertools import chain, islice

from flake8_nograd.flow.graph import FlowGraph, Node
from flake8_nograd.flow.scopes import Class, Function
from flake8_nograd.flow.values import Value

ClassSet = int

# A base class out of a table may be any class in it; no honest one has so many.
MOST_BASES = 16


class ClassHierarchy:
    """The objects of every node, and the classes among them."""

    def __init__(self, graph: FlowGraph, classes: Iterable[Class]) -> None:
        self.graph = graph
        self.objects: defaultdict[Node, set[Node]] = defaultdict(set)
        self._classes = list(classes)
        self._number = {cls: number for number, cls in enumerate(self._classes)}
        self._defining: defaultdict[str, ClassSet] = defaultdict(int)
        for cls, number in self._number.items():
            for name in cls.methods:
                self._defining[name] |= 1 << number
        self._heirs: dict[Class, ClassSet] = {}
        self._bases: dict[Class, tuple[Class, ...]] = {}
        self._ancestors: dict[Class, ClassSet] = {}
        self._inherited: dict[tuple[Class, str], Function] = {}
        self._base_nodes = {
            node for cls in self._classes for base in cls.bases for node in base.aliases
        }

    def of(self, value: Value) -> set[Node]:
        """All objects that a value may be."""
        objects = self.objects
        if len(value.aliases) == 1:
            (node,) = value.aliases
            return objects.get(node) or set()
        return {thing for node in value.aliases for thing in objects.get(node, ())}

    def base_objects(self, cls: Class) -> list[Node]:
        """What the base classes of a class may be, up to a number that none should exceed."""
        things = chain.from_iterable(map(self.of, cls.bases))
        return list(dict.fromkeys(islice(things, MOST_BASES)))

    def bases(self, cls: Class) -> Sequence[Class]:
        """The base classes of a class that are in the file."""
        bases = self._bases.get(cls)
        if bases is None:
            payloads = map(self.graph.payloads.__getitem__, self.base_objects(cls))
            found = (what for what in payloads if isinstance(what, Class) and what is not cls)
            bases = self._bases[cls] = tuple(dict.fromkeys(found))
        return bases

    def bases_first(self, cls: Class, known: Container[Class]) -> list[Class]:
        """A class and those of its ancestors that are not known yet, each after its bases.

        Classes that derive from themselves by way of a table are met in some order.
        """
        if cls in known:
            return []
        found: dict[Class, None] = {}
        seen = {cls}
        todo = [(cls, iter(self.bases(cls)))]
        while todo:
            current, bases = todo[-1]
            for base in bases:
                if base not in seen and base not in known:
                    seen.add(base)
                    todo.append((base, iter(self.bases(base))))
                    break
            else:
                found[current] = None
                todo.pop()
        return list(found)

    def method(self, cls: Class, name: str) -> Function | None:
        """A method of a class or of its ancestors in the file, of the nearest that defines it."""
        own = cls.methods.get(name)
        if own is not None:
            return own
        candidates = self._defining.get(name, 0) and self._defining[name] & self._above(cls)
        if not candidates:
            return None
        if candidates & (candidates - 1):
            return self._inherit_one(cls, name, candidates)
        return self._classes[candidates.bit_length() - 1].methods[name]

    def heirs(self, cls: Class) -> ClassSet:
        """The classes of the file that derive from a class."""
        return self._heirs.get(cls, 0)

    def set_of(self, cls: Class) -> ClassSet:
        """The set of one class."""
        return 1 << self._number[cls]

    def members(self, classes: ClassSet) -> Iterator[Class]:
        """The classes in a set, in the order of the file."""
        while classes:
            first = classes & -classes
            yield self._classes[first.bit_length() - 1]
            classes ^= first

    def definitions(self, name: str) -> list[Function]:
        """The methods of this name in all classes of the file."""
        defining = self._defining.get(name, 0)
        return [cls.methods[name] for cls in self.members(defining)]

    def implementations(self, cls: Class, name: str) -> list[Function]:
        """What a method call on an instance may run: the class's method or one of its heirs'."""
        defining = self._defining.get(name)
        if not defining:
            return []
        heirs = defining & self._heirs.get(cls, 0)
        found = [heir.methods[name] for heir in self.members(heirs)]
        own = self.method(cls, name)
        return found if own is None or own in found else [own, *found]

    def _above(self, cls: Class) -> ClassSet:
        """All ancestors of a class in the file."""
        for current in self.bases_first(cls, self._ancestors):
            above = 0
            for base in self.bases(current):
                above |= self._ancestors.get(base, 0) | self.set_of(base)
            self._ancestors[current] = above
        return self._ancestors[cls]

    def _inherit_one(self, cls: Class, name: str, candidates: ClassSet) -> Function:
        """The method that a class has from the nearest of several ancestors."""
        passed = [cls]
        found = None
        while found is None:
            bases = self.bases(passed[-1])
            if len(bases) != 1:
                found = self._nearest(passed[-1], candidates).methods[name]
            else:
                found = bases[0].methods.get(name) or self._inherited.get((bases[0], name))
                passed.append(bases[0])
        self._inherited.update(((heir, name), found) for heir in passed)
        return found

    def _nearest(self, cls: Class, candidates: ClassSet) -> Class:
        """The first of some ancestors, one generation after the other."""
        found = dict.fromkeys(self.bases(cls))
        while not any(self.set_of(base) & candidates for base in found):
            found = {above: None for base in found for above in self.bases(base)}
        return next(base for base in found if self.set_of(base) & candidates)

    def _find_heirs(self) -> list[Class]:
        """Note who derives from whom; gives the classes that have heirs."""
        done: dict[Class, None] = {}
        for cls in self._classes:
            done.update(dict.fromkeys(self.bases_first(cls, done)))
        for cls in reversed(done):
            own = self._heirs.get(cls, 0) | self.set_of(cls)
            for base in self.bases(cls):
                self._heirs[base] = (self._heirs.get(base, 0) | own) & ~self.set_of(base)
        return list(self._heirs)

    def _forget_bases(self) -> None:
        """What has been concluded from base classes of which more has become known."""
        self._bases.clear()
        self._ancestors.clear()
        self._inherited.clear()
