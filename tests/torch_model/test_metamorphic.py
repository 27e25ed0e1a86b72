"""What is reported of a program does not hang on how its author has written it down."""

from __future__ import annotations

import ast
import random
from collections.abc import Callable

import pytest
from fixture_programs import PROGRAMS, Program

from flake8_nograd import engine
from flake8_nograd.findings import Finding
from flake8_nograd.source import Source

SAMPLE = 60
# A method that is kept in a name before it is called: which hides a forward pass is known of calls
# on an object only, and a method of the file is then judged by itself.
KEPT_METHODS = {
    "NGR102/method_of_a_model_from_elsewhere.py",
    "NGR102/step_without_backward.py",
    "NGR103/embed_by_hidden_method.py",
    "NGR103/evaluate_of_a_module.py",
    "NGR103/key_of_a_dictionary_tells_what_is_called.py",
    "NGR103/labels_picked_out_and_read_by_numpy.py",
    "NGR103/method_of_a_class_of_the_file.py",
    "NGR104/method_that_is_trained_elsewhere.py",
    "NGR104/words_from_parts_of_a_model.py",
}
_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)
_LATER = (*_SCOPES, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


def conditions_that_hold(tree: ast.Module, found: list[Finding]) -> None:
    """`if True:` around the body of every loop."""
    for node in ast.walk(tree):
        if isinstance(node, ast.For | ast.While):
            node.body = [ast.If(ast.Constant(True), node.body, [])]


def meaningless_names(tree: ast.Module, found: list[Finding]) -> None:
    """The variables of functions without functions in them are called v0, v1 ..."""
    for function in ast.walk(tree):
        if not isinstance(function, ast.FunctionDef):
            continue
        parts = [part for part in ast.walk(function) if part is not function]
        if any(isinstance(part, (*_SCOPES, ast.Global)) for part in parts):
            continue
        names = [part for part in parts if isinstance(part, ast.Name)]
        given = {part.arg for part in parts if isinstance(part, ast.arg)}
        stored = {name.id for name in names if isinstance(name.ctx, ast.Store)} - given
        new = {name: f"v{number}" for number, name in enumerate(sorted(stored))}
        for name in names:
            name.id = new.get(name.id, name.id)


def other_names_for_models(tree: ast.Module, found: list[Finding]) -> None:
    """What is called where something is reported gets a name of its own just above."""
    starts = {_place(item.repair.start) for item in found if item.repair is not None}
    for node in list(ast.walk(tree)):
        for field in ("body", "orelse", "finalbody"):
            suite = getattr(node, field, None)
            if isinstance(suite, list):
                setattr(node, field, [new for old in suite for new in _aliased(old, starts)])


def _aliased(statement: ast.stmt, starts: set[tuple[int, ...]]) -> list[ast.stmt]:
    if not isinstance(statement, ast.Assign | ast.Expr | ast.Return | ast.AugAssign):
        return [statement]
    later = {
        part for node in ast.walk(statement) if isinstance(node, _LATER) for part in ast.walk(node)
    }
    above: list[ast.stmt] = []
    for call in ast.walk(statement):
        if isinstance(call, ast.Call) and call not in later and _place(call) in starts:
            name = f"stand_in_{len(above)}"
            above.append(ast.Assign([ast.Name(name, ast.Store())], call.func))
            call.func = ast.Name(name, ast.Load())
    return [*above, statement]


def _place(call: ast.Call) -> tuple[int, ...]:
    return call.lineno, call.col_offset, call.end_lineno or 0, call.end_col_offset or 0


def findings(text: str, program: Program) -> list[Finding]:
    return engine.check(Source.from_text(text, program.path.name), program.options)


@pytest.mark.parametrize(
    "change", [conditions_that_hold, meaningless_names, other_names_for_models]
)
def test_the_verdict_stays(change: Callable[[ast.Module, list[Finding]], None]):
    for program in random.Random(14).sample(PROGRAMS, SAMPLE):
        if change is other_names_for_models and program.name in KEPT_METHODS:
            continue
        text = ast.unparse(ast.parse(program.code))
        before = findings(text, program)
        tree = ast.parse(text)
        change(tree, before)
        after = findings(ast.unparse(ast.fix_missing_locations(tree)), program)
        assert sorted(item.code for item in after) == sorted(item.code for item in before), (
            program.name
        )
