"""All questions asked of one file: from its syntax tree to its facts."""

from __future__ import annotations

import ast

from flake8_nograd.flow.interpreter import interpret
from flake8_nograd.flow.program import Program
from flake8_nograd.flow.scopes import Function
from flake8_nograd.options import Options
from flake8_nograd.torch_model.context import Context
from flake8_nograd.torch_model.doubts import Doubts
from flake8_nograd.torch_model.evaluation import Evaluation
from flake8_nograd.torch_model.facts import ForwardPass, ModuleFacts, Silence
from flake8_nograd.torch_model.fate import Fates
from flake8_nograd.torch_model.judgement import Judge
from flake8_nograd.torch_model.modules import Modules
from flake8_nograd.torch_model.points_to import PointsTo
from flake8_nograd.torch_model.recording import Recording
from flake8_nograd.torch_model.regions import regions_of, without_entangled
from flake8_nograd.torch_model.roles import Roles
from flake8_nograd.torch_model.semantics import TorchSemantics
from flake8_nograd.torch_model.shared_helpers import passes_through_helpers, without_repeats
from flake8_nograd.torch_model.tangles import Tangles
from flake8_nograd.torch_model.vocabulary.lookup import vocabulary_of


def analyse(tree: ast.Module, path: str, options: Options) -> ModuleFacts:
    """The facts of a file."""
    vocabulary = vocabulary_of(options)
    program: Program[Context] = Program(Function(None))
    semantics = TorchSemantics(program, vocabulary)
    interpret(tree, program, semantics)
    notes = semantics.notes
    points_to = PointsTo(program, vocabulary)
    modules = Modules(program, points_to, notes, vocabulary)
    doubts = Doubts(semantics.points, points_to, semantics.guards)
    recording = Recording(program, points_to, modules, notes, doubts)
    fates = Fates(program, points_to, notes, vocabulary, modules.is_forward)
    evaluation = Evaluation(points_to, recording, notes)
    roles = Roles(path, options.inference_functions)
    judge = Judge(program, modules, recording, fates, evaluation, roles, notes)
    passes = [item for item in map(judge.judge, program.calls) if item is not None]
    through = list(passes_through_helpers(passes, points_to, fates, modules.differentiating, judge))
    needing = [item for item in (*passes, *through) if _may_need_its_graph(item)]
    needs_graph = [(item.function, item.node.lineno) for item in needing]
    needs_graph += [
        (what.call.function, what.call.node.lineno) for what, _ in notes.differentiations
    ]
    passes += (item for item in through if item.silence is not Silence.TRAINED)
    passes = list(without_repeats(list(without_entangled(passes, needing)), points_to))
    return ModuleFacts(
        regions=tuple(regions_of(filter(_is_reported, passes), needs_graph, notes.guard_items)),
        backward_passes=tuple(Tangles(points_to, modules, notes, recording).find()),
        silent=tuple(item for item in passes if not _is_reported(item)),
    )


def _is_reported(item: ForwardPass) -> bool:
    return item.silence is None


def _may_need_its_graph(item: ForwardPass) -> bool:
    """Whether a pass is differentiated, or somebody else may do so: no guard fits around it."""
    if item.silence is Silence.TRAINED:
        return True
    return item.fate.escapes and item.silence in (Silence.TOO_LITTLE, Silence.GRADIENT_WANTED)
