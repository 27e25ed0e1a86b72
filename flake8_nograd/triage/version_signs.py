"""Does the text of a file hold what an old torch does not know?"""

from __future__ import annotations

import re

from flake8_nograd.torch_versions import Floor
from flake8_nograd.vocabulary import first_versions

_BARE = re.compile(r"@[ \t]*[\w. \t]*(?:_grad|inference_mode)[ \t]*(?:$|[#\r\\])", re.M)


def may_be_too_new(text: str, floor: Floor) -> bool:
    """Whether the oldest torch that has to run the file may not do what the file means."""
    if "inference_mode" in text and floor() < first_versions.INFERENCE_MODE:
        return True
    if "set_grad_enabled" in text and "@" in text and floor() < first_versions.SWITCH_AS_DECORATOR:
        return True
    if "_grad" not in text and "inference_mode" not in text:
        return False
    return bool(_BARE.search(text)) and floor() < first_versions.BARE_DECORATOR
