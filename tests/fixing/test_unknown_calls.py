"""What calls of unknown functions add to a program: never a fix that is called safe."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from random import Random

import pytest
from fixture_programs import PROGRAMS, Program

from flake8_nograd import engine
from flake8_nograd.findings import Safety
from flake8_nograd.fixing import Style, Verdict
from flake8_nograd.options import Options
from flake8_nograd.source import Source

_IMPORT = "from nowhere import unknown\n"
_FIXABLE = [program for program in PROGRAMS if program.group.startswith("NGR1")]
_PLACES = 4
_ALONE = Options(project="off")  # other files can only make a fix less safe


def safely_guarded(text: str) -> set[str]:
    """The forward passes that a safe fix guards, each by the code of its call and its rank."""
    source = Source.from_bytes(text.encode(), "program.py")
    found = engine.find(source, _ALONE)
    safe = {
        (item.finding.line, item.finding.column)
        for item in engine.plan(source, found, found, Style()).outcomes
        if item.safety is Safety.SAFE and item.verdict in (Verdict.FIXED, Verdict.LATER)
    }
    seen: dict[str, int] = {}
    guarded = set()
    for node in sorted(_calls(source.tree), key=lambda node: (node.lineno, node.col_offset)):
        code = ast.unparse(node)
        seen[code] = seen.get(code, 0) + 1
        if (node.lineno, node.col_offset + 1) in safe:
            guarded.add(f"{code} {seen[code]}")
    return guarded


def _calls(tree: ast.Module) -> Iterator[ast.Call]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") != "unknown":
            yield node


def with_unknown_calls(program: Program, random: Random) -> Iterator[str]:
    """The program with an unknown call in one place, as a statement or around a value."""
    for _ in range(_PLACES):
        tree = ast.parse(program.code)
        suites = [
            suite
            for node in ast.walk(tree)
            for field in ("body", "orelse", "finalbody")
            if isinstance(suite := getattr(node, field, None), list) and suite
        ]
        suite = random.choice(suites)
        at = random.randint(1, len(suite))
        names = sorted({node.id for node in ast.walk(suite[at - 1]) if isinstance(node, ast.Name)})
        value = getattr(suite[at - 1], "value", None)
        if isinstance(value, ast.expr) and random.random() < 0.3:
            suite[at - 1].value = ast.Call(ast.Name("unknown", ast.Load()), [value], [])
        else:
            given = [ast.Name(name, ast.Load()) for name in names]
            suite.insert(at, ast.Expr(ast.Call(ast.Name("unknown", ast.Load()), given, [])))
        yield _IMPORT + ast.unparse(ast.fix_missing_locations(tree)) + "\n"


@pytest.mark.parametrize("seed", range(8))
def test_unknown_call_adds_no_safe_fix(seed):
    random = Random(seed)
    for program in random.sample(_FIXABLE, 6):
        plain = _IMPORT + ast.unparse(ast.parse(program.code)) + "\n"
        before = safely_guarded(plain)
        for text in with_unknown_calls(program, random):
            assert safely_guarded(text) <= before, f"{program.name}\n{text}"
