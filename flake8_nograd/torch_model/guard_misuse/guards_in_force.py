"""Where the guard stands that is in force at a call."""

from __future__ import annotations

import ast

from flake8_nograd.flow.program import Call, suites_of
from flake8_nograd.torch_model.guard_misuse.decorators import guard_decorators
from flake8_nograd.torch_model.guard_misuse.interpreted import Interpreted
from flake8_nograd.torch_model.semantics.context import Context
from flake8_nograd.vocabulary.grad_modes import GUARDS, SWITCHES, GradMode


def guard_at(call: Call[Context], what: Interpreted) -> ast.expr | None:
    """The guard in force at a call: a `with` item, a decorator, or a switch of the module."""
    for around in reversed(suites_of(call.place)):
        if isinstance(around.statement, ast.With):
            for managed in reversed(around.statement.items):
                if managed.context_expr in what.observations.guard_items:
                    return managed.context_expr
    function = call.function
    for decorator in getattr(function.node, "decorator_list", ()):
        if decorator in what.uses.calls:
            return decorator  # type: ignore[no-any-return]
    switches = [
        node
        for node, switch in what.uses.calls.items()
        if switch.imported in SWITCHES and switch.function is function
    ]
    return switches[0] if switches else None


def guard_around(call: Call[Context], mode: GradMode, what: Interpreted) -> ast.expr | None:
    """The guard of a mode around the statement of an inner one: a `with` item or a decorator."""
    for around in reversed(suites_of(call.place)[:-1]):
        if isinstance(around.statement, ast.With):
            for managed in reversed(around.statement.items):
                made = what.uses.calls.get(managed.context_expr)
                if made is not None and GUARDS.get(made.imported or "") is mode:
                    return managed.context_expr
    for decorator in guard_decorators(call.function, what.uses, what.program.graph):
        if GUARDS.get(decorator.name) is mode:
            return decorator.node
    return None
