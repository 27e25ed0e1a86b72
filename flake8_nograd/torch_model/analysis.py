"""All questions asked of one file: from its syntax tree to its facts."""

from __future__ import annotations

import ast

from flake8_nograd.elsewhere import NOWHERE, Elsewhere
from flake8_nograd.flow.interpreter import interpret
from flake8_nograd.flow.program import Program
from flake8_nograd.flow.scopes import Function
from flake8_nograd.options import Options
from flake8_nograd.torch_model.facts import ForwardPass, ModuleFacts, SuppressionReason
from flake8_nograd.torch_model.fate.fate import ResultUses
from flake8_nograd.torch_model.guard_misuse.finder import misuses_of
from flake8_nograd.torch_model.guard_misuse.interpreted import Interpreted
from flake8_nograd.torch_model.inference.eval_mode import Evaluation
from flake8_nograd.torch_model.inference.roles import Roles
from flake8_nograd.torch_model.models.gradient_need import GradientNeed
from flake8_nograd.torch_model.models.recognition import Modules
from flake8_nograd.torch_model.needs.needs import Needs
from flake8_nograd.torch_model.points_to.budget import BeyondBudget
from flake8_nograd.torch_model.points_to.solver import PointsTo
from flake8_nograd.torch_model.recording.recording import Recording
from flake8_nograd.torch_model.recording.unseen_switches import PossibleSwitches
from flake8_nograd.torch_model.semantics.context import Context
from flake8_nograd.torch_model.semantics.project_vocabulary import ProjectVocabulary
from flake8_nograd.torch_model.semantics.torch_semantics import TorchSemantics
from flake8_nograd.torch_model.verdict.judgement import Judge
from flake8_nograd.torch_model.verdict.misplaced_backward import MisplacedBackwards
from flake8_nograd.torch_model.verdict.regions import entangled, regions_of
from flake8_nograd.torch_model.verdict.shared_helpers import passes_through_helpers, without_repeats
from flake8_nograd.torch_model.verdict.trials import Trials
from flake8_nograd.torch_model.verdict.verdicts import Verdicts
from flake8_nograd.vocabulary.lookup import vocabulary_of


def analyse(
    tree: ast.Module, path: str, options: Options, elsewhere: Elsewhere | None = NOWHERE
) -> ModuleFacts:
    """The facts of a file, as far as it and what is known of other files tell.

    Without anything that could be asked, all is reported that other files might speak against.
    """
    try:
        return _analysed(tree, path, options, elsewhere)
    except BeyondBudget:
        return ModuleFacts((), (), (), is_unknown=True)


def _analysed(
    tree: ast.Module, path: str, options: Options, elsewhere: Elsewhere | None
) -> ModuleFacts:
    vocabulary = vocabulary_of(options)
    if elsewhere is not None:
        vocabulary = ProjectVocabulary(options, elsewhere)
    program: Program[Context] = Program(Function(None))
    semantics = TorchSemantics(program, vocabulary)
    interpret(tree, program, semantics)
    observations = semantics.observations
    points_to = PointsTo(program, vocabulary)
    modules = Modules(program, points_to, observations, vocabulary)
    need = GradientNeed(program, points_to, observations, vocabulary)
    switches = PossibleSwitches(semantics.points, points_to, semantics.guards)
    recording = Recording(program, points_to, modules, observations, switches)
    uses = ResultUses(program, points_to, observations, vocabulary, modules.is_forward)
    evaluation = Evaluation(points_to, recording, observations)
    roles = Roles(path, options.inference_functions)
    trials = Trials(path, program, modules.frameworks)
    judge = Judge(program, modules, need, recording, uses, evaluation, roles, observations, trials)
    verdicts = Verdicts(judge, elsewhere, recording, uses, options.inference_functions)
    passes = [item for item in map(verdicts.of, program.calls) if item is not None]
    through = list(passes_through_helpers(passes, points_to, uses, need.differentiating, verdicts))
    needing = [item for item in (*passes, *through) if _may_need_its_graph(item)]
    needs_graph = [(item.function, item.node.lineno) for item in needing]
    needs_graph += [
        (what.call.function, what.call.node.lineno) for what, _ in observations.differentiations
    ]
    passes += (item for item in through if item.suppression is not SuppressionReason.TRAINED)
    passes = list(without_repeats(list(entangled(passes, needing)), points_to))
    reported = list(filter(_is_reported, passes))
    known = frozenset(item.node for item in reported)
    guard_items = observations.guard_items
    regions = tuple(regions_of(reported, needs_graph, guard_items))
    return ModuleFacts(
        regions=regions,
        backward_passes=tuple(
            MisplacedBackwards(points_to, modules, observations, recording).find()
        ),
        silent=tuple(item for item in passes if not _is_reported(item)),
        misuses=misuses_of(
            Interpreted(semantics, points_to, recording, uses, tuple(passes), regions, elsewhere)
        ),
        needs=Needs(
            tree, program, points_to, modules, vocabulary, guard_items, known, elsewhere or NOWHERE
        ),
    )


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
