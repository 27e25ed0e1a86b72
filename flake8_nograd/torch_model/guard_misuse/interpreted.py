"""What the questions about guards may look at."""

from __future__ import annotations

from typing import NamedTuple

from flake8_nograd.flow.program import Program
from flake8_nograd.torch_model.points_to.solver import PointsTo
from flake8_nograd.torch_model.semantics.context import Context
from flake8_nograd.torch_model.semantics.guard_uses import GuardUses


class Interpreted(NamedTuple):
    """A file that has been read, and who may be whom in it."""

    program: Program[Context]
    uses: GuardUses
    points_to: PointsTo
