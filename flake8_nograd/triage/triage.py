"""Is there anything to look at? A cheap answer before the analysis, and never a wrong "no".

May a file differentiate under a guard? Beside the forward passes of its modules and calls that are
guarded or differentiated in plain sight, is there one that could be a forward pass, of something
that the file shows to be a module or names like one?
"""

from __future__ import annotations

import ast
from collections.abc import Sequence

from flake8_nograd.options import DEFAULT_OPTIONS, Options
from flake8_nograd.torch_versions import Floor, newest
from flake8_nograd.triage.backward_in_sight import BackwardPasses
from flake8_nograd.triage.candidates import Candidates
from flake8_nograd.triage.clear_of_guards import ClearOfGuards
from flake8_nograd.triage.evidence import Evidence
from flake8_nograd.triage.forward_parts import ForwardParts
from flake8_nograd.triage.guards_in_sight import GuardsInSight
from flake8_nograd.triage.inference_signs import may_hold_inference_tensors
from flake8_nograd.triage.kept_in_sight import may_keep_arguments, may_keep_graphs
from flake8_nograd.triage.misuse_signs import may_be_misused
from flake8_nograd.triage.syntax_index import SyntaxIndex
from flake8_nograd.triage.text_prefilter import TextPrefilter
from flake8_nograd.triage.unit_tests import UnitTests
from flake8_nograd.triage.vain_signs import may_train_in_vain
from flake8_nograd.triage.version_signs import may_be_too_new
from flake8_nograd.vocabulary.effect import Effect
from flake8_nograd.vocabulary.frameworks import FRAMEWORKS
from flake8_nograd.vocabulary.lookup import Vocabulary, vocabulary_of
from flake8_nograd.vocabulary.runs_given import RUNNING_NAMES


def may_have_facts(
    tree: ast.Module,
    lines: Sequence[str],
    options: Options = DEFAULT_OPTIONS,
    path: str = "",
    floor: Floor = newest,
) -> bool:
    """Whether the analysis could have anything to report in a file that speaks of torch."""
    text = TextPrefilter("".join(lines))
    vocabulary = vocabulary_of(options)
    may_meet = text.raises_without_graph and vocabulary.mentions_of_guards(text.text) > 0
    if options.training_calls or options.opt_in or (may_meet and not text.tells_what_runs):
        return True
    if may_be_misused(text.text, tree) or may_be_too_new(text.text, tree, floor):
        return True
    tests = UnitTests(path, tree, lines, text)
    index = SyntaxIndex((tree,), lines, ForwardParts(text).serves_forward, tests.has)
    if may_hold_inference_tensors(text):
        return True
    if text.differentiates and may_keep_graphs(index, tree):
        return True
    if may_keep_arguments(index):
        return True
    if _imports_training(index, vocabulary):
        return True
    guards = GuardsInSight(index, text)
    passes = list(BackwardPasses(index, vocabulary).find(tree)) if text.trains_in_sight else []
    if may_meet and not ClearOfGuards(index, text, guards, vocabulary).are_all(passes):
        return True
    if text.raises_without_graph and _has_guarded_hook(index):
        return True
    if tests.are_all:
        return False
    if any(name in text.text for name in RUNNING_NAMES):
        return True
    settled = guards.calls.union(*(item.trained for item in passes))
    evidence = Evidence(index, lines, text, vocabulary)
    if any(map(evidence.allows, Candidates(index, text, settled, vocabulary).find())):
        return True
    return may_train_in_vain(index, text, tree, lines)


def _has_guarded_hook(index: SyntaxIndex) -> bool:
    """Whether a class may have a method that a framework runs under a guard."""
    paths = [path for cls in index.classes for path in cls.base_paths]
    imported = [dotted for path in paths for dotted in index.imported.get(path[0], ())]
    bases = {dotted.rpartition(".")[2] for dotted in imported}
    bases.update(path[-1] for path in paths)
    unknown = any(map(index.is_open, paths))
    return any(
        any(map(framework.guarded.fullmatch, index.methods))
        for framework in FRAMEWORKS
        if unknown or any(map(framework.bases.fullmatch, bases))
    )


def _imports_training(index: SyntaxIndex, vocabulary: Vocabulary) -> bool:
    return any(
        vocabulary.effect(dotted) is Effect.TRAINS
        for names in index.imported.values()
        for dotted in names
    )
