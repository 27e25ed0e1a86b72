"""Is there anything to look at? A cheap answer before the analysis, and never a wrong "no".

May a file differentiate under a guard? Beside the forward passes of its modules and calls that are
guarded or differentiated in plain sight, is there one that could be a forward pass, of something
that the file shows to be a module or names like one?
"""

from __future__ import annotations

import ast
from collections.abc import Sequence

from flake8_nograd.options import DEFAULT_OPTIONS, Options
from flake8_nograd.torch_model.candidates import Candidates
from flake8_nograd.torch_model.clear_of_guards import ClearOfGuards
from flake8_nograd.torch_model.evidence import Evidence
from flake8_nograd.torch_model.forward_parts import ForwardParts
from flake8_nograd.torch_model.guarded_calls import GuardsInSight
from flake8_nograd.torch_model.signs import Signs
from flake8_nograd.torch_model.survey import Survey
from flake8_nograd.torch_model.trained_calls import BackwardPasses
from flake8_nograd.torch_model.vocabulary.effects import Effect
from flake8_nograd.torch_model.vocabulary.frameworks import FRAMEWORKS
from flake8_nograd.torch_model.vocabulary.lookup import Vocabulary, vocabulary_of


def may_have_facts(
    tree: ast.Module, lines: Sequence[str], options: Options = DEFAULT_OPTIONS
) -> bool:
    """Whether the analysis could have anything to report in a file that speaks of torch."""
    signs = Signs("".join(lines))
    vocabulary = vocabulary_of(options)
    may_meet = signs.raises_without_graph and vocabulary.mentions_of_guards(signs.text) > 0
    if options.training_calls or (may_meet and not signs.tells_what_runs):
        return True
    survey = Survey((tree,), lines, ForwardParts(signs).serves_forward)
    if _imports_training(survey, vocabulary):
        return True
    guards = GuardsInSight(survey, signs)
    passes = list(BackwardPasses(survey, vocabulary).find(tree)) if signs.trains_in_sight else []
    if may_meet and not ClearOfGuards(survey, signs, guards, vocabulary).are_all(passes):
        return True
    if signs.raises_without_graph and _has_guarded_hook(survey):
        return True
    settled = guards.calls.union(*(item.trained for item in passes))
    evidence = Evidence(survey, lines, signs, vocabulary)
    return any(map(evidence.allows, Candidates(survey, signs, settled).find()))


def _has_guarded_hook(survey: Survey) -> bool:
    """Whether a class may have a method that a framework runs under a guard."""
    paths = [path for cls in survey.classes for path in cls.base_paths]
    imported = [dotted for path in paths for dotted in survey.imported.get(path[0], ())]
    bases = {dotted.rpartition(".")[2] for dotted in imported}
    bases.update(path[-1] for path in paths)
    unknown = any(map(survey.is_open, paths))
    return any(
        any(map(framework.guarded.fullmatch, survey.methods))
        for framework in FRAMEWORKS
        if unknown or any(map(framework.bases.fullmatch, bases))
    )


def _imports_training(survey: Survey, vocabulary: Vocabulary) -> bool:
    return any(
        vocabulary.effect(dotted) is Effect.TRAINS
        for names in survey.imported.values()
        for dotted in names
    )
