"""Expressions: what each may be."""

from __future__ import annotations

import ast
import builtins
from collections import deque
from collections.abc import Callable, Iterable
from typing import Any, ClassVar, Generic

from flake8_nograd.flow.graph import Kind, Node
from flake8_nograd.flow.program import Change, Place, Program, Read
from flake8_nograd.flow.scopes import Class, Function, Scope
from flake8_nograd.flow.semantics import AttributeStore, Semantics
from flake8_nograd.flow.state import Context, State, compact, flow_into, is_constant, join_branches
from flake8_nograd.flow.values import PLAIN, Value, derived, join, value_of

_BUILTINS = frozenset(dir(builtins))


class Evaluator(Generic[Context]):
    """Evaluates expressions in the current state of one function of a program."""

    def __init__(self, program: Program[Context], semantics: Semantics[Context]) -> None:
        self.program = program
        self.graph = program.graph
        self.semantics = semantics
        self.pending: deque[Function] = deque()
        self.function: Function = program.module
        self.scope: Scope = program.module
        self.state: State[Context] = State(semantics.entry(program.module))
        self.place: Place | None = None
        self.loops = 0
        self.outer: dict[str, Value] = {}  # what names from around the function stand for in it
        self._attributes: dict[tuple[Node, str], Value] = {}

    def evaluate(self, node: ast.expr) -> Value:
        """The value of an expression."""
        handler = self._expressions.get(node.__class__)
        return handler(self, node) if handler is not None else PLAIN

    def bind(self, target: ast.expr, value: Value, source: ast.expr | None = None) -> None:
        """Assign a value, written as `source` if that is known, to a target of whatever form."""
        if isinstance(target, ast.Name):
            self.bind_name(target.id, value)
        elif isinstance(target, ast.Tuple | ast.List):
            for item, part in zip(
                target.elts, self._unpacked(value, len(target.elts)), strict=True
            ):
                self.bind(item, part)
        elif isinstance(target, ast.Starred):
            self.bind(target.value, value)
        elif isinstance(target, ast.Attribute):
            owner = self.evaluate(target.value)
            self.state.context = self.semantics.store_attribute(
                AttributeStore(target, owner, value, source),
                self.function,
                self.place,
                self.state.context,
            )
            for node in owner.aliases:
                flow_into(value, self.graph.field(node, target.attr), self.graph)
        elif isinstance(target, ast.Subscript):
            self.evaluate(target.slice)
            owner = self.evaluate(target.value)
            self._note_change(target, owner)
            self.store(target.value, owner, value)

    def _note_change(self, target: ast.Name | ast.Subscript, value: Value) -> None:
        if value.flows and self.place is not None:
            change = Change(target, value, self.function, self.place, self.state.context)
            self.program.changes.append(change)

    def bind_name(self, name: str, value: Value) -> None:
        """Assign a value to a name of the current scope."""
        value = self.state.names[name] = compact(value, self.graph)
        self.scope.define(name, value)

    def store(self, target: ast.expr, owner: Value, value: Value) -> None:
        """Keep a value in what `target` yields; a name without a node of its own is rebound."""
        graph = self.graph
        nodes = graph.resolve_phis(owner.aliases)
        for node in nodes:
            flow_into(value, node, graph)
        if value.flows:
            graph.filled |= nodes
        while isinstance(target, ast.Subscript):
            target = target.value
        if all(graph.kinds[node] is Kind.PHI for node in nodes) and isinstance(target, ast.Name):
            before = self.state.lookup(target.id, graph)
            if before is not None and value.flows:
                self.bind_name(target.id, Value(before.aliases, before.dependencies | value.flows))

    def _unpacked(self, value: Value, count: int) -> list[Value]:
        if value.items is not None and len(value.items) == count:
            return list(value.items)
        if not value.aliases:
            return [value] * count
        parts = []
        for position in range(count):
            items = set()
            for owner in value.aliases:
                node = self.graph.intern(Kind.ITEM, (owner, position))
                if self.graph.kinds[owner] is Kind.CALL:
                    self.graph.derive((owner,), node)
                else:
                    self.graph.copy((owner,), node)
                items.add(node)
            parts.append(Value(frozenset(items), value.dependencies))
        return parts

    def _name(self, node: ast.Name) -> Value:
        value = self.state.lookup(node.id, self.graph)
        return self.outer_name(node.id) if value is None else value

    def outer_name(self, name: str) -> Value:
        """A name that this function has not assigned so far: from around it, or built in."""
        if self.scope.outer_names:  # it may assign such a name while it is being interpreted
            return self._find_outer(name)
        value = self.outer.get(name)
        if value is None:
            value = self.outer[name] = self._find_outer(name)
        return value

    def _find_outer(self, name: str) -> Value:
        scope: Scope | None = self.scope.outer_names.get(name, self.function.parent)
        while scope is not None:
            if name in scope.definitions and not isinstance(scope, Class):
                return self._variable(scope, name)
            scope = scope.parent
        if name in _BUILTINS:
            return value_of(self.graph.intern(Kind.EXTERNAL, name))
        if "*" in self.program.module.definitions:
            dotted = self.program.behind_star(name)
            if dotted is not None:
                return value_of(self.graph.intern(Kind.EXTERNAL, dotted))
        return value_of(self.graph.intern(Kind.VARIABLE, (self.function, name)))

    def _variable(self, scope: Scope, name: str) -> Value:
        definitions = scope.definitions[name]
        if len(definitions) <= 4:
            value = join(definitions)
            if is_constant(value, self.graph):
                return value
        return value_of(self.graph.intern(Kind.VARIABLE, (scope, name)))

    def _attribute(self, node: ast.Attribute) -> Value:
        return self.read_attribute(node, self.evaluate(node.value))

    def read_attribute(self, node: ast.Attribute, owner: Value) -> Value:
        """The value of `owner.attribute`."""
        if node.attr in self.program.properties:
            read = Read(owner, node.attr, self.function, self.state.context)
            self.program.reads.append(read)
        special = self.semantics.attribute(node, owner, self.function)
        if special is not None:
            return special
        if len(owner.aliases) == 1 and not owner.dependencies:
            (part,) = owner.aliases
            return self._attribute_of(part, node.attr)
        attribute = self.graph.attribute
        return Value(
            frozenset([attribute(part, node.attr) for part in owner.aliases]), owner.dependencies
        )

    def _attribute_of(self, owner: Node, name: str) -> Value:
        value = self._attributes.get((owner, name))
        if value is None:
            value = self._attributes[owner, name] = value_of(self.graph.attribute(owner, name))
        return value

    def _subscript(self, node: ast.Subscript) -> Value:
        value = self.evaluate(node.value)
        self.evaluate(node.slice)
        items = value.items or ()
        position = _position(node.slice)
        if position is not None and -len(items) <= position < len(items):
            return items[position]
        return Value(value.aliases, value.dependencies)

    def _operation(self, node: ast.BinOp) -> Value:
        left, right = self.evaluate(node.left), self.evaluate(node.right)
        if isinstance(node.left, ast.List) or isinstance(node.right, ast.List):
            return join((left, right))
        value = derived((left, right))
        return (
            self.semantics.operate(value, node, self.state.context) if value.dependencies else value
        )

    def _unary(self, node: ast.UnaryOp) -> Value:
        value = self.evaluate(node.operand)
        if isinstance(node.op, ast.Not):
            self.semantics.observe(value, node)
            return PLAIN
        return derived((value,))

    def _compare(self, node: ast.Compare) -> Value:
        values = [self.evaluate(node.left), *map(self.evaluate, node.comparators)]
        if not isinstance(node.ops[0], ast.Is | ast.IsNot | ast.In | ast.NotIn):
            for value in values:
                self.semantics.observe(value, node)
        return PLAIN

    def _conditional(self, node: ast.IfExp) -> Value:
        self.semantics.observe(self.evaluate(node.test), node.test)
        before = self.state.context
        body, after_body = self.evaluate(node.body), self.state.context
        self.state.context = before
        orelse = self.evaluate(node.orelse)
        self.state.context = self.semantics.join((after_body, self.state.context))
        return join((body, orelse))

    def _tuple(self, node: ast.Tuple) -> Value:
        values = tuple(self.evaluate(item) for item in node.elts)
        whole = join(values) if values else PLAIN
        starred = any(isinstance(item, ast.Starred) for item in node.elts)
        return Value(whole.aliases, whole.dependencies, None if starred else values)

    def _display(self, node: ast.List | ast.Set) -> Value:
        return self._container(node, (self.evaluate(item) for item in node.elts))

    def _dict(self, node: ast.Dict) -> Value:
        for key in node.keys:
            if key is not None:
                self.evaluate(key)
        return self._container(node, (self.evaluate(item) for item in node.values))

    def _container(self, node: ast.expr, values: Iterable[Value]) -> Value:
        made = self.graph.new(Kind.MADE, node)
        for value in values:
            flow_into(value, made, self.graph)
        return value_of(made)

    def _comprehension(
        self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp
    ) -> Value:
        outer = self.state
        self.state = outer.fork()
        for generator in node.generators:
            items = self.evaluate(generator.iter)
            self.semantics.iterate(items, self.function, self.state.context)
            self.bind(generator.target, items)
            self.loops += 1
            for test in generator.ifs:
                self.semantics.observe(self.evaluate(test), test)
        if isinstance(node, ast.DictComp):
            self.evaluate(node.key)
            value = self.evaluate(node.value)
        else:
            value = self.evaluate(node.elt)
        self.loops -= len(node.generators)
        outer.context = self.state.context
        self.state = outer
        return Value(value.aliases, value.dependencies)

    def _formatted(self, node: ast.JoinedStr) -> Value:
        for part in node.values:
            if isinstance(part, ast.FormattedValue):
                self.semantics.observe(self.evaluate(part.value), node)
        return PLAIN

    def _lambda(self, node: ast.Lambda) -> Value:
        return value_of(self.declare(Function(self.scope, node=node)))

    def declare(self, function: Function) -> int:
        """Register a function, to be interpreted once the scopes around it are known."""
        assert function.node is not None
        arguments = function.node.args
        for default in (*arguments.defaults, *(d for d in arguments.kw_defaults if d)):
            self.evaluate(default)
        self.program.functions.append(function)
        self.program.functions_named[function.name].append(function)
        self.pending.append(function)
        return self.graph.intern(Kind.FUNCTION, function)

    def _walrus(self, node: ast.NamedExpr) -> Value:
        value = self.evaluate(node.value)
        self.bind(node.target, value)
        return value

    def _yield(self, node: ast.Yield | ast.YieldFrom) -> Value:
        self.function.is_generator = True
        self.semantics.suspend(node, self.function, self.state.context, self.place)
        if node.value is not None:
            result = self.graph.intern(Kind.RETURN, self.function)
            flow_into(self.evaluate(node.value), result, self.graph)
        return PLAIN

    def _slice(self, node: ast.Slice) -> Value:
        for bound in (node.lower, node.upper, node.step):
            if bound is not None:
                self.evaluate(bound)
        return PLAIN

    def _either(self, node: ast.BoolOp) -> Value:
        return join([self.evaluate(value) for value in node.values])

    def _await(self, node: ast.Await) -> Value:
        value = self.evaluate(node.value)
        self.semantics.suspend(node, self.function, self.state.context, self.place)
        return value

    def _inner(self, node: ast.Starred) -> Value:
        return self.evaluate(node.value)

    # Tables of bound methods would tie the interpreter, and all it has made, to itself.
    _expressions: ClassVar[dict[type, Callable[[Any, Any], Value]]] = {
        ast.Name: _name,
        ast.Attribute: _attribute,
        ast.Subscript: _subscript,
        ast.BinOp: _operation,
        ast.UnaryOp: _unary,
        ast.BoolOp: _either,
        ast.Compare: _compare,
        ast.IfExp: _conditional,
        ast.Tuple: _tuple,
        ast.List: _display,
        ast.Set: _display,
        ast.Dict: _dict,
        ast.ListComp: _comprehension,
        ast.SetComp: _comprehension,
        ast.GeneratorExp: _comprehension,
        ast.DictComp: _comprehension,
        ast.JoinedStr: _formatted,
        ast.Lambda: _lambda,
        ast.NamedExpr: _walrus,
        ast.Starred: _inner,
        ast.Await: _await,
        ast.Yield: _yield,
        ast.YieldFrom: _yield,
        ast.Slice: _slice,
    }

    def join_branches(self, base: State[Context], branches: list[State[Context]]) -> None:
        """Go on in `base` from where its branches end."""
        join_branches(base, branches, self.graph, self.semantics.join)
        self.state = base


def _position(index: ast.expr) -> int | None:
    """The number in `[0]` or `[-1]`."""
    sign = 1
    if isinstance(index, ast.UnaryOp) and isinstance(index.op, ast.USub):
        sign, index = -1, index.operand
    value = index.value if isinstance(index, ast.Constant) else None
    return sign * value if isinstance(value, int) else None
