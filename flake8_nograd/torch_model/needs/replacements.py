"""Whether a file puts something of its own in the place of what others call."""

from __future__ import annotations

import ast
from collections.abc import Callable
from itertools import starmap

from flake8_nograd.syntax.accumulations import names_in
from flake8_nograd.syntax.bindings import Bindings
from flake8_nograd.syntax.expressions import dotted, inwards, own_name
from flake8_nograd.torch_model.needs.fields import is_import_of, is_known_import

_FORWARDS = frozenset(("forward", "__call__", "_call_impl"))
_TENSORS = frozenset("torch.Tensor Tensor F functional nn.functional torch.nn.functional".split())
_SETTINGS = frozenset("backends config multiprocessing".split())
_PATCHES = frozenset(("patch", "multiple"))


def line_of_replacement(
    bindings: Bindings, is_of_another_class: Callable[[ast.Attribute], bool]
) -> int:
    """The line in which a forward pass, or a function of torch, gets another one; 0 if none does.

    Attributes of objects that are no modules may be called `forward` as well.
    """
    names_forward = speaks_of_dicts = 0
    for node in bindings.parents:
        line = getattr(node, "lineno", 0)
        match node:
            case ast.Attribute(ctx=ast.Store(), attr=name):
                is_forward = name in _FORWARDS and not is_of_another_class(node)
                if is_forward or _changes_library(node, bindings):
                    return line
            case ast.Call() if _is_replacing(node, bindings):
                return line
        if isinstance(node, ast.Constant | ast.keyword) and not _FORWARDS.isdisjoint(
            (getattr(node, "arg", ""), str(getattr(node, "value", "")))
        ):
            names_forward = line
        elif own_name(node) in ("__dict__", "vars"):
            speaks_of_dicts = line
    return names_forward and speaks_of_dicts


def _is_replacing(call: ast.Call, bindings: Bindings) -> bool:
    """Whether a call sets a forward pass, or a function of torch, by its name."""
    texts = [str(getattr(item, "value", "")) for item in call.args]
    first = call.args[0] if call.args else None
    name = own_name(call.func)
    if name in ("setattr", "__setattr__"):
        is_function = first is not None and _is_called(first, bindings)
        return is_function or not _FORWARDS.isdisjoint(texts)
    path = dotted(call.func).split(".")
    if name in _PATCHES or path[-2:] == ["patch", "object"]:
        is_text = isinstance(first, ast.Constant)
        return "dict" not in path and (
            not is_text or texts[0].startswith(("torch", "builtins", "__main__"))
        )
    return False


def _changes_library(node: ast.Attribute, bindings: Bindings) -> bool:
    """Whether the file gives torch a function, or tensors a method, of its own."""
    value = getattr(bindings.statement_of(node), "value", None)
    if isinstance(value, ast.Constant):
        return False
    if dotted(node.value) in _TENSORS:
        return True
    if not _is_called(node.value, bindings) or value is None:
        return False
    stores = [
        (item, name)
        for name in names_in([value])
        for item in bindings.stores.get(bindings.in_scope(bindings.tree, name), [value])
    ]
    return isinstance(value, ast.Lambda) or not all(starmap(is_known_import, stores))


def _is_called(owner: ast.expr, bindings: Bindings) -> bool:
    """Whether an owner of attributes is torch or a part of it."""
    *_, root = inwards(owner)
    if not isinstance(root, ast.Name) or not _SETTINGS.isdisjoint(dotted(owner).split(".")):
        return False
    stores = bindings.stores.get(bindings.of(root), ())
    return bool(stores) and all(is_import_of(item, root.id, ("torch",)) for item in stores)
