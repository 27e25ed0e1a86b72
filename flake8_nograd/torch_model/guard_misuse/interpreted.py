"""What the questions about guards may look at."""

from __future__ import annotations

import ast
from typing import NamedTuple

from flake8_nograd.elsewhere import Elsewhere
from flake8_nograd.flow.program import Call, Program
from flake8_nograd.flow.scopes import Function
from flake8_nograd.torch_model.facts import ForwardPass, MisplacedBackward, Region
from flake8_nograd.torch_model.fate.fate import ResultUses
from flake8_nograd.torch_model.inference.unit_tests import UnitTests
from flake8_nograd.torch_model.models.gradient_need import GradientNeed
from flake8_nograd.torch_model.needs.needs import Needs
from flake8_nograd.torch_model.points_to.solver import PointsTo
from flake8_nograd.torch_model.recording.recording import Recording
from flake8_nograd.torch_model.semantics.accumulated import Accumulated
from flake8_nograd.torch_model.semantics.context import Context
from flake8_nograd.torch_model.semantics.guard_uses import GuardUses
from flake8_nograd.torch_model.semantics.observations import Observations
from flake8_nograd.torch_model.semantics.torch_semantics import TorchSemantics
from flake8_nograd.torch_versions import Floor


class Interpreted(NamedTuple):
    """A file that has been read, who may be whom in it, and its forward passes."""

    tree: ast.Module
    semantics: TorchSemantics
    points_to: PointsTo
    recording: Recording
    uses_of: ResultUses
    unit_tests: UnitTests
    passes: tuple[ForwardPass, ...]
    elsewhere: Elsewhere | None  # None: all is to be found that other files might confirm
    floor: Floor  # the oldest torch on which the file has to run
    regions: tuple[Region, ...] = ()
    misplaced: tuple[MisplacedBackward, ...] = ()
    need: GradientNeed | None = None
    needs: Needs | None = None

    def is_fixed(self, call: Call[Context]) -> bool:
        """Whether a model that is called has nothing to train."""
        return self.need is not None and self.need.is_fixed(call)

    def body_of(self, function: Function) -> list[ast.stmt]:
        """The statements of a function, or of the file for that which stands for its module."""
        return self.tree.body if function.node is None else function.body

    def passes_in(self, lines: range) -> list[ForwardPass]:
        """The forward passes that begin in some lines, silent ones too."""
        return [item for item in self.passes if item.node.lineno in lines]

    @property
    def calls(self) -> list[Call[Context]]:
        """Every call of which the value-flow graph knows the result."""
        return [item for item in self.program.graph.payloads if isinstance(item, Call)]

    @property
    def program(self) -> Program[Context]:
        """The scopes and calls of the file."""
        return self.semantics.program

    @property
    def uses(self) -> GuardUses:
        """How it uses torch's guards."""
        return self.semantics.guard_uses

    @property
    def observations(self) -> Observations:
        """What else was written down while it was read."""
        return self.semantics.observations

    @property
    def accumulated(self) -> list[Accumulated]:
        """What it adds to what is there already."""
        return self.semantics.accumulations.found
