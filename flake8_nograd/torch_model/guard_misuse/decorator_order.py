"""Guards above a decorator that takes the bare function, or under one that drops them."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flake8_nograd.flow.graph import Kind, Node
from flake8_nograd.flow.scopes import Function
from flake8_nograd.flow.values import Value
from flake8_nograd.syntax.bindings import FunctionNode
from flake8_nograd.torch_model.facts import GuardMisuse, Misuse
from flake8_nograd.torch_model.guard_misuse.decorators import (
    GuardDecorator,
    guard_decorators,
    lines_of,
)
from flake8_nograd.torch_model.guard_misuse.interpreted import Interpreted
from flake8_nograd.torch_model.semantics.registering import imported_names, registers_bare_function
from flake8_nograd.vocabulary import registration

_DESCRIPTORS = (
    (registration.STATIC, Misuse.ABOVE_STATIC_METHOD),
    (registration.CLASS_METHODS, Misuse.ABOVE_CLASS_METHOD),
    (registration.PROPERTIES, Misuse.ABOVE_PROPERTY),
)


def wrong_order(what: Interpreted) -> Iterator[GuardMisuse]:
    """Guards that another decorator of the same function takes out of force."""
    for function in what.program.functions:
        if len(function.decorators) < 2 or function.node is None:
            continue
        for guard in guard_decorators(function, what.uses, what.program.graph):
            found = _fault(function, guard, what)
            if found is not None:
                kind, other = found
                yield GuardMisuse(
                    guard.node,
                    kind,
                    f"@{ast.unparse(guard.node)}",
                    f"@{ast.unparse(other)}",
                    lines_of(function.node),
                    instead=_to_reorder(function, guard, kind),
                )


def _to_reorder(function: Function, guard: GuardDecorator, kind: Misuse) -> FunctionNode | None:
    """The function, if its guard and the other decorator only have to change places."""
    is_last_but_one = guard.position == len(function.decorators) - 2
    if kind is Misuse.UNDER_SCRIPT or not is_last_but_one:
        return None
    return function.node if isinstance(function.node, FunctionNode) else None


def _fault(
    function: Function, guard: GuardDecorator, what: Interpreted
) -> tuple[Misuse, ast.expr] | None:
    written: list[ast.expr] = getattr(function.node, "decorator_list", [])
    pairs = list(zip(written, function.decorators, strict=True))
    for node, value in pairs[guard.position + 1 :]:
        kind = _taking_the_bare_function(node, value, what)
        if kind is not None:
            return kind, node
    for node, value in pairs[: guard.position]:
        if not registration.SCRIPTING.isdisjoint(imported_names(value, what.program.graph)):
            return Misuse.UNDER_SCRIPT, node
    return None


def _taking_the_bare_function(node: ast.expr, value: Value, what: Interpreted) -> Misuse | None:
    names = imported_names(value, what.program.graph)
    for table, kind in _DESCRIPTORS:
        if names and names <= table:
            return kind
    called = node.func if isinstance(node, ast.Call) else node
    if not isinstance(called, ast.Name | ast.Attribute):
        return None
    is_method = isinstance(called, ast.Attribute)
    last = called.attr if isinstance(called, ast.Attribute) else called.id
    if is_method and last in registration.PROPERTY_PARTS:
        return Misuse.ABOVE_PROPERTY
    if any(_keeps_what_it_gets(thing, what) for thing in value.aliases):
        return Misuse.ABOVE_REGISTRATION
    is_registered = registers_bare_function(node, value, what.program.graph)
    return Misuse.ABOVE_REGISTRATION if is_registered else None


def _keeps_what_it_gets(thing: Node, what: Interpreted) -> bool:
    """Whether a function of the file gives back the function that it gets, and keeps it as well."""
    graph = what.program.graph
    function = graph.payloads[thing]
    if graph.kinds[thing] is not Kind.FUNCTION or not isinstance(function, Function):
        return False
    names = function.positional_parameters()
    given = graph.find(Kind.PARAMETER, (function, names[0])) if names else None
    returned = graph.find(Kind.RETURN, function)
    if given is None or returned is None:
        return False
    goes_to = graph.copies.get(given, ())
    sources = graph.copied_from.get(returned, ())
    return list(sources) == [given] and any(target != returned for target in goes_to)
