"""Functions and models that run in a thread of their own, where the guard around does not hold."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from flake8_nograd.flow.program import CallbackArgument
from flake8_nograd.flow.scopes import Function
from flake8_nograd.flow.values import Value
from flake8_nograd.torch_model.facts import ForwardPass, GuardMisuse, Misuse, SuppressionReason
from flake8_nograd.torch_model.guard_misuse.guards_in_force import guard_at
from flake8_nograd.torch_model.guard_misuse.interpreted import Interpreted
from flake8_nograd.torch_model.points_to.abstract_objects import Made
from flake8_nograd.torch_model.semantics.context import Context
from flake8_nograd.vocabulary.effect import Effect
from flake8_nograd.vocabulary.grad_modes import GradMode
from flake8_nograd.vocabulary.threads import makes_processes


def guarded_threads(what: Interpreted) -> Iterator[GuardMisuse]:
    """Each guard around the start of a thread that records, where the guard is entered."""
    seen: set[ast.expr] = set()
    for item in what.program.callback_arguments:
        call = item.call
        if not call.context.grad.is_off or item.context.grad is not GradMode.ON:
            continue
        if call.method == "step" or _runs_in_processes(item, what):
            continue
        guard = guard_at(call, what)
        if guard is None or guard in seen or not _records(item, what):
            continue
        seen.add(guard)
        starting = call.node.func.func if isinstance(call.node.func, ast.Call) else call.node.func
        yield GuardMisuse(
            guard,
            Misuse.AROUND_THREAD,
            ast.unparse(guard),
            ast.unparse(starting),
            line=call.node.lineno,
        )


def _runs_in_processes(item: CallbackArgument[Context], what: Interpreted) -> bool:
    """Whether it is processes that run what is given: they inherit the mode, or start anew."""
    call = item.call
    names = {call.imported or ""}
    if call.receiver is not None:
        payloads = what.program.graph.payloads
        makers = (payloads[node] for node in call.receiver.aliases)
        names.update(getattr(maker, "imported", None) or "" for maker in makers)
    return any(map(makes_processes, names)) or (call.method in ("apply_async", "map_async"))


def _records(item: CallbackArgument[Context], what: Interpreted) -> bool:
    """Whether a thread runs a model, itself or in a function of the file."""
    graph = what.program.graph
    things = what.points_to.of(Value(frozenset(item.given)))
    payloads = [graph.payloads[thing] for thing in things]
    if any(isinstance(made, Made) and made.effect is Effect.MODULE for made in payloads):
        return True
    started = {thing for thing in payloads if isinstance(thing, Function)}
    return any(
        not started.isdisjoint(_callers_of(found.function, what)) for found in _recorded(what)
    )


def _recorded(what: Interpreted) -> Iterable[ForwardPass]:
    skipped = (SuppressionReason.GUARDED, SuppressionReason.FROZEN, SuppressionReason.TRAINED)
    return (item for item in what.passes if item.suppression not in skipped)


def _callers_of(function: Function, what: Interpreted) -> set[Function]:
    found = {function}
    todo = [function]
    while todo:
        for caller, context in what.recording.callers(todo.pop()):
            if caller not in found and not context.grad.is_off:
                found.add(caller)
                todo.append(caller)
    return found
