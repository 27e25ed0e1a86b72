"""A smaller program that still shows what a large one shows."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from dataclasses import replace

from mixed_programs import Program

Test = Callable[[str], bool]


def shrunk_program(program: Program, shows: Test) -> Program:
    """The program with the fewest acts and the plainest parts that still shows it."""
    plain: tuple[dict[str, object], ...] = (
        {"uses_state": False},
        {"model": "layer"},
        {"place": "module"},
        {"place": "function"},
        {"evaluates": "before"},
    )
    for parts in plain:
        simpler = replace(program, **parts)  # type: ignore[arg-type]
        if not (program.result and parts.get("place") == "module") and shows(simpler.text):
            program = simpler
    while True:
        smaller = (program.without(act) for act in range(len(program.acts)))
        found = next((item for item in smaller if shows(item.text)), None)
        if found is None:
            return program
        program = found


def shrunk_text(text: str, shows: Test, trials: int = 300) -> str:
    """The program with as few statements as it takes; its form is that of `ast.unparse`."""
    position = 0
    while True:
        candidates = list(_smaller(text))
        for index in [*range(position, len(candidates)), *range(position)]:
            trials -= 1
            if trials < 0:
                return text
            if index < len(candidates) and shows(candidates[index]):
                text, position = candidates[index], index
                break
        else:
            return text


def _smaller(text: str) -> Iterator[str]:
    """Programs with one statement less, or with the suite of a statement in its place."""
    for number in range(sum(1 for _ in _places(ast.parse(text)))):
        for inner in (False, True):
            tree = ast.parse(text)
            suite, index = list(_places(tree))[number]
            body = getattr(suite[index], "body", None) if inner else None
            if inner and not isinstance(body, list):
                continue
            suite[index : index + 1] = body or []
            if not suite:
                suite.append(ast.Pass())
            smaller = ast.unparse(tree)
            if len(smaller) < len(text):
                yield smaller


def _places(tree: ast.AST) -> Iterator[tuple[list[ast.stmt], int]]:
    """The suites of a program and the numbers of their statements, the last statements first."""
    suites = [
        suite
        for node in ast.walk(tree)
        for field in ("body", "orelse", "finalbody")
        if isinstance(suite := getattr(node, field, None), list)
    ]
    for suite in suites:
        for index in reversed(range(len(suite))):
            yield suite, index
