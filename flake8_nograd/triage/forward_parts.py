"""Which methods of a file only serve the forward passes of its classes, by their text."""

from __future__ import annotations

from flake8_nograd.patterns import lazy_pattern
from flake8_nograd.triage.syntax_index import OwnClass
from flake8_nograd.triage.text_prefilter import VOLATILE, Patterns, TextPrefilter, found
from flake8_nograd.vocabulary.words import runs_inference, sounds_like_forward

# What a method has to hold for something in it to be more than a part of a forward pass.
_ACTS: Patterns = (
    lazy_pattern(r"self\b(?!\s*\.)"),
    lazy_pattern(r"\.\s*(?:eval|train|forward)\b"),
    lazy_pattern(r"import\b"),
)
# What leaves a graph behind, in the constructor of an object that is no module or in a method that
# perhaps no forward pass runs.
_CUT = lazy_pattern(r"\.\s*(?:detach|data)\b")
# What makes a call in any method one that is judged, as an input without a graph does.
_OTHER_SCOPE = lazy_pattern(r"\n[ \t]*(?:class|global)\b")


class ForwardParts:
    """Tells of methods whether any call in them is judged by itself."""

    def __init__(self, text: TextPrefilter) -> None:
        self._text = text

    def serves_forward(self, name: str, body: str, cls: OwnClass) -> bool:
        """Whether a method of this name and body does nothing but help a forward pass."""
        if VOLATILE in body or _OTHER_SCOPE.search(body):
            return False
        if name.strip("_").startswith(("forward", "init")):
            sounds_so = sounds_like_forward(name) and found(_ACTS, body)
            cuts = name.strip("_").startswith("init") and _CUT.search(body) is not None
            if sounds_so or (cuts and not cls.defines_forward):
                return False
            return cls.defines_forward or not self._text.differentiates
        if not cls.defines_forward or runs_inference(name) or name.startswith("on_"):
            return False
        acts = found(_ACTS, body) or _CUT.search(body) is not None
        return not (acts or self._text.computes_gradients(body))
