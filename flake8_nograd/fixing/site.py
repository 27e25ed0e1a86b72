"""One finding at its place in the file, and what speaks against a guard there."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from flake8_nograd.findings import Finding, Repair
from flake8_nograd.fixing.names import Names
from flake8_nograd.fixing.outflow import runs_forward, stranger
from flake8_nograd.fixing.outline import Block, Outline, Statement, suites_in
from flake8_nograd.fixing.style import Style
from flake8_nograd.fixing.syntax import (
    all_nodes,
    dotted,
    first_await_or_yield,
    is_guard,
    is_recording_switch,
    last_name,
)
from flake8_nograd.fixing.training import Training
from flake8_nograd.source import Source

_CELL = re.compile(r"\s*#\s?(%%|In\s?\[)")


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


def candidates(site: Site, file: File) -> list[Block]:
    """Blocks that hold the first forward pass, in order of preference."""
    blocks = [site.block]
    if site.block.start.is_elif:
        root = next(item for item in site.block.start.chain if not item.is_elif)
        blocks.append(Block.of(root))
    blocks += _shortened(site)
    first = file.outline.innermost(site.finding.line, site.finding.column - 1)
    if first is not None and site.block.covers(first.node):
        blocks.append(Block.of(first))
    return blocks


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
        if runs_forward(statement.node, site.forward):
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


def mode(site: Site) -> tuple[bool, int] | None:
    """Whether recording is switched off or on by hand around the site, and the line.

    None if nothing in the function says either.
    """
    for expression in _modes(site):
        if is_guard(expression):
            return False, expression.lineno
        if is_recording_switch(expression) or last_name(expression) == "enable_grad":
            return True, expression.lineno
    return None


def _modes(site: Site) -> Iterator[ast.expr]:
    """The context managers and decorators that a site runs under, innermost first."""
    for around in site.block.start.chain:
        if around is site.function:
            break
        if isinstance(around.node, ast.With) and around.node not in site.block.nodes:
            yield from (item.context_expr for item in around.node.items)
    if site.function is not None and isinstance(site.function.node, ast.FunctionDef):
        yield from reversed(site.function.node.decorator_list)


def objection(block: Block, site: Site, file: File) -> str | None:
    """Why no `with` may stand around a block; None if it may."""
    return (
        _shape_objection(block, file)
        or _gradient_objection(block, file)
        or _stranger_objection(block, site)
        or _autocast_objection(block, site)
    )


def _shape_objection(block: Block, file: File) -> str | None:
    if block.start.is_elif:
        return "nothing can be put around an `elif`"
    point = first_await_or_yield(block.nodes)
    if point is not None:
        what = "yields" if isinstance(point, ast.Yield | ast.YieldFrom) else "awaits"
        return f"the block {what}, and the guard would hold for the code that runs meanwhile"
    first, last = block.nodes[0].lineno, block.nodes[-1].end_lineno or 0
    if any(_CELL.match(line) for line in file.source.lines[first:last]):
        return "the block spans notebook cells"
    return None


def _gradient_objection(block: Block, file: File) -> str | None:
    training = file.training.first_in(block.nodes)
    if training is not None:
        return f"the block differentiates or trains (line {training.lineno})"
    for node in all_nodes(block.nodes):
        if _asks_for_gradient(node):
            return f"the block asks for a gradient (line {getattr(node, 'lineno', 0)})"
        if isinstance(node, ast.Call) and is_recording_switch(node):
            return f"the block switches recording itself (line {node.lineno})"
    for line, _ in file.protected:
        if block.nodes[0].lineno <= line <= (block.nodes[-1].end_lineno or 0):
            return f"the block holds a forward pass that is to stay as it is (line {line})"
    return None


def _asks_for_gradient(node: ast.AST) -> bool:
    if isinstance(node, ast.Call):
        return any(
            keyword.arg == "requires_grad"
            and isinstance(keyword.value, ast.Constant)
            and keyword.value.value is True
            for keyword in node.keywords
        )
    return (
        isinstance(node, ast.Assign)
        and isinstance(node.value, ast.Constant)
        and node.value.value is True
        and any(last_name(target) == "requires_grad" for target in node.targets)
    )


def _stranger_objection(block: Block, site: Site) -> str | None:
    """A single simple statement is taken as it is: nothing smaller could be guarded."""
    if len(block.statements) == 1 and not any(suites_in(block.nodes[0])):
        return None
    other = stranger(block.nodes, site.forward)
    if other is None:
        return None
    return f"{dotted(other.func)}() in the same block may need a graph (line {other.lineno})"


def _autocast_objection(block: Block, site: Site) -> str | None:
    """Old torch caches the weights it casts without a graph and reuses them for training."""
    if site.repair.whole_function:
        return None
    for around in block.start.chain:
        if around is site.function:
            break
        if not _is_autocast(around.node) or around.node in block.nodes:
            continue
        other = stranger(next(suites_in(around.node)), site.forward)
        if other is not None:
            return (
                f"the autocast block of line {around.node.lineno} may also record a graph that is"
                f" needed (line {other.lineno}), and on older torch both share cached weights"
            )
    return None


def _is_autocast(node: ast.stmt) -> bool:
    return isinstance(node, ast.With | ast.AsyncWith) and any(
        "autocast" in last_name(item.context_expr) for item in node.items
    )
