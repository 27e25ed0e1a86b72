"""What optimizers are given to update, as far as the file writes it out."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import NamedTuple

from flake8_nograd.flow.program import Call
from flake8_nograd.flow.scopes import Function
from flake8_nograd.flow.statements import names_bound
from flake8_nograd.flow.values import Value
from flake8_nograd.syntax.access_path import access_path
from flake8_nograd.syntax.expressions import nodes_of, own_name
from flake8_nograd.syntax.suites import inner_suites, own_statements
from flake8_nograd.torch_model.guard_misuse.interpreted import Interpreted
from flake8_nograd.torch_model.points_to.abstract_objects import Made
from flake8_nograd.torch_model.semantics.context import Context
from flake8_nograd.vocabulary.effect import Effect

_JOINING = frozenset(("list", "tuple", "chain"))
_GROUP = "params"
# Attributes of parameters that tell something and change nothing.
READ_OF_PARAMETERS = frozenset("grad numel nelement device dtype shape size is_cuda".split())
_COMPREHENSIONS = ast.ListComp | ast.SetComp | ast.GeneratorExp


class Optimized(NamedTuple):
    """All parameters of a module that an optimizer is given."""

    optimizer: Call[Context]
    module: Value
    written: ast.Call  # `module.parameters()`


def optimized_modules(what: Interpreted) -> Iterator[Optimized]:
    """The modules of which an optimizer gets every parameter, none left out by a condition."""
    return (item for item in _given_to_optimizers(what) if item is not None)


def all_optimized(what: Interpreted) -> list[Optimized]:
    """The same, if that is all that the optimizers of the file are given; else none."""
    found = list(_given_to_optimizers(what))
    known = [item for item in found if item is not None]
    return known if len(known) == len(found) else []


def is_optimizer(call: Call[Context], what: Interpreted) -> bool:
    """Whether a call makes an optimizer."""
    payloads = what.program.graph.payloads
    made = [payloads[thing] for thing in what.points_to.objects.get(call.result, ())]
    return bool(made) and all(
        isinstance(item, Made) and item.effect is Effect.OPTIMIZER for item in made
    )


def _given_to_optimizers(what: Interpreted) -> Iterator[Optimized | None]:
    """What each optimizer of the file is given; None for what is not all of a module."""
    calls = {call.node: call for call in what.calls if call.method == "parameters"}
    for call in what.program.calls:
        if is_optimizer(call, what):
            given = call.node.args[0] if call.node.args else None
            for written in _written_out(given, call.function, what):
                found = calls.get(written) if written is not None else None
                if written is None or found is None or found.receiver is None:
                    yield None
                else:
                    yield Optimized(call, found.receiver, written)


def _written_out(
    node: ast.expr | None, function: Function, what: Interpreted
) -> Iterator[ast.Call | None]:
    """The calls of `parameters()` that an expression lists; None for anything else in it."""
    todo: list[ast.expr | None] = [node]
    seen: set[str] = set()
    while todo:
        part = todo.pop()
        if isinstance(part, ast.Call) and own_name(part.func) in _JOINING:
            todo += part.args
        elif isinstance(part, ast.Call) and own_name(part.func) == "parameters":
            yield None if part.args or part.keywords else part
        elif (whole := _of_which_it_is_what_trains(part)) is not None:
            todo.append(whole)
        elif isinstance(part, ast.List | ast.Tuple):
            todo += part.elts
        elif isinstance(part, ast.Starred):
            todo.append(part.value)
        elif isinstance(part, ast.BinOp) and isinstance(part.op, ast.Add):
            todo += (part.left, part.right)
        elif isinstance(part, ast.Dict):
            pairs = zip(part.keys, part.values, strict=True)
            todo += (value for key, value in pairs if getattr(key, "value", "") == _GROUP)
        elif isinstance(part, ast.Name) and part.id not in seen:
            seen.add(part.id)
            todo.append(_only_value(part.id, function, what))
        else:
            yield None


def _of_which_it_is_what_trains(node: ast.expr | None) -> ast.expr | None:
    """The parameters of which an expression leaves out nothing but those that are frozen."""
    match node:
        case ast.ListComp(
            elt=ast.Name(id=item),
            generators=[ast.comprehension(target=ast.Name(id=each), iter=whole, ifs=[asked])],
        ):
            is_plain = item == each
        case ast.Call(
            func=ast.Name(id="filter"),
            args=[ast.Lambda(args=ast.arguments(args=[ast.arg(arg=each)]), body=asked), whole],
        ):
            is_plain = True
        case _:
            return None
    return whole if is_plain and access_path(asked) == f"{each}.requires_grad" else None


def _only_value(name: str, function: Function, what: Interpreted) -> ast.expr | None:
    """What a name stands for to which its function gives a value once."""
    body = own_statements(what.body_of(function))
    statements = (item for item in body if not inner_suites(item))
    bound = [item for item in statements if name in names_bound(item)]
    if len(bound) == 1 and isinstance(bound[0], ast.Assign):
        return bound[0].value
    return None


def clips(name: str) -> bool:
    """Whether a function of this name limits the gradients of what it is given."""
    return "clip_grad" in name


def is_only_read(listed: ast.Call, statement: ast.stmt) -> bool:
    """Whether a list of parameters that a statement makes is only looked at."""
    for node in nodes_of(statement):
        if isinstance(node, ast.Call) and listed in node.args:
            return own_name(node.func) == "next" or clips(own_name(node.func))
        if isinstance(node, _COMPREHENSIONS) and node.generators[0].iter is listed:
            target = node.generators[0].target
            return isinstance(target, ast.Name) and _reads_attributes(target.id, node)
    return False


def _reads_attributes(name: str, within: ast.AST) -> bool:
    """Whether nothing but certain attributes is read of a name."""
    read = {
        node.value
        for node in nodes_of(within)
        if isinstance(node, ast.Attribute) and node.attr in READ_OF_PARAMETERS
    }
    return all(
        node in read
        for node in nodes_of(within)
        if isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Load)
    )
