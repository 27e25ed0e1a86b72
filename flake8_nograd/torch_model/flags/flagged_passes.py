"""Forward passes that only some runs of their function waste, as literal arguments tell apart.

The file is read once more as if those runs were all there are: what they do not reach is gone.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator, Mapping

from flake8_nograd.flow.graph import Node
from flake8_nograd.flow.program import Call
from flake8_nograd.flow.scopes import Function
from flake8_nograd.syntax.bindings import FunctionNode
from flake8_nograd.syntax.expressions import nodes_of
from flake8_nograd.syntax.literals import Known, truth_of
from flake8_nograd.syntax.pruning import Pruner, names_stored
from flake8_nograd.torch_model.answers import Answers
from flake8_nograd.torch_model.facts import ForwardPass, SuppressionReason, WastingRun
from flake8_nograd.torch_model.flags.evaluation_calls import (
    EvaluationCall,
    EvaluationCalls,
    known_of,
)
from flake8_nograd.torch_model.semantics.context import Context

# What other runs of the function may be the reason of.
_BY_OTHER_RUNS = frozenset(
    (
        SuppressionReason.TRAINED,
        SuppressionReason.TRAINED_BY_CALLERS,
        SuppressionReason.SOMETIMES_GUARDED,
        SuppressionReason.TOO_LITTLE,
    )
)


class FlaggedPasses:
    """Finds them; most files have no function that is asked for one thing or the other."""

    def __init__(
        self, tree: ast.Module, answers: Answers, read_again: Callable[[ast.Module], Answers]
    ) -> None:
        self._tree = tree
        self._answers = answers
        self._read_again = read_again
        training = list(answers.uses.training_calls())
        self._finder = EvaluationCalls(tree, answers.program, answers.points_to, training)

    def among(self, passes: Iterable[ForwardPass]) -> dict[Node, ForwardPass]:
        """Those of some silent passes that are reported after all, by the node of the result."""
        points_to = self._answers.points_to
        runs = self._finder.find()
        silent = {
            item.node: item
            for item in passes
            if item.function in runs and item.suppression in _BY_OTHER_RUNS
        }
        if not silent:
            return {}
        known = {function: known_of(function, calls) for function, calls in runs.items()}
        wanted = {item.call.node for calls in runs.values() for item in calls}
        dropped = {
            call.node
            for function in runs
            for call in points_to.callers[function]
            if call.node not in wanted
        }
        nodes = {function.node: names for function, names in known.items()}
        pruner = Pruner(
            {node: names for node, names in nodes.items() if isinstance(node, FunctionNode)},
            dropped,
        )
        again = self._read_again(pruner.pruned(self._tree))
        found = (
            item
            for call in again.program.calls
            if (inner := silent.get(_as_call(pruner.original(call.node)))) is not None
            for item in self._wasted(call, inner, again, pruner, known, runs)
        )
        return {item.call.result: item for item in found}

    def _wasted(
        self,
        call: Call[Context],
        inner: ForwardPass,
        again: Answers,
        pruner: Pruner,
        known: Mapping[Function, Known],
        runs: Mapping[Function, list[EvaluationCall]],
    ) -> Iterator[ForwardPass]:
        """The pass itself, or the calls of its function if only they tell of inference."""
        item = again.verdicts.of(call)
        if item is None or item.suppression is not None:
            return
        function = inner.function
        lines = sorted({run.call.node.lineno for run in runs[function]})
        if not again.uses.hands_back(call) or (item.mode is not None and item.mode.evaluates_here):
            switch = self._switch(function, known[function], inner)
            cure = (
                f"run it in `with torch.set_grad_enabled({switch}):`"
                if switch
                else f"run {_named(lines)} in `with torch.no_grad():`"
            )
            run = WastingRun(function.name, lines[0], cure)
            yield item._replace(call=inner.call, model_call=inner.model_call, wasted_by=run)
            return
        outside = {run.call.node: run.call for run in runs[function]}
        for outer in again.points_to.callers.get(call.function, ()):
            call_here = outside.get(_as_call(pruner.original(outer.node)))
            result = again.verdicts.of_helper(outer, item)
            if call_here is not None and result.suppression is None:
                line = call_here.node.lineno
                run = WastingRun(function.name, line, "run it in `with torch.no_grad():`")
                yield result._replace(call=call_here, model_call=inner.model_call, wasted_by=run)

    def _switch(self, function: Function, known: Known, item: ForwardPass) -> str:
        """The condition under which the function trains, if it can be asked before a pass."""
        changing = _changing_names(function.body, item.node.lineno)
        for part in (part for statement in function.body for part in nodes_of(statement)):
            if not isinstance(part, ast.If) or (truth := truth_of(part.test, known)) is None:
                continue
            dead = part.orelse if truth else part.body
            inside = (node for statement in dead for node in nodes_of(statement))
            calls = (node for node in inside if isinstance(node, ast.Call))
            names = {node.id for node in nodes_of(part.test) if isinstance(node, ast.Name)}
            trains = any(self._finder.trains_at(node, function) for node in calls)
            if trains and changing.isdisjoint(names):
                text = ast.unparse(part.test)
                return f"not ({text})" if truth else text
        return ""


def _changing_names(body: list[ast.stmt], line: int) -> set[str]:
    """The names that a function binds, but for those that are settled for good above a line."""
    settled: set[str] = set()
    others: set[str] = set()
    for statement in body:
        names = names_stored(statement)
        is_above = isinstance(statement, ast.Assign) and statement.lineno < line
        (settled if is_above and not names & settled else others).update(names)
    return others


def _named(lines: list[int]) -> str:
    return f"line{'s' if len(lines) > 1 else ''} {', '.join(map(str, lines))}"


def _as_call(node: ast.AST) -> ast.Call:
    assert isinstance(node, ast.Call)
    return node
