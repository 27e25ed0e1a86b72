"""Which guard stands at a place, and how it is spelled there."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from flake8_nograd.fixing.names import Spelling
from flake8_nograd.fixing.site import File, Site
from flake8_nograd.fixing.style import Guard
from flake8_nograd.syntax.statements import Statement


def spell(
    place: Statement, code: Sequence[ast.AST], site: Site, file: File
) -> tuple[Spelling | None, str]:
    """How the guard is spelled at a place, and a note if it is not the one that was asked for."""
    guard, note = file.style.guard, ""
    if guard is Guard.INFERENCE_MODE:
        reason = site.facts.lasts(code)
        function = site.repair.function
        if function is not None and site.facts.is_scripted(function):
            reason = "TorchScript cannot compile it"
        if reason:
            guard, note = Guard.NO_GRAD, f"no_grad instead of inference_mode: {reason}"
    return file.names.spell(guard.value, place), note
