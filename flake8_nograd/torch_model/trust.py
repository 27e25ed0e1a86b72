"""How sure it is that something is an nn.Module, and what annotations say of it."""

from __future__ import annotations

import ast
import enum
import re

from flake8_nograd.flow.graph import FlowGraph, Kind
from flake8_nograd.flow.program import access_path
from flake8_nograd.flow.values import Value

_MODULE_ANNOTATION = re.compile(r"(?:\w+\.)*\w*(?:Module|Model|Net|Network|Encoder|Decoder)")
_OTHER_ANNOTATION = re.compile(
    r"(?:\w+\.)*(?:Tensor|str|int|float|bool|Callable|Path|Dataset|DataLoader|ndarray|list|dict"
    r"|tuple|List|Dict|Tuple|Optimizer|Any\w+Fn)\b.*"
)


class Trust(enum.IntEnum):
    """How we know that something is an nn.Module, the weakest first."""

    NONE = 0
    NAME = 1
    ANNOTATION = 2
    USE = 3
    ORIGIN = 4


def trust_by_annotation(value: Value, graph: FlowGraph) -> Trust | None:
    """What the annotations of parameters say of a value; None if they say nothing."""
    for node in value.same:
        if graph.kinds[node] is Kind.PARAMETER:
            function, name = graph.pair(node)
            for parameter in function.parameters():
                if parameter.arg == name and parameter.annotation is not None:
                    return _trust_of_annotation(parameter.annotation)
    return None


def names_module_class(annotation: ast.expr) -> bool:
    """Whether an annotation says that a value is a module."""
    return _trust_of_annotation(annotation) is Trust.ANNOTATION


def _trust_of_annotation(annotation: ast.expr) -> Trust | None:
    head = annotation
    while isinstance(head, ast.Subscript | ast.BinOp):
        head = head.value if isinstance(head, ast.Subscript) else head.left
    text = access_path(head)
    if isinstance(head, ast.Constant) and head is annotation:
        text = str(head.value)
    if head is annotation and _MODULE_ANNOTATION.fullmatch(text):
        return Trust.ANNOTATION
    return Trust.NONE if _OTHER_ANNOTATION.fullmatch(text) else None
