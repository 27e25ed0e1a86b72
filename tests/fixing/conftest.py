"""Repairs derived from marked source: what is inference is told, what is needed is analysed."""

from __future__ import annotations

import ast
import re
import textwrap
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from applying import apply

from flake8_nograd.findings import Finding, Repair, Safety
from flake8_nograd.fixing import FixResult, Outcome, Style
from flake8_nograd.options import DEFAULT_OPTIONS
from flake8_nograd.source import Source
from flake8_nograd.syntax.bindings import FunctionNode
from flake8_nograd.torch_model.analysis import analyse
from flake8_nograd.torch_model.facts import ModuleFacts

_MARK = re.compile(r"[ \t]*#(block2?|guard)\b[^\n]*")
_FORWARDS = ("model", "net", "self", "forward")


@pytest.fixture
def one_torch_thread() -> Iterator[None]:
    """Small programs would spend their time on waiting for torch's threads."""
    torch = pytest.importorskip("torch")
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@dataclass(frozen=True)
class Fixed:
    """A fixed program and what the fixer says about its only finding."""

    text: str
    result: FixResult

    @property
    def outcome(self) -> Outcome:
        (outcome,) = self.result.outcomes
        return outcome


def finding_in(
    marked: str,
    whole: bool = False,
    safety: Safety = Safety.SAFE,
    reason: str = "plain numbers",
    mark: str = "block",
    source: Source | None = None,
) -> tuple[Source, Finding]:
    """The program without its marks, and the finding they describe.

    `#block` at the end of a line marks the statements of the block, all of one suite (`#block2`
    those of a second finding); `#guard` marks the `with` that ended too early. The finding stands
    at the first call of something called model or net.
    """
    lines = marked.splitlines(keepends=True)
    source = source or unmarked(marked)
    marks = {number: _MARK.search(line) for number, line in enumerate(lines, 1)}
    statements = [node for node in ast.walk(source.tree) if isinstance(node, ast.stmt)]
    block = [node for node in statements if _is_marked(node, marks, mark)]
    guarded = {number for number, mark in marks.items() if mark and mark[1] == "guard"}
    guard = next((node for node in statements if node.lineno in guarded), None)
    function = _function_around(source.tree, block[0])
    call = _first_forward(block)
    nested = {inner for node in block for inner in ast.walk(node) if inner is not node}
    repair = Repair(
        block=tuple(node for node in block if node not in nested),
        function=function,
        whole_function=whole,
        guard=guard,
        safety=safety,
        reason=reason,
        start=call,
        passes=tuple(_forwards(block)),
        facts=facts_of(source).needs.around(_forwards(block)),
    )
    column = source.column(call.lineno, call.col_offset) + 1
    return source, Finding(call.lineno, column, "NGR102", "message", repair)


@pytest.fixture
def fix() -> Callable[..., Fixed]:
    """Fix a marked program; the result is dedented as the program is."""

    def _fix(marked: str, style: Style | None = None, **repair: Any) -> Fixed:
        source, finding = finding_in(textwrap.dedent(marked).lstrip("\n"), **repair)
        result = apply("".join(source.lines).encode(), [finding], style, source=source)
        return Fixed(result.data.decode(), result)

    return _fix


@pytest.fixture
def fix_two() -> Callable[..., FixResult]:
    """Fix a program with two findings; keyword arguments are those of the second."""

    def _fix(
        marked: str, first: Any = None, protect_second: bool = False, **second: Any
    ) -> FixResult:
        marked = textwrap.dedent(marked).lstrip("\n")
        source, one = finding_in(marked, **(first or {}))
        _, other = finding_in(marked, mark="block2", source=source, **second)
        data = "".join(source.lines).encode()
        if protect_second:
            return apply(data, [one], protected=[other], source=source)
        return apply(data, [one, other], source=source)

    return _fix


@pytest.fixture
def check_fix(fix: Callable[..., Fixed]) -> Callable[..., Fixed]:
    """Fix a marked program and compare it with what is expected of it."""

    def _check(marked: str, expected: str, **arguments: Any) -> Fixed:
        fixed = fix(marked, **arguments)
        assert fixed.text == textwrap.dedent(expected).lstrip("\n"), fixed.outcome
        compile(fixed.text, "fixed.py", "exec")
        return fixed

    return _check


def _is_marked(node: ast.stmt, marks: dict[int, Any], kind: str) -> bool:
    """Whether the line where a statement begins is marked; on one line the inner statement is."""
    mark = marks[node.lineno]
    inner = (item for item in ast.walk(node) if isinstance(item, ast.stmt) and item is not node)
    shares_line = any(item.lineno == node.lineno for item in inner)
    return mark is not None and mark[1] == kind and not shares_line


def _function_around(tree: ast.Module, node: ast.stmt) -> FunctionNode | None:
    functions = [
        outer
        for outer in ast.walk(tree)
        if isinstance(outer, ast.FunctionDef | ast.AsyncFunctionDef)
        if any(inner is node for part in outer.body for inner in ast.walk(part))
    ]
    return functions[-1] if functions else None


def _first_forward(block: list[ast.stmt]) -> ast.Call:
    return min(_forwards(block), key=lambda call: (call.lineno, call.col_offset))


def _forwards(block: list[ast.stmt]) -> list[ast.Call]:
    return [
        node
        for statement in block
        for node in ast.walk(statement)
        if isinstance(node, ast.Call)
        if ast.unparse(node.func).removeprefix("self.").split("[")[0] in _FORWARDS
    ]


def unmarked(marked: str) -> Source:
    """A program without its marks."""
    lines = marked.splitlines(keepends=True)
    return Source.from_text("".join(_MARK.sub("", line) for line in lines))


def facts_of(source: Source) -> ModuleFacts:
    """What the analysis knows of a program."""
    return analyse(source.tree, source.path, DEFAULT_OPTIONS)
