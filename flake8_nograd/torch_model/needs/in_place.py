"""Which calls write into a tensor that they are given, instead of making one."""

from __future__ import annotations

import ast

from flake8_nograd.syntax.expressions import dotted, inwards, own_name
from flake8_nograd.vocabulary import methods

_MAY_WORK_IN_PLACE = frozenset(
    "ReLU ReLU6 LeakyReLU ELU SELU CELU SiLU Hardswish Hardtanh Hardsigmoid Mish RReLU Threshold"
    " Dropout Dropout1d Dropout2d Dropout3d AlphaDropout FeatureAlphaDropout".split()
)


_SETS_A_FLAG = frozenset("requires_grad_ share_memory_".split())
_MODULES = frozenset("torch nn F init functional np numpy".split())


def changes_receiver(call: ast.Call) -> bool:
    """Whether a method writes into the tensor it is called on."""
    function = call.func
    return isinstance(function, ast.Attribute) and is_in_place(function.attr)


def is_in_place(name: str) -> bool:
    """Whether a name is one of torch's for what writes into its first tensor."""
    is_spelled_so = name.endswith("_") and not name.endswith("__") and name.strip("_") != ""
    return name in methods.IN_PLACE or (is_spelled_so and name not in _SETS_A_FLAG)


def written_by(call: ast.Call) -> list[ast.expr]:
    """The tensors that a call writes into, by its name and its keywords."""
    written = [keyword.value for keyword in call.keywords if keyword.arg == "out"]
    name = own_name(call.func)
    owner = call.func.value if isinstance(call.func, ast.Attribute) else None
    is_computed = owner is not None and any(isinstance(part, ast.Call) for part in inwards(owner))
    is_function = owner is None or (not is_computed and dotted(owner).partition(".")[0] in _MODULES)
    if is_in_place(name) and not is_function:
        written += [] if owner is None else [owner]
    elif call.args and (is_in_place(name) or asks_for_in_place(call)):
        written.append(call.args[0])
    return written


def asks_for_in_place(call: ast.Call) -> bool:
    """Whether a call has `inplace=True` among its arguments, or may have."""
    for keyword in call.keywords:
        if keyword.arg == "inplace":
            return not (isinstance(keyword.value, ast.Constant) and not keyword.value.value)
    return False


def makes_in_place_layer(call: ast.Call) -> bool:
    """Whether a call makes a layer that writes into its input."""
    name = own_name(call.func)
    flags = [item for item in call.args if isinstance(item, ast.Constant) and item.value is True]
    return asks_for_in_place(call) or (name in _MAY_WORK_IN_PLACE and bool(flags))


def writes_into_input(call: ast.Call) -> bool:
    """Whether a call makes a module that writes into its input, as its first layer does."""
    name = own_name(call.func)
    first = call.args[0] if call.args else None
    if name == "Sequential" and isinstance(first, ast.Call):
        return writes_into_input(first)
    return makes_in_place_layer(call)
