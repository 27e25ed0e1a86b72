"""Passes that only try a model out, such as demos on numbers that are made up."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator, Mapping

from flake8_nograd.flow.graph import FlowGraph, Kind
from flake8_nograd.flow.program import Call, suites_of
from flake8_nograd.flow.scopes import Function
from flake8_nograd.syntax import unit_tests
from flake8_nograd.syntax.expressions import all_nodes, inwards, is_literal, nodes_of, own_name
from flake8_nograd.torch_model.facts import ForwardPass
from flake8_nograd.torch_model.semantics.context import Context
from flake8_nograd.vocabulary.layers import MAKERS_OF_NUMBERS, MAKERS_OF_TENSORS
from flake8_nograd.vocabulary.words import TRIAL_WORDS, names_a_model, words

_SHOWN = frozenset(("print()", "plain Python", "a comparison"))


class SmokeTests:
    """Tells of the forward passes of one file which are there to see whether the code runs."""

    def __init__(self, graph: FlowGraph, *, trains: bool) -> None:
        self._graph = graph
        self._comparing: dict[Function, bool] = {}
        self._trains = trains  # whether the file is a script that trains, and no mere definition

    def is_smoke_test(self, item: ForwardPass) -> bool:
        """Whether a pass runs once on made up numbers, or one of which nobody reads a number."""
        in_main_block = _is_in_main_block(item)
        is_unread = item.use.plain_use is None
        if is_unread and in_main_block and (item.mode is None or _is_made_up(item.call)):
            return True
        if item.use.escapes or _runs_again_and_again(item.call):
            return False
        if item.mode is None and self._is_only_called(item):
            return True
        if is_unread and not self._trains and _is_called_a_test(item.function):
            return True
        if item.mode is None and self._is_tried_out(item, in_main_block) and _is_made_up(item.call):
            return True  # what is computed of such numbers means nothing
        checks = (in_main_block and _asserts_below(item.call)) or self._compares(item.function)
        if checks and _is_made_up(item.call):
            return True
        if is_unread and self._is_demo(item):
            return True
        if not _is_only_shown(item):
            return False
        tries = _is_named_a_trial(item.function) or (in_main_block and self._is_made_here(item))
        if tries and not self._trains and _is_at_most_printed(item):
            return True  # beside a training, test() is its evaluation
        return (self._is_demo(item) or in_main_block) and _is_made_up(item.call)

    def _is_tried_out(self, item: ForwardPass, in_main_block: bool) -> bool:
        """Whether the code around a pass makes the model, with no weights from elsewhere."""
        return self._is_demo(item) or (in_main_block and self._is_made_here(item))

    def _compares(self, function: Function) -> bool:
        """Whether a function calls what compares two results."""
        known = self._comparing.get(function)
        if known is None:
            known = self._comparing[function] = unit_tests.asserts_by_call(function.body)
        return known

    def _is_made_here(self, item: ForwardPass) -> bool:
        """Whether the file itself defines the model that it runs."""
        kinds = self._graph.kinds
        return any(
            kinds[node] in (Kind.CLASS, Kind.FUNCTION)
            for made in self._makers(item)
            for node in self._graph.resolve_phis(made.callee.aliases)
        )

    def _is_demo(self, item: ForwardPass) -> bool:
        """Whether a function without inputs makes the model that it runs."""
        function = item.function
        if function.node is None or function.parameters():
            return False
        return any(made.function is function for made in self._makers(item))

    def _is_only_called(self, item: ForwardPass) -> bool:
        """Whether something of another file, under no model's name, is only called.

        What is computed with the weights that it was made with means nothing.
        """
        function = item.node.func
        if not isinstance(function, ast.Name) or names_a_model(function.id):
            return False
        makers = list(self._makers(item))
        if not makers or not all(map(_is_fresh, makers)):
            return False
        scope, *_ = suites_of(item.call.place)
        parts = list(all_nodes(scope.suite))
        called = {id(part.func) for part in parts if isinstance(part, ast.Call)}
        names = (part for part in parts if isinstance(part, ast.Name) and part.id == function.id)
        return all(id(name) in called or isinstance(name.ctx, ast.Store) for name in names)

    def _makers(self, item: ForwardPass) -> Iterator[Call[Context]]:
        """The calls that make what is called, or whose method is."""
        value = item.call.receiver or item.call.callee
        for node in self._graph.without_phis(value.aliases):
            is_one_of_several = self._graph.kinds[node] is Kind.ITEM
            made = self._graph.payloads[self._graph.pair(node)[0] if is_one_of_several else node]
            if isinstance(made, Call):
                yield made


def _is_fresh(made: Call[Context]) -> bool:
    """Whether a call makes an object of an imported class, and reads none from somewhere."""
    package = (made.imported or "torch").partition(".")[0]
    return package != "torch" and own_name(made.node.func)[:1].isupper()


def _runs_again_and_again(call: Call[Context]) -> bool:
    """Whether a call stands in a loop over more than a few values that are written out."""
    statements = (place.statement for place in suites_of(call.place))
    written = [part for part in statements if isinstance(part, ast.For) and is_literal(part.iter)]
    return call.loops > len(written)


def _asserts_below(call: Call[Context]) -> bool:
    """Whether the statements after a call assert something."""
    place = call.place
    return any(isinstance(statement, ast.Assert) for statement in place.suite[place.index :])


def _is_called_a_test(function: Function) -> bool:
    """Whether a function says that it tests something, whatever it takes."""
    first, *further = words(function.name) or ("",)
    return first == "test" and bool(further)


def _is_named_a_trial(function: Function) -> bool:
    """Whether a function takes nothing and is called a test, or the like."""
    named = not TRIAL_WORDS.isdisjoint(words(function.name))
    return named and function.node is not None and not function.parameters()


def _is_only_shown(item: ForwardPass) -> bool:
    """Whether a result is printed, compared or asked for its shape; no method takes numbers."""
    return item.use.plain_use is None or not item.use.plain_use.how.startswith(".")


def _is_at_most_printed(item: ForwardPass) -> bool:
    return item.use.plain_use is None or item.use.plain_use.how in _SHOWN


def _is_made_up(call: Call[Context]) -> bool:
    """Whether all that a call is given are numbers that the code around it makes itself."""
    given = [*call.node.args, *(keyword.value for keyword in call.node.keywords)]
    assigned: defaultdict[str, list[ast.expr]] = defaultdict(list)
    for name, value in _assigned_around(call):
        assigned[name].append(value)
    values = [_values_of(item, assigned) for item in given]
    made = [value for value in values if not all(map(is_literal, value))]
    return bool(made) and all(any(map(_makes_numbers, value)) for value in made)


def _values_of(given: ast.expr, assigned: Mapping[str, list[ast.expr]]) -> list[ast.expr]:
    """What an argument is, or what the variable was set to of which it is a method's result.

    So it is for what a tensor is made of.
    """
    values = [given]
    for value in values:
        *_, root = inwards(value)
        found = assigned.get(root.id, ()) if isinstance(root, ast.Name) else ()
        values += (item for item in (*found, *_converted(value)) if item not in values)
    return values


def _converted(value: ast.expr) -> Iterator[ast.expr]:
    """What an expression only makes a tensor of."""
    for part in inwards(value):
        if isinstance(part, ast.Call) and own_name(part.func) in MAKERS_OF_TENSORS:
            yield from part.args[:1]


def _assigned_around(call: Call[Context]) -> Iterator[tuple[str, ast.expr]]:
    for place in suites_of(call.place):
        for statement in place.suite[: place.index]:
            if isinstance(statement, ast.Assign):
                names = (target for target in statement.targets if isinstance(target, ast.Name))
                yield from ((target.id, statement.value) for target in names)


def _makes_numbers(value: ast.expr) -> bool:
    callees = (part.func for part in nodes_of(value) if isinstance(part, ast.Call))
    names = {own_name(callee) for callee in callees}
    return not MAKERS_OF_NUMBERS.isdisjoint(names)


def _is_in_main_block(item: ForwardPass) -> bool:
    return any(_is_main_block(place.statement) for place in suites_of(item.call.place))


def _is_main_block(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.If) and "__main__" in ast.unparse(statement.test)
