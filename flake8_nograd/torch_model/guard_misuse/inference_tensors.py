"""Tensors made under `inference_mode` that are trained with, or changed, outside of it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cached_property

from flake8_nograd.flow.graph import Kind, Node, closure, reversed_edges
from flake8_nograd.flow.program import Call, Change, Place, suites_of
from flake8_nograd.flow.scopes import Class, Function
from flake8_nograd.flow.statements import names_bound
from flake8_nograd.flow.values import Value
from flake8_nograd.syntax.accumulations import names_in
from flake8_nograd.syntax.expressions import last_name
from flake8_nograd.syntax.suites import own_statements
from flake8_nograd.torch_model.facts import ForwardPass, GuardMisuse, Misuse, SuppressionReason
from flake8_nograd.torch_model.guard_misuse.guards_in_force import guard_around
from flake8_nograd.torch_model.guard_misuse.interpreted import Interpreted
from flake8_nograd.torch_model.points_to.makers import makers_of
from flake8_nograd.torch_model.semantics.context import Context
from flake8_nograd.torch_model.semantics.observations import UnrecordedOperation
from flake8_nograd.vocabulary import saved_inputs
from flake8_nograd.vocabulary.annotations import ModelEvidence
from flake8_nograd.vocabulary.autocast import AUTOCAST
from flake8_nograd.vocabulary.grad_modes import GradMode

_Where = Call[Context] | Change[Context]
_DEEPEST = 3  # sequences inside each other
_ASSIGNMENTS = (ast.Assign, ast.AugAssign, ast.AnnAssign)


def inference_tensors(what: Interpreted) -> Iterator[GuardMisuse]:
    """Calls that raise because they save or change what was made under `inference_mode`."""
    made = {
        item.call.result: item
        for item in what.passes
        if item.modes == {GradMode.INFERENCE} and item.evidence > ModelEvidence.NAME
    }
    if made:
        yield from _InferenceTensors(what, made).find()


class _InferenceTensors:
    def __init__(self, what: Interpreted, made: dict[Node, ForwardPass]) -> None:
        self._what = what
        self._graph = what.program.graph
        self._made = made
        self._left_from = reversed_edges(self._graph.leaves)

    def find(self) -> Iterator[GuardMisuse]:
        found: set[ast.expr] = set()
        for where, node, value, kind in self._uses():
            if where.node in found or not _is_read_whole(node, where.place):
                continue
            origin = self._origin(value) if self._is_outside(where) else None
            if origin is not None:
                found.add(where.node)
                text, line = ast.unparse(node), origin.node.lineno
                guard = guard_around(origin.call, GradMode.INFERENCE, self._what)
                yield GuardMisuse(where.node, kind, text, line=line, instead=guard or ())

    def _uses(self) -> Iterator[tuple[_Where, ast.expr, Value, Misuse]]:
        for call in self._calls:
            for node, value, kind in self._saved_or_changed(call):
                yield call, node, value, kind
        for change in self._what.program.changes:
            if _changes_tensor(change):
                target = change.node
                whole = target.value if isinstance(target, ast.Subscript) else target
                yield change, whole, change.value, Misuse.CHANGED_OUTSIDE

    def _is_outside(self, where: _Where) -> bool:
        """Whether recording is on here, and autocast gives nobody a cast in place of a tensor."""
        if any(map(_is_autocast, suites_of(where.place))):
            return False
        return self._what.recording.modes(where.function, where.context) == {GradMode.ON}

    @cached_property
    def _calls(self) -> list[Call[Context]]:
        return self._what.calls

    def _saved_or_changed(self, call: Call[Context]) -> Iterator[tuple[ast.expr, Value, Misuse]]:
        method, given = call.method, call.node.args
        if method.endswith("_") and not method.startswith("_") and call.receiver is not None:
            yield call.receiver_node, call.receiver, Misuse.CHANGED_OUTSIDE
        if len(given) != len(call.positional):
            return
        if call.result in self._trained:
            if given and self._keeps_input(call):
                yield given[0], call.positional[0], Misuse.SAVED_OUTSIDE
        elif len(given) > 1:
            yield from self._saved_by_loss(call)

    def _saved_by_loss(self, call: Call[Context]) -> Iterator[tuple[ast.expr, Value, Misuse]]:
        (first, second), nodes = call.positional[:2], call.node.args
        both = call.imported in saved_inputs.LOSSES
        target = both or call.imported in saved_inputs.LOSSES_OF_TARGETS
        if (target or self._is_criterion(call)) and self._has_graph(first):
            yield nodes[1], second, Misuse.SAVED_OUTSIDE
        if both and self._has_graph(second):
            yield nodes[0], first, Misuse.SAVED_OUTSIDE

    @cached_property
    def _trained(self) -> frozenset[Node]:
        reason = SuppressionReason.TRAINED
        passes = self._what.passes
        return frozenset(item.call.result for item in passes if item.suppression is reason)

    @cached_property
    def _recorded(self) -> set[Node]:
        """What is computed from the results of passes that train."""
        return closure(self._trained, self._graph.copies, self._graph.derives)

    def _has_graph(self, value: Value) -> bool:
        return not value.flows.isdisjoint(self._recorded)

    def _is_criterion(self, call: Call[Context]) -> bool:
        makers = list(makers_of(call.callee, self._graph))
        return bool(makers) and all(
            maker is not None and maker.imported in saved_inputs.CRITERIA for maker in makers
        )

    def _keeps_input(self, call: Call[Context]) -> bool:
        """Whether the first thing that a module computes saves its first argument."""
        return self._is_layer(call.callee) or self._forward_keeps(call)

    def _is_layer(self, value: Value, deep: int = _DEEPEST) -> bool:
        makers = list(makers_of(value, self._graph))
        return bool(makers) and all(
            maker is not None and self._makes_layer(maker, deep) for maker in makers
        )

    def _makes_layer(self, maker: Call[Context], deep: int) -> bool:
        if maker.imported != saved_inputs.SEQUENCE:
            return maker.imported in saved_inputs.LAYERS
        for part in maker.positional:
            makers = list(makers_of(part, self._graph))
            names = {made.imported if made is not None else None for made in makers}
            if not names or not names <= saved_inputs.SAME_TENSOR:
                return deep > 0 and self._is_layer(part, deep - 1)
        return False

    def _forward_keeps(self, call: Call[Context]) -> bool:
        """Whether the forward of a class of the file gives its argument to such a layer at once."""
        payloads = self._graph.payloads
        classes = [payloads[thing] for thing in self._what.points_to.callees[call.result]]
        cls = classes[0] if len(classes) == 1 else None
        forward = self._what.points_to.method(cls, "forward") if isinstance(cls, Class) else None
        return forward is not None and any(
            inner.function is forward
            and bool(inner.positional)
            and self._is_first_parameter(inner.positional[0], forward)
            and self._is_layer(inner.callee)
            for inner in self._calls
        )

    def _is_first_parameter(self, value: Value, function: Function) -> bool:
        names = function.positional_parameters()[1:2]
        known = self._graph.find(Kind.PARAMETER, (function, names[0])) if names else None
        return known is not None and value.aliases == {known}

    def _origin(self, value: Value) -> ForwardPass | None:
        """A pass that made a value, if it can have come from nowhere but inference mode."""
        seen: set[Node] = set()
        origins: list[ForwardPass] = []
        todo = list(value.aliases)
        while todo:
            node = todo.pop()
            if node in seen:
                continue
            seen.add(node)
            made = self._made.get(node) or self._computed_from(node)
            sources = [] if made else self._sources(node)
            if made is not None:
                origins.append(made)
            elif sources:
                todo += sources
            else:
                return None
        if self._are_converted(seen):
            return None
        return min(origins, key=lambda item: item.node.lineno, default=None)

    def _sources(self, node: Node) -> list[Node]:
        """The nodes that a value comes from, without having been computed anew."""
        kind = self._graph.kinds[node]
        if kind is Kind.CALL:
            return self._left_from.get(node, [])
        if kind in (Kind.ITEM, Kind.FIELD):
            return [self._graph.pair(node)[0]]
        return self._graph.copied_from.get(node, [])

    def _computed_from(self, node: Node) -> ForwardPass | None:
        """The pass from which a value is computed under `inference_mode`."""
        payload = self._graph.payloads[node]
        if not isinstance(payload, UnrecordedOperation | Call):
            return None
        if payload.context.grad is not GradMode.INFERENCE:
            return None
        before = closure([node], self._graph.copied_from, self._graph.derived_from)
        return next((self._made[source] for source in before if source in self._made), None)

    def _are_converted(self, nodes: set[Node]) -> bool:
        """Whether any of these values may be made anew outside, on a device or in a type."""
        return any(
            call.method in saved_inputs.CONVERSIONS
            and call.receiver is not None
            and not call.receiver.aliases.isdisjoint(nodes)
            and call.context.grad is not GradMode.INFERENCE
            for call in self._calls
        )


def _changes_tensor(change: Change[Context]) -> bool:
    """Whether what is changed can be no list and no dictionary."""
    statement, target = change.place.statement, change.node
    if isinstance(target, ast.Subscript):
        if isinstance(statement, ast.Assign) and target not in statement.targets:
            return False
        parts = target.slice.elts if isinstance(target.slice, ast.Tuple) else ()
        return isinstance(target.slice, ast.Compare) or any(
            isinstance(part, ast.Slice) for part in parts
        )
    match statement:
        case ast.AugAssign(op=ast.Add(), value=added):
            return isinstance(added, ast.Constant) and type(added.value) in (int, float)
        case ast.AugAssign(op=operation):
            return not isinstance(operation, ast.Mult)
    return False


def _is_autocast(place: Place) -> bool:
    return isinstance(place.statement, ast.With) and any(
        AUTOCAST in last_name(item.context_expr) for item in place.statement.items
    )


def _is_read_whole(node: ast.expr, place: Place) -> bool:
    """Whether an expression is what a call gave, and not a part of it that was picked out."""
    if isinstance(node, ast.Call):
        return True
    if not isinstance(node, ast.Name):
        return False
    statements = list(own_statements(suites_of(place)[0].suite))
    targets = [item.target for item in statements if isinstance(item, ast.For | ast.AsyncFor)]
    if node.id in names_in(targets):
        return False
    bindings = [
        item
        for item in statements
        if isinstance(item, _ASSIGNMENTS)
        and node.id in names_bound(item)
        and item is not place.statement
    ]
    return bool(bindings) and all(
        isinstance(item, ast.Assign) and isinstance(item.value, ast.Call | ast.BinOp)
        for item in bindings
    )
