"""Which calls of a survey stand under a guard in plain sight, so that nothing is recorded there?"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from flake8_nograd.torch_model.guards import SWITCHED_OFF_BY
from flake8_nograd.torch_model.signs import Signs
from flake8_nograd.torch_model.survey import Survey, path_of

# The guard around a definition is gone when what it defines is run.
_RUN_LATER = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda


def guarded_calls(survey: Survey, signs: Signs) -> frozenset[ast.Call]:
    """The calls in the suites of `torch.no_grad()` and its like."""
    suites = [suite for manager, suite in survey.managed if _is_guard(manager, survey)]
    if not suites or signs.may_switch_on:
        return frozenset()
    return frozenset(call for suite in suites for call in _calls_in(suite))


def _is_guard(manager: ast.expr, survey: Survey) -> bool:
    if not isinstance(manager, ast.Call) or manager.args or manager.keywords:
        return False
    path, _ = path_of(manager.func)
    return survey.names_imported(path[0]) and SWITCHED_OFF_BY.issuperset(survey.dotted(path))


def _calls_in(suite: Iterable[ast.stmt]) -> Iterator[ast.Call]:
    todo: list[ast.AST] = list(suite)
    for node in todo:
        if isinstance(node, ast.Call):
            yield node
        if not isinstance(node, _RUN_LATER):
            todo += ast.iter_child_nodes(node)
