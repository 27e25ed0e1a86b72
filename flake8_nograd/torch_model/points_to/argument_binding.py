"""Which argument of a call becomes which parameter of a function of the file."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import replace

from flake8_nograd.flow.graph import Node
from flake8_nograd.flow.program import Call, CallbackArgument
from flake8_nograd.flow.scopes import Function
from flake8_nograd.flow.values import PLAIN, Value, join
from flake8_nograd.syntax.signatures import Given, Signature
from flake8_nograd.torch_model.semantics.context import Context


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
    if call.starred.aliases or call.starred.dependencies:
        for name in (*names[len(call.positional) :], *_others(function)):
            yield name, call.starred


def _others(function: Function) -> Iterator[str]:
    """Parameters that take no single argument by position."""
    if function.node is not None:
        arguments = function.node.args
        stars = (star for star in (arguments.vararg, arguments.kwarg) if star is not None)
        yield from (parameter.arg for parameter in (*arguments.kwonlyargs, *stars))


def _variadic(call: Call[Context], function: Function, named: int) -> Iterator[tuple[str, Value]]:
    star = function.node.args.vararg if function.node is not None else None
    if star is not None:
        for value in call.positional[named:]:
            yield star.arg, value


def may_take(function: Function, call: ast.Call) -> bool:
    """Whether a method has a parameter for each argument of a call, and needs no others."""
    node = function.node
    if node is None or isinstance(node, ast.Lambda) or node.decorator_list:
        return True
    signature = Signature.of(node.args)
    return (signature.bound if is_method(function) else signature).may_take(Given.by(call))


def callback_call(item: CallbackArgument[Context], node: Node) -> Call[Context]:
    """The call by which a function that is handed over, as `node`, is run.

    It gets the arguments behind it, or those under the names that threads use.
    """
    call = item.call
    positional = call.positional
    for position, value in enumerate(positional):
        if node in value.aliases:
            positional = positional[position + 1 :]
            break
    else:
        positional = ()
    listed = call.keywords.get("args", PLAIN)
    starred = join((call.starred, call.keywords.get("kwargs", PLAIN)))
    if listed.items is not None:
        positional = (*positional, *listed.items)
    else:
        starred = join((starred, listed))
    return replace(call, context=item.context, positional=positional, starred=starred)


def is_method(function: Function) -> bool:
    """Whether a function gets its first parameter from the object that it was read from."""
    return function.owner is not None and not function.is_static


def is_bound(call: Call[Context], function: Function) -> bool:
    """Whether calling the function this way fills its first parameter by itself."""
    if function.owner is None or not is_method(function):
        return False
    if function.is_classmethod or not isinstance(call.node.func, ast.Attribute):
        return True
    receiver = call.node.func.value
    return not (isinstance(receiver, ast.Name) and receiver.id == function.owner.name)
