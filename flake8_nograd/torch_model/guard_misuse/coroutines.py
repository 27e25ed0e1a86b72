"""Guards on functions that only make what runs later: coroutines and generators."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flake8_nograd.flow.program import Call
from flake8_nograd.flow.scopes import Function
from flake8_nograd.syntax.expressions import nodes_of
from flake8_nograd.syntax.suites import own_statements
from flake8_nograd.torch_model.facts import GuardMisuse, Misuse
from flake8_nograd.torch_model.guard_misuse.decorators import guard_decorators, lines_of
from flake8_nograd.torch_model.guard_misuse.interpreted import Interpreted
from flake8_nograd.torch_model.semantics.context import Context
from flake8_nograd.vocabulary.grad_modes import GUARDS


def decorated_makers(what: Interpreted) -> Iterator[GuardMisuse]:
    """Decorated functions whose body, or whose generator's body, runs without the guard."""
    for function in what.program.functions:
        if function.node is None or not function.decorators:
            continue
        kind = None
        for guard in guard_decorators(function, what.uses, what.program.graph):
            if guard.name not in GUARDS:
                continue
            kind = kind or _kind(function, what)
            if kind is not None:
                yield GuardMisuse(
                    guard.node,
                    kind,
                    f"@{ast.unparse(guard.node)}",
                    function.name,
                    lines_of(function.node),
                    instead=function.node,
                )


def _kind(function: Function, what: Interpreted) -> Misuse | None:
    if isinstance(function.node, ast.AsyncFunctionDef):
        return Misuse.ON_ASYNC_GENERATOR if function.is_generator else Misuse.ON_COROUTINE
    if function.is_generator:
        return None
    returned = [
        node.value for node in own_statements(function.body) if isinstance(node, ast.Return)
    ]
    makes_only_generators = bool(returned) and all(
        value is not None and _makes_generator(value, what) for value in returned
    )
    return Misuse.ON_MAKER_OF_GENERATOR if makes_only_generators else None


def _makes_generator(node: ast.expr, what: Interpreted) -> bool:
    """Whether an expression is a generator that calls something when it is consumed."""
    if isinstance(node, ast.GeneratorExp):
        return any(isinstance(part, ast.Call) for part in nodes_of(node.elt))
    if not isinstance(node, ast.Call):
        return False
    if isinstance(node.func, ast.Name) and node.func.id == "map":
        return True
    return any(
        call.node is node and _runs_bare_generators(call, what) for call in what.program.calls
    )


def _runs_bare_generators(call: Call[Context], what: Interpreted) -> bool:
    """Whether a call makes nothing but generators of the file that bring no guard with them."""
    graph = what.program.graph
    made = [graph.payloads[thing] for thing in what.points_to.callees.get(call.result, ())]
    return bool(made) and all(
        isinstance(function, Function)
        and function.is_generator
        and not any(guard_decorators(function, what.uses, graph))
        and not any(isinstance(node, ast.With) for node in own_statements(function.body))
        for function in made
    )
