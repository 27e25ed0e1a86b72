"""What single expressions say: an annotation, what is called, what a loop goes over."""

from __future__ import annotations

import ast

from flake8_nograd.project.function_text import FunctionNode
from flake8_nograd.project.value_names import made_by
from flake8_nograd.syntax.access_path import access_path
from flake8_nograd.syntax.expressions import nodes_of
from flake8_nograd.syntax.signatures import defaults

_OVER_PARAMETERS = frozenset(("parameters", "named_parameters", "modules", "children"))
_OVER_PAIRS = frozenset(("enumerate", "list", "tuple", "reversed", "iter", "zip"))


def annotated_class(annotation: ast.expr) -> str:
    """The class in `C`, `"C"`, `Optional[C]` or `C | None`; "" for anything else."""
    if isinstance(annotation, ast.Constant):
        text = annotation.value
        return text if isinstance(text, str) and text.replace(".", "a").isidentifier() else ""
    if isinstance(annotation, ast.BinOp):
        return annotated_class(annotation.left)
    if isinstance(annotation, ast.Subscript):
        outer = access_path(annotation.value).rpartition(".")[2]
        return annotated_class(annotation.slice) if outer == "Optional" else ""
    return access_path(annotation)


def annotated_classes(node: FunctionNode | None) -> dict[str, str]:
    """The classes that parameters are annotated with, and under `return` that of the result."""
    written = [(item.arg, item.annotation) for item in arguments_of(node)]
    written.append(("return", node.returns if node is not None else None))
    return {name: annotated_class(text) for name, text in written if text is not None}


def path_called(function: ast.expr) -> str:
    """What is called, as a plain access; `build().run` and `super.run` for the result of a call."""
    path = access_path(function)
    if path or not isinstance(function, ast.Attribute):
        return path
    owner = made_by(function.value)
    return f"{'super' if owner == 'super()' else owner or '?'}.{function.attr}"


def arguments_of(node: FunctionNode | None) -> list[ast.arg]:
    """The parameters of a function that take one argument each."""
    if node is None:
        return []
    return [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]


def defaults_of(node: FunctionNode | None) -> dict[str, bool]:
    """The parameters of a function that have a literal for a default, and whether it is true."""
    given = defaults(node.args) if node is not None else ()
    return {name: bool(value.value) for name, value in given if isinstance(value, ast.Constant)}


def iterated_module(over: ast.expr) -> str:
    """The module in `for p in module.parameters()`, or the list in `for net in nets`."""
    while isinstance(over, ast.Call):
        function = over.func
        if isinstance(function, ast.Attribute) and function.attr in _OVER_PARAMETERS:
            return access_path(function.value)
        if isinstance(function, ast.Name) and function.id in _OVER_PAIRS and over.args:
            over = over.args[0]
            continue
        return ""
    return access_path(over)


def is_main_test(test: ast.expr) -> bool:
    """Whether a condition asks for the name of the module."""
    return any(isinstance(part, ast.Name) and part.id == "__name__" for part in nodes_of(test))
