"""One round of fixes for findings that a test has made."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Sequence
from typing import Any

from flake8_nograd.findings import Finding, Hoisted, Repair, Safety
from flake8_nograd.fixing import FixResult, Style, carry_out
from flake8_nograd.fixing.planning import make_plan
from flake8_nograd.source import Source
from flake8_nograd.syntax.bindings import Bindings
from flake8_nograd.torch_model.needs.surroundings import set_by_hand


class NothingKnown:
    """Facts of code of which nothing speaks against a guard."""

    def need(self, code: Any) -> str:
        return ""

    other_need = differentiates = must_record = lasts = autocast = sees_decorators = need

    def __init__(self, source: Source) -> None:
        self.bindings = Bindings(source.tree)

    def deferred(self, node: ast.Call) -> str:
        return ""

    def set_by_hand(self, statement: ast.stmt) -> tuple[bool, int] | None:
        return set_by_hand(statement, self.bindings)

    def other_values(self) -> str:
        return ""

    def is_scripted(self, function: Any) -> bool:
        return False

    drops_decorators = is_scripted

    def hoisted(self, node: ast.Call) -> Hoisted:
        return Hoisted(node, "nothing is known of what comes before it")


def finding_at(source: Source, line: int, name: str = "model", through: int = 0) -> Finding:
    """A finding in the innermost statement of a line that calls something so named.

    Its block goes on to the statement that begins on the line `through`.
    """
    (call, *_) = (
        node
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func) == name and node.lineno == line
    )
    around = [
        node
        for node in ast.walk(source.tree)
        if isinstance(node, ast.stmt) and call in ast.walk(node)
    ]
    repair = Repair(
        block=(around[-1], *(node for node in source.tree.body if node.lineno == through)),
        function=None,
        whole_function=False,
        guard=None,
        safety=Safety.SAFE,
        reason="",
        start=call,
        passes=(call,),
        facts=NothingKnown(source),
    )
    column = source.column(call.lineno, call.col_offset) + 1
    return Finding(line, column, "NGR102", "message", repair)


def apply(
    data: bytes,
    findings: Sequence[Finding],
    style: Style | None = None,
    protected: Iterable[Finding] = (),
    *,
    source: Source,
) -> FixResult:
    """Plan and carry out; `source` is what the bytes were parsed to."""
    return carry_out(make_plan(source, findings, protected, style or Style()), source, data)
