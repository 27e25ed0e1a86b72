"""One finding at its place in the file, and the statements a guard could cover."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from flake8_nograd.findings import Finding, Repair
from flake8_nograd.fixing.names import Names
from flake8_nograd.fixing.outflow import runs_forward, stranger
from flake8_nograd.fixing.outline import Block, Outline, Statement
from flake8_nograd.fixing.style import Style
from flake8_nograd.fixing.syntax import (
    all_nodes,
    header,
    is_guard,
    is_recording_switch,
    last_name,
)
from flake8_nograd.fixing.training import Training
from flake8_nograd.source import Source


@dataclass(frozen=True, slots=True)
class File:
    """What every site of a file needs to know."""

    source: Source
    outline: Outline
    names: Names
    training: Training
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
    blocks = [site.block]
    if site.block.start.is_elif:
        root = next(item for item in site.block.start.chain if not item.is_elif)
        blocks.append(Block.of(root))
    blocks += _shortened(site)
    return blocks + [Block.of(statement) for statement in _single_passes(site, outline)]


def _single_passes(site: Site, outline: Outline) -> Iterator[Statement]:
    """The smallest statement of the first forward pass, then those of the others.

    When the first stands in the header of a compound statement, those in its suites are not the
    finding's, and may train.
    """
    inside = {id(node) for node in all_nodes(site.block.nodes)}
    first = outline.innermost(site.finding.line, site.finding.column - 1)
    if first is not None and id(first.node) in inside:
        yield first
    for statement in outline.statements:
        if id(statement.node) not in inside or mode(statement, site.function) is not None:
            continue
        if any(around is first for around in statement.chain):
            continue
        if runs_forward(header(statement.node), site.forward):
            yield statement


def _shortened(site: Site) -> list[Block]:
    """The block cut off before the first call that has nothing to do with the model."""
    block = site.block
    end = stranger(block.nodes, site.forward)
    if end is None:
        return []
    last = block.first - 1
    for statement in block.statements:
        if (statement.node.end_lineno or 0) >= end.lineno:
            break
        if runs_forward([statement.node], site.forward):
            last = statement.index
    return [Block(block.suite, block.first, last)] if last >= block.first else []


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
