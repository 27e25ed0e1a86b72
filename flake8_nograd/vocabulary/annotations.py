"""How sure it is that something is an nn.Module, and what an annotation says of it."""

from __future__ import annotations

import ast
import enum
import re

from flake8_nograd.syntax.access_path import access_path

_MODULE_ANNOTATION = re.compile(r"(?:\w+\.)*\w*(?:Module|Model|Net|Network|Encoder|Decoder)")
_OTHER_ANNOTATION = re.compile(
    r"(?:\w+\.)*(?:Tensor|str|int|float|bool|Callable|Path|Dataset|DataLoader|ndarray|list|dict"
    r"|tuple|List|Dict|Tuple|Optimizer|Any\w+Fn)\b.*"
)


class ModelEvidence(enum.IntEnum):
    """How we know that something is an nn.Module, the weakest first."""

    NONE = 0
    NAME = 1
    ANNOTATION = 2
    USE = 3
    ORIGIN = 4


def names_module_class(annotation: ast.expr) -> bool:
    """Whether an annotation says that a value is a module."""
    return evidence_of_annotation(annotation) is ModelEvidence.ANNOTATION


def evidence_of_annotation(annotation: ast.expr) -> ModelEvidence | None:
    head = annotation
    while isinstance(head, ast.Subscript | ast.BinOp):
        head = head.value if isinstance(head, ast.Subscript) else head.left
    text = access_path(head)
    if isinstance(head, ast.Constant) and head is annotation:
        text = str(head.value)
    if head is annotation and _MODULE_ANNOTATION.fullmatch(text):
        return ModelEvidence.ANNOTATION
    return ModelEvidence.NONE if _OTHER_ANNOTATION.fullmatch(text) else None
