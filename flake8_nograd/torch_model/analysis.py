"""All questions asked of one file: from its syntax tree to its facts."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from flake8_nograd.elsewhere import NOWHERE, Elsewhere
from flake8_nograd.options import Options
from flake8_nograd.torch_model.answers import Answers, answers_for
from flake8_nograd.torch_model.facts import (
    ForwardPass,
    Misuse,
    ModuleFacts,
    Region,
    SuppressionReason,
    Unknown,
)
from flake8_nograd.torch_model.flags.flagged_passes import FlaggedPasses
from flake8_nograd.torch_model.guard_misuse.finder import misuses_of
from flake8_nograd.torch_model.guard_misuse.interpreted import Interpreted
from flake8_nograd.torch_model.needs.needs import Needs
from flake8_nograd.torch_model.points_to.budget import BeyondBudget
from flake8_nograd.torch_model.unknown_names import unknown_names
from flake8_nograd.torch_model.verdict.misplaced_backward import MisplacedBackwards
from flake8_nograd.torch_model.verdict.regions import entangled, regions_of
from flake8_nograd.torch_model.verdict.shared_helpers import SharedHelpers, without_repeats
from flake8_nograd.torch_versions import Floor, newest


def analyse(
    tree: ast.Module,
    path: str,
    options: Options,
    elsewhere: Elsewhere | None = NOWHERE,
    floor: Floor = newest,
) -> ModuleFacts:
    """The facts of a file, as far as it and what is known of other files tell.

    Without anything that could be asked, all is reported that other files might speak against.
    `floor` is the oldest torch on which it has to run.
    """
    try:
        return _analysed(tree, path, options, elsewhere, floor)
    except BeyondBudget:
        return ModuleFacts((), (), (), is_unknown=True)


def _analysed(
    tree: ast.Module, path: str, options: Options, elsewhere: Elsewhere | None, floor: Floor
) -> ModuleFacts:
    answers = answers_for(tree, path, options, elsewhere)
    program, points_to, uses = answers.program, answers.points_to, answers.uses
    observations = answers.semantics.observations
    passes = [item for item in map(answers.verdicts.of, program.calls) if item is not None]
    helpers = SharedHelpers(
        points_to,
        uses,
        answers.need.differentiating,
        answers.modules.classes.is_plain,
        answers.modules.is_given_a_model,
    )
    through = list(helpers.passes_through(passes, answers.verdicts))
    flagged = FlaggedPasses(
        tree, answers, lambda pruned: answers_for(pruned, path, options, elsewhere)
    ).among((*passes, *through))
    needing = [item for item in (*passes, *through) if _may_need_its_graph(item)]
    passes += (item for item in through if item.suppression is not SuppressionReason.TRAINED)
    passes = list(without_repeats(list(entangled(passes, needing)), points_to))
    passes = [item for item in passes if item.call.result not in flagged]
    passes += flagged.values()
    reported = list(filter(_is_reported, passes))
    regions = tuple(_regions(reported, needing, answers))
    misplaced = tuple(
        MisplacedBackwards(points_to, answers.modules, observations, answers.recording).find()
    )
    seen = _interpreted(tree, answers, passes, elsewhere, floor)
    needs = _needs(tree, answers, reported, elsewhere)
    seen = seen._replace(regions=regions, misplaced=misplaced, needs=needs, need=answers.need)
    misuses = misuses_of(seen, options)
    vain = {item.node for item in misuses if item.kind is Misuse.TRAINED_IN_VAIN}
    return ModuleFacts(
        regions=tuple(item for item in regions if item.start.node not in vain),
        backward_passes=misplaced,
        silent=tuple(item for item in passes if not _is_reported(item)),
        misuses=misuses,
        needs=needs,
        unknown=unknown_names(answers) if elsewhere is None else Unknown(),
    )


def _needs(
    tree: ast.Module,
    answers: Answers,
    reported: Iterable[ForwardPass],
    elsewhere: Elsewhere | None,
) -> Needs:
    return Needs(
        tree,
        answers.program,
        answers.points_to,
        answers.modules,
        answers.vocabulary,
        answers.semantics.observations.guard_items,
        frozenset(item.node for item in reported),
        elsewhere or NOWHERE,
    )


def _interpreted(
    tree: ast.Module,
    answers: Answers,
    passes: Iterable[ForwardPass],
    elsewhere: Elsewhere | None,
    floor: Floor,
) -> Interpreted:
    return Interpreted(
        tree,
        answers.semantics,
        answers.points_to,
        answers.recording,
        answers.uses,
        answers.unit_tests,
        tuple(passes),
        elsewhere,
        floor,
    )


def _regions(
    reported: list[ForwardPass], needing: list[ForwardPass], answers: Answers
) -> Iterator[Region]:
    """Passes that one guard would cover; what only some runs waste takes a guard of its own."""
    observations = answers.semantics.observations
    differentiated = [
        (what.call.function, what.call.node.lineno) for what, _ in observations.differentiations
    ]
    for in_some_runs in (False, True):
        wasted = [item for item in reported if (item.wasted_by is not None) is in_some_runs]
        nodes = {item.node for item in wasted}
        needs_graph = [
            (item.function, item.node.lineno) for item in needing if item.node not in nodes
        ]
        yield from regions_of(wasted, [*needs_graph, *differentiated], observations.guard_items)


def _is_reported(item: ForwardPass) -> bool:
    return item.suppression is None


def _may_need_its_graph(item: ForwardPass) -> bool:
    """Whether a pass is differentiated, or somebody else may do so: no guard fits around it."""
    if item.suppression in (SuppressionReason.TRAINED, SuppressionReason.TRAINED_BY_CALLERS):
        return True
    return item.use.escapes and item.suppression in (
        SuppressionReason.TOO_LITTLE,
        SuppressionReason.GRADIENT_WANTED,
    )
