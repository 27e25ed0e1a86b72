"""May a file train with tensors that it makes under `inference_mode`, or change them outside?"""

from __future__ import annotations

from flake8_nograd.patterns import lazy_pattern
from flake8_nograd.triage.text_prefilter import TextPrefilter

_CHANGES = lazy_pattern(
    r"\.\s*[a-z]\w*(?<!_)_\s*\("  # a method in place
    r"|(?:[-/%@&|^]|\*\*|<<|>>)=|\+=[\s\\(]*[\d.]"  # a statement that no list understands
    r"|\][\s)\\]*[-+*/%@&|^<>]{0,2}=(?!=)"  # a part is written
)


def may_hold_inference_tensors(text: TextPrefilter) -> bool:
    """Whether what inference mode makes may be saved for a backward pass, or changed in place."""
    if "inference_mode" not in text.text:
        return False
    return text.differentiates or _CHANGES.search(text.text) is not None
