"""May a file keep what it differentiates: in a running sum, a list, an object of its own?"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from collections.abc import Set as AbstractSet

from flake8_nograd.syntax.access_path import access_path
from flake8_nograd.syntax.accumulations import accumulation, names_in
from flake8_nograd.syntax.signatures import positional
from flake8_nograd.syntax.suites import inner_suites
from flake8_nograd.triage.syntax_index import Function, SyntaxIndex, is_function
from flake8_nograd.vocabulary.methods import CUT_ATTRIBUTES, CUTS

_READING = frozenset(("float", "int", "len"))
_SUMS = (ast.Assign, ast.AugAssign)
_DISPLAYS = (ast.List, ast.Set, ast.Dict)


def may_keep_graphs(index: SyntaxIndex, tree: ast.Module) -> bool:
    """Whether anything is added up that a backward pass differentiates, or what a method gets."""
    backward = [
        call
        for path, calls in index.calls.items()
        if path[-1].endswith("backward")
        for call in calls
    ]
    backward += [call for calls in index.own_calls.values() for call in calls if _is_backward(call)]
    names = frozenset(names_in(backward))
    if not names:
        return False
    given = _names_given(index, names)
    return any(
        _is_kept(source, given if in_object else names) for source, in_object in _added(tree)
    )


def may_keep_arguments(index: SyntaxIndex) -> bool:
    """Whether an argument of a method may be added to a sum in its object."""
    return any(
        _is_kept(source, index.parameters)
        for cls in index.classes
        for function in cls.functions
        for source in _added_to_object(function)
    )


def _added_to_object(method: Function) -> Iterator[ast.expr]:
    """What a method that takes an argument adds to sums in its object; a display is none."""
    parameters = positional(method.args)
    todo = [method.body] if len(parameters) > 1 else []
    while todo:
        for statement in todo.pop():
            what = accumulation(statement) if isinstance(statement, _SUMS) else None
            if what is None:
                todo += inner_suites(statement)
            elif access_path(what.target).startswith(f"{parameters[0]}.") and not isinstance(
                what.source, _DISPLAYS
            ):
                yield what.source


def _is_backward(call: ast.Call) -> bool:
    function = call.func
    return isinstance(function, ast.Attribute) and function.attr.endswith("backward")


def _names_given(index: SyntaxIndex, names: frozenset[str]) -> frozenset[str]:
    """Also the parameters of the file's methods, if one of them may get what is differentiated."""
    calls = [call for path, of in index.calls.items() if path[-1] in index.methods for call in of]
    calls += [call for of in index.own_calls.values() for call in of]
    if not any(not names.isdisjoint(names_in(call.args)) for call in calls):
        return names
    return names | index.parameters


def _added(tree: ast.Module) -> Iterator[tuple[ast.expr, bool]]:
    """What statements add, and whether to a part of something."""
    todo: list[list[ast.stmt]] = [tree.body]
    while todo:
        for statement in todo.pop():
            what = accumulation(statement)
            if what is not None:
                in_object = isinstance(what.target, ast.Attribute | ast.Subscript)
                yield what.source, in_object
            if is_function(statement) or isinstance(statement, ast.ClassDef):
                todo.append(statement.body)
            else:
                todo += inner_suites(statement)


def _is_kept(source: ast.expr, names: AbstractSet[str]) -> bool:
    return any(not names.isdisjoint(names_in((part,))) for part in _parts_with_graph(source))


def _parts_with_graph(node: ast.expr) -> Iterator[ast.expr]:
    """The operands of an expression, without those that are certainly read as numbers."""
    if isinstance(node, ast.BinOp):
        yield from _parts_with_graph(node.left)
        yield from _parts_with_graph(node.right)
        return
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        is_cut = node.func.attr in CUTS
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        is_cut = node.func.id in _READING
    else:
        is_cut = isinstance(node, ast.Attribute) and node.attr in CUT_ATTRIBUTES
    if not is_cut:
        yield node
