"""Is there anything to look at? A cheap answer before the analysis, and never a wrong "no".

Does a file differentiate under a guard? Beside the forward passes of its modules, is there a call
that could be one, of something that the file shows to be a module or names like one?
"""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence

from flake8_nograd.options import DEFAULT_OPTIONS, Options
from flake8_nograd.torch_model.candidates import candidates
from flake8_nograd.torch_model.evidence import Evidence
from flake8_nograd.torch_model.survey import Survey, found
from flake8_nograd.torch_model.vocabulary import methods
from flake8_nograd.torch_model.vocabulary.effects import Effect
from flake8_nograd.torch_model.vocabulary.lookup import vocabulary_of

_TRAINING_METHODS = "|".join(sorted(methods.TRAINING_METHODS))
_DIFFERENTIATES = (
    re.compile(rf"\.\s*(?:{_TRAINING_METHODS})\b"),
    re.compile(rf"getattr\b.*[\"'](?:{_TRAINING_METHODS})[\"']"),
    re.compile(r"backward(?<!def backward)\s*\("),
    re.compile(r"grad(?<!\wgrad)\s*\("),
)


def may_have_facts(
    tree: ast.Module, lines: Sequence[str], options: Options = DEFAULT_OPTIONS
) -> bool:
    """Whether the analysis could have anything to report in a file that speaks of torch."""
    text = "".join(lines)
    if options.training_calls or found(_DIFFERENTIATES, text):
        return True
    vocabulary = vocabulary_of(options)
    survey = Survey((tree,), lines, whole=False)
    if any(
        vocabulary.effect(dotted) is Effect.TRAINS
        for names in survey.imported.values()
        for dotted in names
    ):
        return True
    evidence = Evidence(survey, lines, text, vocabulary)
    return any(map(evidence.allows, candidates(survey, text)))
