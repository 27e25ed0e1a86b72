"""Models that are in the wrong mode: never put into eval mode, or never taken out of it."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flake8_nograd.flow.graph import closure
from flake8_nograd.flow.program import Call, Place, suites_of
from flake8_nograd.flow.values import Value
from flake8_nograd.syntax.access_path import access_path
from flake8_nograd.syntax.suites import JUMP
from flake8_nograd.torch_model.facts import GuardMisuse, Misuse, SuppressionReason
from flake8_nograd.torch_model.guard_misuse.guards_in_force import guard_at
from flake8_nograd.torch_model.guard_misuse.handing_out import holders_of, is_handed_out
from flake8_nograd.torch_model.guard_misuse.interpreted import Interpreted
from flake8_nograd.torch_model.guard_misuse.mode_layers import depends_on_mode
from flake8_nograd.torch_model.points_to.makers import makers_of
from flake8_nograd.torch_model.semantics.context import Context
from flake8_nograd.torch_model.semantics.state_history import StateChange

_LOOPS = ast.For | ast.AsyncFor | ast.While


def never_evaluating(what: Interpreted) -> Iterator[GuardMisuse]:
    """Guarded passes of models with dropout or batch norm, in files that never call `eval()`."""
    if any(change.to is not False for change in what.observations.changes):
        return
    for item in what.passes:
        call, guard = item.call, guard_at(item.call, what)
        if guard is None or not all(mode.is_off for mode in item.modes):
            continue
        if item.mode is not None or item.use.trained or what.unit_tests.has(call.function):
            continue
        model = item.model_call.callee
        if depends_on_mode(model, what) and not _is_seen_by_others(model, what):
            path = access_path(call.node.func)
            yield GuardMisuse(call.node, Misuse.NEVER_EVALUATING, ast.unparse(guard), path)


def _is_seen_by_others(model: Value, what: Interpreted) -> bool:
    """Whether code out of sight gets a model, and may put it into eval mode."""
    makers = makers_of(model, what.program.graph)
    return any(maker is None or is_handed_out(holders_of(maker, what), what) for maker in makers)


def never_training_again(what: Interpreted) -> Iterator[GuardMisuse]:
    """The `eval()` of a validation in a training loop that never calls `train()` again."""
    changes = what.observations.changes
    for change in changes:
        call = _call_of(change, what) if change.to is True and change.path else None
        loop = _training_loop(change, call, what) if call is not None else None
        if call is None or loop is None or what.unit_tests.has(call.function):
            continue
        if not _is_taken_back(change, loop, what):
            yield GuardMisuse(
                call.node,
                Misuse.NEVER_TRAINING_AGAIN,
                ast.unparse(call.node),
                change.path,
                line=loop.lineno,
            )


def _call_of(change: StateChange, what: Interpreted) -> Call[Context] | None:
    found = (
        item
        for item in what.calls
        if item.function is change.function
        and item.node.lineno == change.line
        and item.method in ("eval", "train")
        and access_path(item.receiver_node) == change.path
    )
    return next(found, None)


def _training_loop(
    change: StateChange, call: Call[Context], what: Interpreted
) -> ast.For | ast.AsyncFor | ast.While | None:
    """The loop that trains a model before the call, and again after it."""
    trained = [
        item.node.lineno
        for item in what.passes
        if item.suppression is SuppressionReason.TRAINED
        and item.function is call.function
        and access_path(item.node.func) == change.path
    ]
    for around in reversed(suites_of(call.place)):
        if _leaves(around):
            return None
        loop = around.statement
        if around is call.place or not isinstance(loop, _LOOPS):
            continue
        if any(loop.lineno < line < change.line for line in trained):
            return loop
    return None


def _leaves(around: Place) -> bool:
    """Whether the rest of a suite goes back to no training."""
    following = around.suite[around.index + 1 :]
    return any(isinstance(item, JUMP) and not isinstance(item, ast.Continue) for item in following)


def _is_taken_back(
    change: StateChange, loop: ast.For | ast.AsyncFor | ast.While, what: Interpreted
) -> bool:
    """Whether anything in the loop may put the model back into training mode."""
    lines = range(loop.lineno, (loop.end_lineno or loop.lineno) + 1)
    others = [item for item in what.observations.changes if item.to is not True]
    if any(item.function is change.function and item.line in lines for item in others):
        return True
    switching = closure(
        {item.function for item in others if item.function}, what.points_to.calling_functions()
    )
    for call in what.program.calls:
        if call.function is not change.function or call.node.lineno not in lines:
            continue
        things = what.points_to.callees.get(call.result, ())
        run = {what.program.graph.payloads[thing] for thing in things}
        if not run.isdisjoint(switching):
            return True
        given = {node for value in call.arguments() for node in value.aliases}
        if not run and not given.isdisjoint(change.nodes):
            return True
    return False
