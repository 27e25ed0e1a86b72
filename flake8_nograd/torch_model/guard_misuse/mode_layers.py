"""Does it make a difference to a model whether it is in eval mode?"""

from __future__ import annotations

import ast

from flake8_nograd.flow.program import Call
from flake8_nograd.flow.scopes import Class
from flake8_nograd.flow.values import Value
from flake8_nograd.syntax.expressions import dotted, last_name, own_nodes
from flake8_nograd.torch_model.guard_misuse.interpreted import Interpreted
from flake8_nograd.torch_model.points_to.makers import makers_of
from flake8_nograd.torch_model.semantics.context import Context
from flake8_nograd.vocabulary import saved_inputs
from flake8_nograd.vocabulary.layers import DEPENDS_ON_MODE

_DEEPEST = 3


def depends_on_mode(model: Value, what: Interpreted, deep: int = _DEEPEST) -> bool:
    """Whether a model certainly has a layer that trains in another way than it infers."""
    graph = what.program.graph
    makers = list(makers_of(model, graph))
    return bool(makers) and all(
        maker is not None and _makes_sensitive(maker, what, deep) for maker in makers
    )


def _makes_sensitive(maker: Call[Context], what: Interpreted, deep: int) -> bool:
    graph = what.program.graph
    if maker.imported is not None:
        name = maker.imported.rpartition(".")[2]
        if maker.imported.startswith("torch.nn.") and DEPENDS_ON_MODE.fullmatch(name):
            return True
        is_sequence = maker.imported == saved_inputs.SEQUENCE
        return is_sequence and _has_sensitive_part(maker, what, deep)
    things = what.points_to.callees.get(maker.result, ())
    classes = [graph.payloads[thing] for thing in things]
    return bool(classes) and all(
        isinstance(cls, Class) and cls.node is not None and _builds_sensitive(cls.node)
        for cls in classes
    )


def _has_sensitive_part(maker: Call[Context], what: Interpreted, deep: int) -> bool:
    return deep > 0 and any(depends_on_mode(part, what, deep - 1) for part in maker.positional)


def _builds_sensitive(cls: ast.ClassDef) -> bool:
    """Whether the constructor of a class writes out such a layer of torch, without a condition."""
    for item in cls.body:
        if isinstance(item, ast.FunctionDef) and item.name == "__init__":
            return any(
                isinstance(node, ast.Call)
                and dotted(node.func).startswith(("nn.", "torch.nn."))
                and DEPENDS_ON_MODE.fullmatch(last_name(node.func)) is not None
                for statement in item.body
                if not isinstance(statement, ast.If)
                for node in own_nodes([statement])
            )
    return False
