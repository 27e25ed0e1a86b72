"""Message and edit agree: what a message tells to write is what the fixer writes."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from itertools import product
from pathlib import Path
from typing import TypeGuard

import pytest

from flake8_nograd import engine, fix_engine
from flake8_nograd.fixing import Form, Guard, Outcome, Style, Verdict, carry_out
from flake8_nograd.source import Source

FIXTURES = Path(__file__).parents[2] / "fixtures"
PROGRAMS = sorted(FIXTURES.glob("*/*.py"))
STYLES = [Style(guard, form, unsafe=True) for guard, form in product(Guard, Form)]
CURE = re.compile(
    r""";\ (?:decorate\ (?P<function>\w+)\(\)\ with\ `@(?P<decorator>[^`]+)`
    | wrap\ (?P<wrapped>it|lines?\ [\d-]+)\ in\ `with\ (?P<guard>[^`]+):`
    | add\ `(?P<item>[^`]+)`\ to\ the\ `with`\ of\ line\ \d+
    | move\ (?P<moved>it|lines?\ [\d-]+)\ into\ the\ `with`\ of\ line\ \d+
    | compute\ it\ above\ as\ `(?P<name>\w+)`,\ in\ `with\ (?P<above>[^`]+):`
      (?:,\ after\ (?P<earlier>`\w+`(?:\ and\ `\w+`)*))?
    )(?:\ \(unsafe:\ [^()]+(?:\(.*\)[^()]*)*\))?$""",
    re.VERBOSE,
)


def name(path: Path) -> str:
    return f"{path.parent.name}/{path.stem}"


def statements(tree: ast.Module) -> Iterator[ast.stmt]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.stmt))


def meant(where: str, line: int, tree: ast.Module) -> list[str]:
    """The outermost of the statements that stand wholly on the lines that a message names."""
    found = re.findall(r"\d+", where)
    if found:
        first, last = int(found[0]), int(found[-1])
    else:
        begun = [item for item in statements(tree) if item.lineno == line]
        first, last = line, max(item.end_lineno or 0 for item in begun)
    inside = [
        item for item in statements(tree) if first <= item.lineno and (item.end_lineno or 0) <= last
    ]
    nested = {inner for item in inside for inner in ast.walk(item) if inner is not item}
    return [ast.dump(item) for item in inside if item not in nested]


def holds(body: Sequence[ast.stmt], wanted: Sequence[str]) -> bool:
    dumps = [ast.dump(item) for item in body]
    return any(dumps[i : i + len(wanted)] == list(wanted) for i in range(len(dumps)))


def is_assignment(node: ast.stmt) -> TypeGuard[ast.Assign]:
    return isinstance(node, ast.Assign)


def is_done(outcome: Outcome, before: ast.Module, after: ast.Module) -> bool:
    """Whether the edited program has what the message tells to write."""
    cure = CURE.search(outcome.finding.message)
    assert cure is not None, outcome.finding.message
    withs = [item for item in statements(after) if isinstance(item, ast.With)]
    if cure["function"]:
        return any(
            isinstance(item, ast.FunctionDef)
            and item.name == cure["function"]
            and ast.unparse(item.decorator_list[-1:]) == cure["decorator"]
            for item in statements(after)
            if getattr(item, "decorator_list", None)
        )
    if cure["item"]:
        return any(
            len(item.items) > 1 and ast.unparse(item.items[-1]) == cure["item"] for item in withs
        )
    if cure["name"]:
        names = re.findall(r"\w+", (cure["earlier"] or "").replace(" and ", " "))
        named = {ast.unparse(item.targets[0]) for item in statements(after) if is_assignment(item)}
        return named.issuperset(names) and any(
            ast.unparse(item.items[0]) == cure["above"]
            and ast.unparse(item.body[0]).startswith(f"{cure['name']} = ")
            for item in withs
        )
    lines = meant(cure["wrapped"] or cure["moved"], outcome.finding.line, before)
    guard = cure["guard"]
    return any(
        holds(item.body, lines) and (not guard or ast.unparse(item.items[0]) == guard)
        for item in withs
    )


@pytest.mark.parametrize("path", PROGRAMS, ids=name)
def test_message_names_the_edit_in_every_style(path):
    source = Source.from_path(path)
    found = engine.find(source)
    seen = set()
    for style in STYLES:
        plan = engine.plan(source, found, found, style)
        if not plan.edits or plan.edits in seen:
            continue
        seen.add(plan.edits)
        result = carry_out(plan, source, path.read_bytes())
        after = ast.parse(result.data)
        fixed = [item for item in result.outcomes if item.verdict is Verdict.FIXED]
        assert fixed
        done = [item for item in fixed if item.finding.respelling is None]
        assert [
            item.finding.message for item in done if not is_done(item, source.tree, after)
        ] == []


@pytest.mark.parametrize("path", PROGRAMS, ids=name)
def test_message_of_a_finding_that_waits_names_the_edit_of_a_later_round(path):
    style = Style(unsafe=True)
    source = Source.from_path(path)
    found = engine.find(source)
    plan = engine.plan(source, found, found, style)
    waiting = [item for item in plan.outcomes if item.verdict is Verdict.LATER]
    if waiting:
        after = ast.parse(fix_engine.fix(path.read_bytes(), str(path), style=style).after)
        assert all(is_done(item, source.tree, after) for item in waiting)
