"""Does the text of a file hold what an old torch does not know?"""

from __future__ import annotations

import ast
import re

from flake8_nograd.patterns import lazy_pattern
from flake8_nograd.syntax.expressions import nodes_of
from flake8_nograd.torch_versions import Floor
from flake8_nograd.vocabulary import first_versions
from flake8_nograd.vocabulary.autocast import AUTOCAST

_BARE = lazy_pattern(r"@[ \t]*[\w. \t]*(?:_grad|inference_mode)[ \t]*(?:$|[#\r\\])", re.M)


def may_be_too_new(text: str, tree: ast.Module, floor: Floor) -> bool:
    """Whether the oldest torch that has to run the file may not do what the file means."""
    if "inference_mode" in text and floor() < first_versions.INFERENCE_MODE:
        return True
    if "set_grad_enabled" in text and "@" in text and floor() < first_versions.SWITCH_AS_DECORATOR:
        return True
    if "_grad" not in text and "inference_mode" not in text:
        return False
    if _BARE.search(text) and floor() < first_versions.BARE_DECORATOR:
        return True
    return (
        AUTOCAST in text
        and "backward" in text
        and floor() < first_versions.AUTOCAST_KEEPS_GRADIENTS
        and _guards_in_autocast(tree)
    )


def _guards_in_autocast(tree: ast.Module) -> bool:
    """Whether an autocast block holds another `with`, which may be a guard."""
    return any(
        AUTOCAST in ast.dump(item.context_expr)
        and any(isinstance(inner, ast.With) for inner in nodes_of(node) if inner is not node)
        for node in nodes_of(tree)
        if isinstance(node, ast.With)
        for item in node.items
    )
