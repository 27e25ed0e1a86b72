"""The solvers of all questions about one tree, in the order in which they need each other."""

from __future__ import annotations

import ast
from typing import NamedTuple

from flake8_nograd.elsewhere import Elsewhere
from flake8_nograd.flow.interpreter import interpret
from flake8_nograd.flow.program import Program
from flake8_nograd.flow.scopes import Function
from flake8_nograd.options import Options
from flake8_nograd.torch_model.fate.fate import ResultUses
from flake8_nograd.torch_model.inference.eval_mode import Evaluation
from flake8_nograd.torch_model.inference.roles import Roles
from flake8_nograd.torch_model.inference.unit_tests import UnitTests
from flake8_nograd.torch_model.models.gradient_need import GradientNeed
from flake8_nograd.torch_model.models.recognition import Modules
from flake8_nograd.torch_model.points_to.solver import PointsTo
from flake8_nograd.torch_model.recording.recording import Recording
from flake8_nograd.torch_model.recording.unseen_switches import PossibleSwitches
from flake8_nograd.torch_model.semantics.context import Context
from flake8_nograd.torch_model.semantics.project_vocabulary import ProjectVocabulary
from flake8_nograd.torch_model.semantics.torch_semantics import TorchSemantics
from flake8_nograd.torch_model.verdict.judgement import Judge
from flake8_nograd.torch_model.verdict.verdicts import Verdicts
from flake8_nograd.vocabulary.lookup import Vocabulary, vocabulary_of


class Answers(NamedTuple):
    """What can be asked about a tree."""

    program: Program[Context]
    semantics: TorchSemantics
    vocabulary: Vocabulary
    points_to: PointsTo
    modules: Modules
    need: GradientNeed
    recording: Recording
    uses: ResultUses
    unit_tests: UnitTests
    verdicts: Verdicts


def answers_for(
    tree: ast.Module, path: str, options: Options, elsewhere: Elsewhere | None
) -> Answers:
    """Interpret a tree and ask what there is to be asked; raises `BeyondBudget`."""
    vocabulary = vocabulary_of(options)
    if elsewhere is not None:
        vocabulary = ProjectVocabulary(options, elsewhere)
    program: Program[Context] = Program(Function(None), behind_star=vocabulary.behind_star)
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
    unit_tests = UnitTests(path, program, modules.frameworks)
    judge = Judge(
        program, modules, need, recording, uses, evaluation, roles, observations, unit_tests
    )
    verdicts = Verdicts(judge, elsewhere, points_to, recording, uses, options.inference_functions)
    return Answers(
        program,
        semantics,
        vocabulary,
        points_to,
        modules,
        need,
        recording,
        uses,
        unit_tests,
        verdicts,
    )
