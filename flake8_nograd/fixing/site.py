"""One finding at its place in the file, and the statements a guard could cover."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from flake8_nograd.findings import Finding, GuardFacts, Repair
from flake8_nograd.fixing.guards import is_guard, is_recording_switch
from flake8_nograd.fixing.names import Names
from flake8_nograd.fixing.outline import Block, Outline, Statement
from flake8_nograd.fixing.style import Style
from flake8_nograd.source import Source
from flake8_nograd.syntax.expressions import last_name


@dataclass(frozen=True, slots=True)
class File:
    """What every site of a file needs to know."""

    source: Source
    outline: Outline
    names: Names
    style: Style
    protected: Sequence[tuple[int, int]] = field(default=())

    @property
    def tree(self) -> ast.Module:
        """The syntax tree."""
        return self.source.tree


@dataclass(frozen=True, slots=True)
class Site:
    """A finding that can be repaired, and where."""

    finding: Finding
    repair: Repair
    forward: ast.Call
    block: Block
    function: Statement | None

    @property
    def facts(self) -> GuardFacts:
        """What is known of the code around the forward passes."""
        return self.repair.facts or _NOTHING_KNOWN

    @property
    def passes(self) -> Sequence[ast.Call]:
        """The forward passes of the finding."""
        return self.repair.passes or (self.forward,)


class _NothingKnown:
    """No facts: then nothing speaks against a guard."""

    def need(self, code: Sequence[ast.AST]) -> str:
        """Nothing is needed."""
        return ""

    other_need = differentiates = lasts = need

    def hoisted(self, node: ast.Call) -> str:
        """Nothing is known of what comes before it."""
        return "nothing is known of what comes before it"


_NOTHING_KNOWN = _NothingKnown()


def locate(finding: Finding, repair: Repair, outline: Outline) -> Site | None:
    """The site of a finding; None if the repair does not fit the file."""
    path = outline.call(finding.line, finding.column - 1)
    block = outline.block(repair.block)
    function = outline.statement(repair.function) if repair.function else None
    if block is None or (repair.function is not None and function is None):
        return None
    if not path or not isinstance(path[-1], ast.Call):
        return None
    return Site(finding, repair, path[-1], block, function)


def candidates(site: Site, outline: Outline) -> list[Block]:
    """Blocks that hold forward passes of the site, in order of preference.

    The whole block comes first. What a smaller one leaves out is found again in the next round.
    """
    block = site.block
    blocks = [block]
    if block.start.is_elif:
        root = next(item for item in block.start.chain if not item.is_elif)
        blocks.append(Block.of(root))
    singles = list(_single_passes(site, outline))
    around = [outer for item in singles for outer in item.chain]
    ends = {outer.index for outer in around if outer.suite is block.suite}
    blocks += [
        Block(block.suite, block.first, last)
        for last in sorted(ends, reverse=True)
        if block.first <= last < block.last
    ]
    return blocks + [Block.of(statement) for statement in singles]


def _single_passes(site: Site, outline: Outline) -> Iterator[Statement]:
    """The smallest statement of each forward pass that is not guarded yet."""
    seen = set()
    for node in site.passes:
        statement = outline.holding(node)
        if statement is None or statement in seen:
            continue
        seen.add(statement)
        if mode(statement, site.function) is None:
            yield statement


def deferred(finding: Finding, outline: Outline) -> str | None:
    """Why the forward pass does not run where it is written; None if it does."""
    path = outline.call(finding.line, finding.column - 1)
    for outer, inner in pairwise(path):
        if isinstance(inner, ast.Lambda):
            return "the forward pass runs when the lambda is called, maybe out of reach of a guard"
        if isinstance(inner, ast.GeneratorExp) and not isinstance(outer, ast.Call):
            return "the forward pass runs when the generator expression is consumed"
    return None


def mode(statement: Statement, function: Statement | None) -> tuple[bool, int] | None:
    """Whether recording is switched on by hand around a statement, and the line.

    None if nothing in the function switches it on or off.
    """
    for expression in _modes(statement, function):
        if is_guard(expression):
            return False, expression.lineno
        if is_recording_switch(expression) or last_name(expression) == "enable_grad":
            return True, expression.lineno
    return None


def _modes(statement: Statement, function: Statement | None) -> Iterator[ast.expr]:
    """The context managers and decorators that a statement runs under, innermost first."""
    for around in statement.chain:
        if around is function:
            break
        if isinstance(around.node, ast.With) and around is not statement:
            yield from (item.context_expr for item in around.node.items)
    if function is not None and isinstance(function.node, ast.FunctionDef):
        yield from reversed(function.node.decorator_list)
