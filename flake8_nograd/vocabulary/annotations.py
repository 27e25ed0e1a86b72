"""How sure it is that something is an nn.Module, and what an annotation says of it."""

from __future__ import annotations

import ast
import enum
from collections.abc import Iterator
from functools import cache

from flake8_nograd.patterns import lazy_pattern
from flake8_nograd.syntax.access_path import access_path
from flake8_nograd.syntax.annotations import alternatives

_MODULE_ANNOTATION = lazy_pattern(
    r"(?:\w+\.)*\w*(?:Module|Model|Net|Network|Encoder|Decoder)"
    r"|(?:torch\.)?nn\.(?:modules\.(?:\w+\.)?)?(?!Parameter|Buffer)[A-Z]\w*"
)
_OTHER_ANNOTATION = lazy_pattern(
    r"(?:\w+\.)*(?:Tensor|str|int|float|bool|Callable|Path|Dataset|DataLoader|ndarray|list|dict"
    r"|tuple|List|Dict|Tuple|Optimizer|Any\w+Fn|DataFrame|Series|Namespace|Config|DictConfig"
    r"|(?:torch\.)?nn\.\w*(?:Loss|Parameter|Buffer))\b.*"
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
    """What an annotation says of a value, None if nothing; one that may be a module is one."""
    told = {_evidence_of_one(text) for text in names_in(annotation)}
    if ModelEvidence.ANNOTATION in told:
        return ModelEvidence.ANNOTATION
    return ModelEvidence.NONE if told == {ModelEvidence.NONE} else None


@cache
def _evidence_of_one(text: str) -> ModelEvidence | None:
    if _OTHER_ANNOTATION.fullmatch(text):
        return ModelEvidence.NONE
    return ModelEvidence.ANNOTATION if _MODULE_ANNOTATION.fullmatch(text) else None


def names_in(annotation: ast.expr) -> Iterator[str]:
    """The dotted names in an annotation, quoted or not, without what stands in brackets.

    A container that is named like a module says nothing of what it holds.
    """
    for part in alternatives(annotation):
        if isinstance(part, ast.Constant):
            if isinstance(part.value, str):
                yield from _names_in_text(part.value)
        elif isinstance(part, ast.Subscript):
            outer = access_path(part.value)
            if not _MODULE_ANNOTATION.fullmatch(outer):
                yield outer
        else:
            yield access_path(part)


def _names_in_text(text: str) -> Iterator[str]:
    try:
        yield from names_in(ast.parse(text, mode="eval").body)
    except (SyntaxError, RecursionError, ValueError):
        return
