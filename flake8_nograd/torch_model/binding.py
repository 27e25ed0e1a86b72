"""Which argument of a call becomes which parameter of a function of the file."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flake8_nograd.flow.program import Call
from flake8_nograd.flow.scopes import Function
from flake8_nograd.flow.values import Value
from flake8_nograd.torch_model.context import Context


def bindings(call: Call[Context], function: Function, bound: bool) -> Iterator[tuple[str, Value]]:
    """Pairs of a parameter's name and the value given for it; `bound` skips the first one."""
    names = function.positional_parameters()[1 if bound else 0 :]
    yield from zip(names, call.positional, strict=False)
    yield from _variadic(call, function, len(names))
    known = {parameter.arg for parameter in function.parameters()}
    for name, value in call.keywords.items():
        if name in known:
            yield name, value
        elif function.node is not None and function.node.args.kwarg is not None:
            yield function.node.args.kwarg.arg, value
    if call.starred.same or call.starred.parts:
        for name in names[len(call.positional) :]:
            yield name, call.starred


def _variadic(call: Call[Context], function: Function, named: int) -> Iterator[tuple[str, Value]]:
    star = function.node.args.vararg if function.node is not None else None
    if star is not None:
        for value in call.positional[named:]:
            yield star.arg, value


def is_bound(call: Call[Context], function: Function) -> bool:
    """Whether calling the function this way fills its first parameter by itself."""
    if function.owner is None or function.is_static:
        return False
    if function.is_classmethod:
        return True
    receiver = call.node.func.value if isinstance(call.node.func, ast.Attribute) else None
    through_class = isinstance(receiver, ast.Name) and receiver.id == function.owner.name
    return receiver is not None and not through_class
