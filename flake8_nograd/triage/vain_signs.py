"""May an optimizer be given what a guard keeps from learning?"""

from __future__ import annotations

import ast
from collections.abc import Sequence
from collections.abc import Set as AbstractSet

from flake8_nograd.patterns import lazy_pattern
from flake8_nograd.syntax.expressions import own_name
from flake8_nograd.triage.syntax_index import Function, SyntaxIndex, body_of
from flake8_nograd.triage.text_prefilter import TextPrefilter
from flake8_nograd.vocabulary.covered_calls import covers, names_called_covered

_LISTED = lazy_pattern(r"\.\s*parameters\s*\(\s*\)")
_GUARDED = lazy_pattern(r"no_grad|inference_mode")
_CUT = lazy_pattern(r"\)\s*\.\s*(?:detach|data)\b")

# Whose parameters are listed, and which attribute is made.
_HOLDING = (
    lazy_pattern(r"\b(\w+)\s*\.\s*parameters\b"),
    lazy_pattern(r"\.\s*(\w+)\s*=[^=]"),
)


def may_train_in_vain(
    index: SyntaxIndex, text: TextPrefilter, tree: ast.Module, lines: Sequence[str]
) -> bool:
    """Whether what is only called without a graph may be among what an optimizer is given."""
    if "optim" not in text.text.lower() or not text.differentiates:
        return False
    if _LISTED.search(text.text) is None:
        return False
    is_cut = _CUT.search(text.text) is not None
    if not is_cut and _GUARDED.search(text.text) is None:
        return False
    is_hidden = is_cut or any(_holds_guard(item, lines) for item in index.left_out)
    if not is_hidden and not _may_hold_module(_called_covered(index), text.text):
        return False
    return _may_hold_module(names_called_covered(tree), text.text)


def _holds_guard(function: Function, lines: Sequence[str]) -> bool:
    """Whether a function that the index leaves out has a guard above it or in its body."""
    in_body = _GUARDED.search(body_of(function, lines)) is not None
    return in_body or any(map(covers, function.decorator_list))


def _called_covered(index: SyntaxIndex) -> AbstractSet[str]:
    """The names that are only called under guards, as far as the index goes."""
    managers = {item for setting in index.settings.values() for item in setting.managers}
    guards = set(filter(covers, managers))
    covered: set[str] = set()
    others: set[str] = set()
    for call, setting in index.settings.items():
        (others if guards.isdisjoint(setting.managers) else covered).add(own_name(call.func))
    return covered - others


def _may_hold_module(names: AbstractSet[str], text: str) -> bool:
    """Whether the parameters of a name are listed, or an attribute of that name is made."""
    if "forward" in names:
        return True
    return any(not names.isdisjoint(pattern.findall(text)) for pattern in _HOLDING)
