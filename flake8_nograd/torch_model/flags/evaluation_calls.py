"""Calls of a function that trains which, as their literal arguments say, do not train."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import cached_property
from itertools import islice, product
from typing import NamedTuple

from flake8_nograd.flow.program import Call, Program
from flake8_nograd.flow.scopes import Function
from flake8_nograd.syntax.bindings import FunctionNode
from flake8_nograd.syntax.expressions import all_nodes
from flake8_nograd.syntax.literals import Known, Literals, union, values_of
from flake8_nograd.syntax.pruning import Pruner, known_in
from flake8_nograd.syntax.signatures import defaults
from flake8_nograd.torch_model.points_to.argument_binding import is_bound
from flake8_nograd.torch_model.points_to.solver import PointsTo
from flake8_nograd.torch_model.semantics.context import Context

_MOST_RUNS = 16  # of one function

Given = Mapping[str, Literals]
_NOTHING: Given = {}


class EvaluationCall(NamedTuple):
    """A call, and what it gives for parameters that are literals."""

    call: Call[Context]
    given: Given


class EvaluationCalls:
    """Finds them, through functions that hand a literal on as well."""

    def __init__(
        self,
        tree: ast.Module,
        program: Program[Context],
        points_to: PointsTo,
        training: Collection[Call[Context]],
    ) -> None:
        self._tree = tree
        self._functions = program.functions
        self._points_to = points_to
        self._training = {call.node for call in training}
        self._training_functions = [call.function for call in training]
        self._calls = {call.node: call for call in program.calls}
        self._trains: dict[object, bool] = {}
        self._live: dict[object, list[ast.Call]] = {}
        self._literals: dict[object, Known] = {}
        self._found: dict[Function, list[EvaluationCall]] = {}

    def find(self) -> dict[Function, list[EvaluationCall]]:
        """The functions that train, each with its calls that do not."""
        if not self._training:
            return {}
        every = {function: self.of(function) for function in self._functions}
        return {function: calls for function, calls in every.items() if calls}

    def of(self, function: Function) -> list[EvaluationCall]:
        """The calls of one function that do not train although it may."""
        if function not in self._found:
            self._found[function] = []
            callers = self._points_to.callers.get(function, ())
            is_asked = isinstance(function.node, FunctionNode) and bool(function.parameters())
            if is_asked and callers and self.trains(function, _NOTHING):
                self._found[function] = list(islice(self._search(function), _MOST_RUNS))
        return self._found[function]

    @cached_property
    def _may_train(self) -> set[Function]:
        """The functions that reach something that differentiates in any of their runs."""
        payloads, callees = self._points_to.graph.payloads, self._points_to.callees
        callers: defaultdict[Function, set[Function]] = defaultdict(set)
        for call in self._calls.values():
            for thing in callees.get(call.result, ()):
                callee = payloads[thing]
                if isinstance(callee, Function):
                    callers[callee].add(call.function)
        found: set[Function] = set()
        todo = list(self._training_functions)
        while todo:
            for around in todo.pop().enclosing():
                if around not in found:
                    found.add(around)
                    todo += callers[around]
        return found

    def trains(self, function: Function, given: Given) -> bool:
        """Whether a run with these literals may reach something that differentiates."""
        if function not in self._may_train:
            return False
        key = function, _key(given)
        if key not in self._trains:
            self._trains[key] = False  # what runs itself trains if it does so anywhere else
            self._trains[key] = any(
                self.trains_at(node, function, given) for node in self._reached(function, given)
            )
        return self._trains[key]

    def trains_at(self, node: ast.Call, function: Function, given: Given = _NOTHING) -> bool:
        """Whether a call in a function, run with these literals, may do so."""
        if node in self._training:
            return True
        call = self._calls.get(node)
        if call is None:
            return False
        things = self._points_to.callees.get(call.result, ())
        callees = [self._points_to.graph.payloads[thing] for thing in things]
        return any(
            self.trains(callee, literals)
            for callee in callees
            if isinstance(callee, Function) and callee in self._may_train and callee is not function
            for literals in _given(call, callee, self._known(function, given))
        )

    def _search(self, function: Function) -> Iterator[EvaluationCall]:
        for call in self._points_to.callers[function]:
            for given in self._runs_of(call.function):
                if given and call.node not in self._reached(call.function, given):
                    continue
                for literals in _given(call, function, self._known(call.function, given)):
                    if literals and not self.trains(function, literals):
                        yield EvaluationCall(call, literals)

    def _runs_of(self, function: Function) -> list[Given]:
        """How a caller is run: without training, if it can be."""
        return [item.given for item in self.of(function)] or [_NOTHING]

    def _reached(self, function: Function, given: Given) -> list[ast.Call]:
        """The calls of the tree that a run with these literals may reach."""
        node = function.node
        if not isinstance(node, FunctionNode):
            return []
        key = function, _key(given)
        if key not in self._live:
            pruner = Pruner({node: self._known(function, given)} if given else {})
            body = pruner.pruned(node).body if given else node.body
            calls = (
                pruner.original(part) for part in all_nodes(body) if isinstance(part, ast.Call)
            )
            self._live[key] = [call for call in calls if isinstance(call, ast.Call)]
        return self._live[key]

    def _known(self, function: Function, given: Given) -> Known:
        """The names of a function that are literals in such a run."""
        scope = self._tree if function.node is None else function.node
        if isinstance(scope, ast.Lambda):
            return {}
        key = function, _key(given)
        if key not in self._literals:
            self._literals[key] = known_in(scope, given)
        return self._literals[key]


def known_of(function: Function, calls: Iterable[EvaluationCall]) -> Known:
    """The names of a function that are literals in all of these runs."""
    given = [item.given for item in calls]
    merged = {
        name: values
        for name in given[0]
        if (values := union(item.get(name) for item in given)) is not None
    }
    assert isinstance(function.node, FunctionNode)
    return known_in(function.node, merged)


def _given(call: Call[Context], function: Function, known: Known) -> Iterator[Given]:
    """What a call gives for parameters that are literals, once for each combination."""
    node = call.node
    if call.name != function.name or any(isinstance(item, ast.Starred) for item in node.args):
        yield _NOTHING
        return
    assert function.node is not None
    found: dict[str, Literals | None] = {}
    if all(keyword.arg is not None for keyword in node.keywords):
        found |= {name: values_of(value, {}) for name, value in defaults(function.node.args)}
    names = function.positional_parameters()[1 if is_bound(call, function) else 0 :]
    found |= {name: values_of(value, known) for name, value in zip(names, node.args, strict=False)}
    found |= {item.arg: values_of(item.value, known) for item in node.keywords if item.arg}
    literals = {name: values for name, values in found.items() if values is not None}
    for row in islice(product(*literals.values()), _MOST_RUNS):
        yield {name: (value,) for name, value in zip(literals, row, strict=True)}


def _key(given: Given) -> frozenset[tuple[str, Literals, tuple[type, ...]]]:
    return frozenset((name, values, tuple(map(type, values))) for name, values in given.items())
