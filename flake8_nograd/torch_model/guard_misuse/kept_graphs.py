"""Graphs that are kept from one iteration to the next: running sums and lists of losses."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from functools import cached_property

from flake8_nograd.flow.graph import Edges, Kind, Node, reversed_edges
from flake8_nograd.flow.program import Call, Place, suites_of
from flake8_nograd.flow.scopes import Function
from flake8_nograd.flow.statements import names_bound
from flake8_nograd.flow.values import Value
from flake8_nograd.syntax.access_path import access_path
from flake8_nograd.syntax.accumulations import names_in
from flake8_nograd.syntax.expressions import nodes_of, own_name
from flake8_nograd.syntax.suites import own_statements
from flake8_nograd.torch_model.facts import GuardMisuse, Misuse
from flake8_nograd.torch_model.guard_misuse.interpreted import Interpreted
from flake8_nograd.torch_model.guard_misuse.kept_for_callers import kept_for_callers
from flake8_nograd.torch_model.semantics.accumulated import Accumulated
from flake8_nograd.torch_model.semantics.context import Context
from flake8_nograd.vocabulary import methods

_LOOPS = (ast.For, ast.AsyncFor, ast.While)
_EMPTYING = frozenset("clear pop popleft reset zero_".split())
_LONGEST = 40


def kept_graphs(what: Interpreted) -> Iterator[GuardMisuse]:
    """Accumulations of values with a graph that nothing differentiates again."""
    found: list[GuardMisuse] = []
    if what.accumulated and what.observations.differentiations:
        found += _KeptGraphs(what).find()
    yield from found
    yield from kept_for_callers(what, {item.node for item in found})


class _KeptGraphs:
    def __init__(self, what: Interpreted) -> None:
        self._what = what
        self._graph = what.program.graph
        self._summed: dict[Function, dict[str, list[str]]] = {}
        self._differentiated = [
            (item.call, item.outputs.flows, frozenset(self._names_differentiated(item.call)))
            for item, _ in what.observations.differentiations
            if item.call.name.endswith("backward")
        ]

    def find(self) -> Iterator[GuardMisuse]:
        for item in self._what.accumulated:
            if item.context.grad.is_off or self._what.uses_of.is_differentiated(item.tag):
                continue
            if self._what.unit_tests.has(item.function):
                continue  # it takes a few steps, and nobody waits for its memory
            if self._is_kept(item) and self._has_graph(item):
                source, target = _text(item.source), _text(item.target)
                yield GuardMisuse(item.target, Misuse.KEPT_GRAPH, source, target)

    def _names_differentiated(self, call: Call[Context]) -> Iterator[str]:
        """The names in a backward pass, and those of the parts of which a name is the sum."""
        if call.function not in self._summed:
            self._summed[call.function] = _sums_in(self._what.body_of(call.function))
        summed = self._summed[call.function]
        for name in names_in([call.node]):
            yield name
            yield from summed.get(name, ())

    def _is_kept(self, item: Accumulated) -> bool:
        """Whether what is added is still there when the statement runs again."""
        loop = _innermost_loop(item.place)
        if loop is not None:
            return not _is_renewed(item, loop)
        path = access_path(item.target)
        in_object = "." in path and path.split(".")[0] in _first_parameter(item.function)
        return in_object and any(self._runs_again(call) for call in self._callers(item.function))

    def _callers(self, function: Function) -> list[Call[Context]]:
        return self._what.points_to.callers.get(function, [])

    def _runs_again(self, call: Call[Context]) -> bool:
        return call.loops > 0 and not call.context.grad.is_off

    def _has_graph(self, item: Accumulated) -> bool:
        if _is_cut_if_a_tensor(item.source):
            return False
        names = {*names_in([item.source]), *_names_of_parts(item.place)}
        if self._is_differentiated_here(item.value, names, item.function, item.place):
            return True
        if any(map(self._hands_back_what_it_differentiates, self._makers(item.value))):
            return True
        parameters = [
            node
            for node in item.value.flows
            if self._graph.kinds[node] is Kind.PARAMETER
            and self._graph.pair(node)[0] is item.function
        ]
        return any(
            self._runs_again(call) and self._is_given_with_graph(call, node)
            for node in parameters
            for call in self._callers(item.function)
        )

    def _makers(self, value: Value) -> Iterator[Function]:
        """The functions of the file whose results a value is."""
        payloads = self._graph.payloads
        for node in value.aliases:
            for thing in self._what.points_to.callees.get(node, ()):
                if isinstance(function := payloads[thing], Function):
                    yield function

    def _hands_back_what_it_differentiates(self, function: Function) -> bool:
        """Whether a function returns the very value from which its backward pass starts."""
        returned = self._graph.find(Kind.RETURN, function)
        if returned is None:
            return False
        value = Value(frozenset(self._graph.copied_from.get(returned, ())))
        return any(
            self._is_differentiated_here(value, {statement.value.id}, function, None)
            for statement in own_statements(function.body)
            if isinstance(statement, ast.Return) and isinstance(statement.value, ast.Name)
        )

    def _is_given_with_graph(self, call: Call[Context], parameter: Node) -> bool:
        for node in self._enters.get(parameter, ()):
            for value in call.arguments():
                names = set(names_in(call.node.args))
                if node in value.flows and self._is_differentiated_here(
                    value, names, call.function, call.place
                ):
                    return True
        return False

    def _is_differentiated_here(
        self, value: Value, names: set[str], function: Function, place: Place | None
    ) -> bool:
        """Whether a backward pass of the same function differentiates the value itself."""
        return bool(value.flows) and any(
            call.function is function
            and bool(flows)
            and flows <= value.flows
            and not names.isdisjoint(named)
            and not (place is not None and _is_bound_anew(names, call.place, place))
            for call, flows, named in self._differentiated
        )

    @cached_property
    def _enters(self) -> Edges:
        return reversed_edges(self._graph.enters)


def _names_of_parts(place: Place) -> Iterator[str]:
    """The names in what loops over parts go over, of which each part is a value."""
    for around in suites_of(place):
        loop = around.statement
        if isinstance(loop, _LOOPS) and around is not place and _is_over_parts(loop):
            assert not isinstance(loop, ast.While)
            yield from names_in([loop.iter])


def _is_bound_anew(names: set[str], before: Place, place: Place) -> bool:
    """Whether the branch of one place binds names anew, so that another meets different values."""
    shared = {id(around.suite) for around in suites_of(place)}
    return any(
        not names.isdisjoint(names_bound(statement))
        for around in suites_of(before)
        if id(around.suite) not in shared
        for statement in around.suite[around.index + 1 :]
    )


def _sums_in(body: Sequence[ast.stmt]) -> dict[str, list[str]]:
    """Of each name that is bound to a sum, the names of its parts."""
    found: dict[str, list[str]] = {}
    for statement in own_statements(body):
        value = statement.value if isinstance(statement, ast.Assign) else None
        if isinstance(value, ast.Call) and own_name(value.func) == "sum":
            for name in names_bound(statement):
                found.setdefault(name, []).extend(names_in(value.args))
    return found


def _innermost_loop(place: Place) -> ast.For | ast.AsyncFor | ast.While | None:
    for around in reversed(suites_of(place)):
        loop = around.statement
        if isinstance(loop, _LOOPS) and around is not place and not _is_over_parts(loop):
            return loop
    return None


def _is_over_parts(loop: ast.For | ast.AsyncFor | ast.While) -> bool:
    """Whether a loop goes over what the program consists of, and not over data."""
    if isinstance(loop, ast.While):
        return False
    if _trains_its_targets(loop):
        return True
    over = loop.iter
    if isinstance(over, ast.Call) and isinstance(over.func, ast.Attribute):
        return over.func.attr in ("keys", "items", "values")
    return isinstance(over, ast.List | ast.Tuple | ast.Dict | ast.Set)


def _trains_its_targets(loop: ast.For | ast.AsyncFor) -> bool:
    """Whether each turn of a loop is another model's, whose optimizer it steps."""
    targets = set(names_in([loop.target]))
    return any(
        isinstance(part, ast.Call)
        and isinstance(part.func, ast.Attribute)
        and part.func.attr == "step"
        and access_path(part.func.value) in targets
        for statement in loop.body
        for part in nodes_of(statement)
    )


def _is_renewed(item: Accumulated, loop: ast.For | ast.AsyncFor | ast.While) -> bool:
    """Whether the loop makes the target anew, or empties it."""
    path = access_path(item.target)
    base = path.split(".")[0]
    if not base or (not isinstance(loop, ast.While) and base in names_in([loop.target])):
        return True
    around = [place.statement for place in suites_of(item.place)]
    for statement in own_statements(loop.body):
        if statement in around or isinstance(statement, ast.AugAssign):
            continue
        if not isinstance(statement, _LOOPS) and base in names_bound(statement):
            return True
        if _empties(statement, path):
            return True
    return False


def _empties(statement: ast.stmt, path: str) -> bool:
    targets = getattr(statement, "targets", [])
    if any(access_path(target).removesuffix(".[]") == path for target in targets):
        return True
    call = getattr(statement, "value", None)
    return (
        isinstance(call, ast.Call)
        and isinstance(call.func, ast.Attribute)
        and call.func.attr in _EMPTYING
        and access_path(call.func.value) == path
    )


def _is_cut_if_a_tensor(added: ast.expr) -> bool:
    """Whether a condition takes a tensor off its graph, and leaves what has none as it is."""
    if not isinstance(added, ast.IfExp):
        return False
    for cut, other in ((added.body, added.orelse), (added.orelse, added.body)):
        match cut:
            case ast.Call(func=ast.Attribute(value=value, attr=name)) if name in methods.CUTS:
                if ast.unparse(value) == ast.unparse(other):
                    return True
    return False


def _first_parameter(function: Function) -> list[str]:
    return function.positional_parameters()[:1] if function.owner is not None else []


def _text(node: ast.expr) -> str:
    text = ast.unparse(node)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
