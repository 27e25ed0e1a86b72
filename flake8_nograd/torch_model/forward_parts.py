"""Which methods of a file only serve the forward passes of its classes, by their text."""

from __future__ import annotations

import re

from flake8_nograd.torch_model.signs import VOLATILE, Patterns, Signs, found
from flake8_nograd.torch_model.survey import OwnClass
from flake8_nograd.torch_model.vocabulary.words import runs_inference

# What a method has to hold for something in it to be more than a part of a forward pass.
_ACTS: Patterns = (
    re.compile(r"self\b(?!\s*\.)"),
    re.compile(r"\.\s*(?:eval|train|forward)\b"),
    re.compile(r"import\b"),
)
# What makes a call in any method one that is judged, as an input without a graph does.
_OTHER_SCOPE = re.compile(r"\n[ \t]*(?:class|global)\b")


class ForwardParts:
    """Tells of methods whether any call in them is judged by itself."""

    def __init__(self, signs: Signs) -> None:
        self._signs = signs

    def serves_forward(self, name: str, body: str, cls: OwnClass) -> bool:
        """Whether a method of this name and body does nothing but help a forward pass."""
        if VOLATILE in body or _OTHER_SCOPE.search(body):
            return False
        if name.strip("_").startswith(("forward", "init")):
            return cls.defines_forward or not self._signs.differentiates
        if not cls.defines_forward or runs_inference(name) or name.startswith("on_"):
            return False
        return not (found(_ACTS, body) or self._computes_gradients(body))

    def _computes_gradients(self, body: str) -> bool:
        if not (self._signs.differentiates or self._signs.may_differentiate):
            return False
        signs = Signs(body)
        return signs.differentiates or signs.may_differentiate
