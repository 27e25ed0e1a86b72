"""Results that numpy reads as they are: it raises where there is a graph, so there is none."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterable, Iterator, Set
from typing import NamedTuple, TypeGuard

from flake8_nograd.flow.scopes import Function
from flake8_nograd.syntax.expressions import last_name, own_name, own_nodes
from flake8_nograd.torch_model.facts import ForwardPass
from flake8_nograd.vocabulary import methods

# Methods of a tensor whose result has the graph, and is not of another type than numbers with one.
_KEEPING_THE_GRAPH = frozenset(
    "cpu cuda to float double half bfloat16 contiguous clone squeeze unsqueeze flatten reshape view"
    " permute transpose t softmax log_softmax sigmoid tanh exp clamp mean".split()
)
_NUMPY = frozenset(("np", "numpy"))
# Functions of numpy that make arrays of what they are given, by its first argument (numpy 2.3).
_MAKING_ARRAYS = frozenset(
    "array asarray asanyarray ascontiguousarray clip exp log sqrt abs round where argmax".split()
)
_SAVING = frozenset(("save", "savetxt"))  # by the second
_JOINING = frozenset("cat concat concatenate stack vstack hstack".split())


class ArrayReads:
    """Looks through a function once, and only if it holds a forward pass that could be reported."""

    def __init__(self) -> None:
        self._known: dict[Function, _Reads] = {}

    def has(self, item: ForwardPass) -> bool:
        """Whether numpy reads a result, or the only name that it is given, as it is.

        What is picked out of a result may be indices, and so may be what other methods give.
        """
        method = item.call.method
        if method != "forward" and methods.is_hidden_forward(method):
            return False
        reads = self._known.get(item.function)
        if reads is None:
            reads = self._known[item.function] = _reads_in(item.function)
        return item.node in reads.values or _name_given(item) in reads.names


class _Reads(NamedTuple):
    """What a function reads as an array: expressions, and names that it binds once."""

    values: Set[ast.expr]
    names: Set[str]


def _reads_in(function: Function) -> _Reads:
    roots: list[ast.expr] = []
    bound: Counter[str] = Counter()
    nodes = list(own_nodes(function.body))
    tried = _numpy_tried(nodes)
    parts = [part for part in nodes if part not in tried]
    for part in parts:
        if isinstance(part, ast.Call) and (read := _read_as_array(part)) is not None:
            roots.append(_root_of(read))
        elif isinstance(part, ast.ListComp | ast.DictComp):
            roots += _read_one_by_one(part)
        elif isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store):
            bound[part.id] += 1
    joins = [part for part in parts if isinstance(part, ast.Call) and _is_of_numpy(part)]
    lists = set(filter(None, map(_list_joined, [*roots, *joins])))
    roots += (_root_of(part.args[0]) for part in parts if lists and _is_added(part, lists))
    named = {root.id for root in roots if isinstance(root, ast.Name)}
    return _Reads(set(roots), {name for name in named if bound[name] == 1})


def _name_given(item: ForwardPass) -> str | None:
    """The name to which the statement of a pass assigns its result as it is."""
    statement = item.call.place.statement
    if not isinstance(statement, ast.Assign) or len(statement.targets) != 1:
        return None
    (target,) = statement.targets
    is_whole = _root_of(statement.value) is item.node
    return target.id if is_whole and isinstance(target, ast.Name) else None


def _read_as_array(call: ast.Call) -> ast.expr | None:
    """What `.numpy()` is called on, or what a function of numpy makes an array of."""
    if _is_of_numpy(call):
        name = last_name(call.func)
        position = 1 if name in _SAVING else 0 if name in _MAKING_ARRAYS else len(call.args)
        return call.args[position] if position < len(call.args) else None
    is_read = isinstance(call.func, ast.Attribute) and call.func.attr == "numpy"
    if not is_read or call.args or call.keywords:
        return None
    assert isinstance(call.func, ast.Attribute)
    return call.func.value


def _is_of_numpy(call: ast.Call) -> bool:
    function = call.func
    return isinstance(function, ast.Attribute) and own_name(function.value) in _NUMPY


def _numpy_tried(parts: Iterable[ast.AST]) -> set[ast.AST]:
    """Calls of numpy whose error something waits for, and so tells of a graph."""
    bodies = (part.body for part in parts if isinstance(part, ast.Try) and part.handlers)
    inside = (node for body in bodies for node in own_nodes(body))
    return {node for node in inside if isinstance(node, ast.Call) and _is_of_numpy(node)}


def _list_joined(node: ast.expr) -> str:
    """The name of the list whose tensors a call joins; empty for anything else."""
    match node:
        case ast.Call(func=function, args=[ast.Name(id=name), *_]):
            return name if last_name(function) in _JOINING else ""
    return ""


def _is_added(node: ast.AST, lists: Set[str]) -> TypeGuard[ast.Call]:
    """Whether something is appended to one of several lists."""
    match node:
        case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr="append"), args=[_]):
            return name in lists
    return False


def _read_one_by_one(node: ast.ListComp | ast.DictComp) -> Iterator[ast.expr]:
    """What a comprehension goes over, if it does nothing but read each value of it as an array."""
    element = node.elt if isinstance(node, ast.ListComp) else node.value
    (first, *further) = node.generators
    read = _read_as_array(element) if isinstance(element, ast.Call) else None
    if read is None or further or first.ifs:
        return
    root, over = _root_of(read), first.iter
    *_, value = first.target.elts if isinstance(first.target, ast.Tuple) else [first.target]
    if isinstance(root, ast.Name) and isinstance(value, ast.Name) and root.id == value.id:
        yield _dictionary_of(over)


def _dictionary_of(values: ast.expr) -> ast.expr:
    """What `items()` or `values()` is called on; anything else as it is."""
    called = values.func if isinstance(values, ast.Call) else None
    is_of_one = isinstance(called, ast.Attribute) and called.attr in ("items", "values")
    return called.value if is_of_one and isinstance(called, ast.Attribute) else values


def _root_of(node: ast.expr) -> ast.expr:
    """What a chain of methods that keep the graph begins with."""
    while (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in _KEEPING_THE_GRAPH
        and (node.func.attr != "to" or not _may_be_of_another_type(node))
    ):
        node = node.func.value
    return node


def _may_be_of_another_type(call: ast.Call) -> bool:
    """Whether a `to()` may turn numbers into whole ones."""
    given = [*call.args, *(keyword.value for keyword in call.keywords)]
    return not all(isinstance(node, ast.Constant) for node in given)
