"""Signs that a gradient of a result may be wanted although nothing here differentiates it."""

from __future__ import annotations

import ast
from collections.abc import Container, Iterable
from functools import lru_cache

from flake8_nograd.flow.graph import FlowGraph, Kind
from flake8_nograd.flow.program import suites_of
from flake8_nograd.flow.scopes import Class, Function
from flake8_nograd.syntax.access_path import access_path
from flake8_nograd.syntax.expressions import nodes_of, own_name
from flake8_nograd.torch_model.facts import ForwardPass
from flake8_nograd.vocabulary.frameworks import CALCULATOR_PACKAGES
from flake8_nograd.vocabulary.other_frameworks import OTHER_FRAMEWORKS
from flake8_nograd.vocabulary.words import ENERGY_GRADIENT_WORDS, words

_FRAMEWORKS = OTHER_FRAMEWORKS | {"tf", "onnx"}
_HOOKS = frozenset(("register_forward_hook", "register_forward_pre_hook"))
_CUTTING = frozenset("detach detach_ data item numpy tolist".split())


def reads_energy_gradients(function: Function, graph: FlowGraph) -> bool:
    """Whether a function handles forces and the like, which a model can only give by a backward.

    So does a calculator of a simulation package, whatever it names.
    """
    if function.owner is not None and _is_calculator(function.owner, graph):
        return True
    return any(
        not ENERGY_GRADIENT_WORDS.isdisjoint(words(_name_in(part)))
        for statement in function.body
        for part in nodes_of(statement)
    )


def detaches_on_a_condition(item: ForwardPass) -> bool:
    """Whether a result is handed back with its graph, or cut off it, as a condition says."""
    cut = item.use.plain_use
    if not item.use.returned or cut is None or cut.how not in (".detach()", ".data"):
        return False
    return any(
        isinstance(part, ast.If | ast.IfExp)
        and part.lineno <= cut.line <= (part.end_lineno or 0)
        and item.node not in nodes_of(part)
        for statement in item.function.body
        for part in nodes_of(statement)
    )


def is_measured_as_it_is(item: ForwardPass, profiled: Container[ast.expr]) -> bool:
    """Whether a pass only runs to be profiled, by an author who has not asked for eval mode."""
    if not item.use.discarded or (item.mode is not None and item.mode.evaluating):
        return False
    around = (place.statement for place in suites_of(item.call.place))
    withs = (part for part in around if isinstance(part, ast.With | ast.AsyncWith))
    return any(with_item.context_expr in profiled for part in withs for with_item in part.items)


def guards_the_other_branch(item: ForwardPass, guarded: Iterable[ast.Call]) -> bool:
    """Whether the same call stands under a guard where a condition around the pass is not met."""
    around = [place.statement for place in suites_of(item.call.place)[:-1]]
    conditions = [statement for statement in around if isinstance(statement, ast.If)]
    path = access_path(item.node.func) if conditions else ""
    same = [call for call in guarded if access_path(call.func) == path] if conditions else []
    for condition in conditions if same else ():
        branches = [_calls_in(condition.body), _calls_in(condition.orelse)]
        here = [branch for branch in branches if item.node in branch]
        other = [branch for branch in branches if item.node not in branch]
        if len(here) == 1 and not other[0].isdisjoint(same):
            return True
    return False


def _calls_in(suite: Iterable[ast.stmt]) -> set[ast.AST]:
    return {
        part for statement in suite for part in nodes_of(statement) if isinstance(part, ast.Call)
    }


def runs_for_another_framework(item: ForwardPass) -> bool:
    """Whether a condition around a pass asks for another framework by its name.

    It may stand around the function of the pass as well, in the function that defines this one.
    """
    around = [place.statement for place in suites_of(item.call.place)[:-1]]
    asking: list[ast.AST] = [part for part in around if _asks_for_a_framework(part)]
    outer = item.function.parent
    if isinstance(outer, Function) and outer.node is not None:
        asking += _asking_for_a_framework(outer.node)
    return any(
        item.node in nodes_of(part)
        for condition in asking
        if isinstance(condition, ast.If)
        for part in condition.body
    )


@lru_cache(maxsize=1)  # of one function, about whose inner ones it is asked
def _asking_for_a_framework(node: ast.AST) -> tuple[ast.AST, ...]:
    return tuple(filter(_asks_for_a_framework, nodes_of(node)))


def _asks_for_a_framework(statement: ast.AST) -> bool:
    if not isinstance(statement, ast.If):
        return False
    test = statement.test
    if isinstance(test, ast.Name | ast.Attribute):
        return not _FRAMEWORKS.isdisjoint(words(own_name(test)))
    if not isinstance(test, ast.Compare) or not isinstance(test.ops[0], ast.Eq):
        return False
    told = (part.value for part in nodes_of(test) if isinstance(part, ast.Constant))
    return any(value in _FRAMEWORKS for value in told if isinstance(value, str))


def hands_back_what_hooks_keep(item: ForwardPass) -> bool:
    """Whether a pass is run for what hooks see of it, which the function returns as it is."""
    if not item.use.discarded:
        return False
    parts = [part for statement in item.function.body for part in nodes_of(statement)]
    read = {part.attr for part in parts if isinstance(part, ast.Attribute)}
    returns = any(isinstance(part, ast.Return) and part.value is not None for part in parts)
    return returns and not _HOOKS.isdisjoint(read) and _CUTTING.isdisjoint(read)


def is_a_module_that_returns(item: ForwardPass, graph: FlowGraph) -> bool:
    """Whether a module puts itself into eval mode and returns what it, or a part, computed.

    A posterior is computed so, and callers optimise over its inputs.
    """
    mode, owner = item.mode, item.function.owner
    if mode is None or not mode.evaluates_here or owner is None or not item.use.returned:
        return False
    me = graph.find(Kind.INSTANCE, owner)
    if me is None:
        return False
    if me in item.call.callee.aliases:
        return True
    is_part = any(me in graph.wholes(node) for node in item.call.callee.aliases)
    return is_part and any(map(_evaluates_itself, item.function.body))


def _evaluates_itself(statement: ast.stmt) -> bool:
    """Whether a statement puts the module that it belongs to into eval mode."""
    value = statement.value if isinstance(statement, ast.Expr) else None
    return isinstance(value, ast.Call) and access_path(value.func) == "self.eval"


def _is_calculator(cls: Class, graph: FlowGraph) -> bool:
    bases = (str(graph.payloads[node]) for base in cls.bases for node in base.aliases)
    return any(base.startswith(CALCULATOR_PACKAGES) for base in bases)


def _name_in(part: ast.AST) -> str:
    if isinstance(part, ast.Constant):
        return part.value if isinstance(part.value, str) and part.value.isidentifier() else ""
    return part.attr if isinstance(part, ast.Attribute) else ""
