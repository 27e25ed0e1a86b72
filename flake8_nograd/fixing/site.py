"""One finding at its place in the file, and the statements a guard could cover."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from flake8_nograd.findings import Finding, GuardFacts, Repair
from flake8_nograd.fixing.names import Names
from flake8_nograd.fixing.style import Style
from flake8_nograd.source import Source
from flake8_nograd.syntax.bindings import Bindings
from flake8_nograd.syntax.statements import Block, Statement, Statements

_MOST_ENDS = 16  # where a block may end too early, counted from either end of it
_MOST_SINGLES = 64  # forward passes of one finding that are tried alone


class File(NamedTuple):
    """What every site of a file needs to know.

    `protected` are lines that get no guard, `named` calls that get a name by another site's edit.
    """

    source: Source
    statements: Statements
    bindings: Bindings
    names: Names
    style: Style
    protected: frozenset[int] = frozenset()
    named: Mapping[ast.Call, str] = {}

    def protects(self, first: ast.stmt | ast.expr, last: ast.stmt | ast.expr) -> int | None:
        """The first line from one node to another that gets no guard."""
        lines = range(first.lineno, (last.end_lineno or 0) + 1)
        return min(self.protected.intersection(lines), default=None)

    def holding(self, node: ast.expr) -> Statement:
        """The smallest statement that holds an expression."""
        return self.statements.of(self.bindings.statement_of(node))


class Site(NamedTuple):
    """A finding that can be repaired, and where."""

    finding: Finding
    repair: Repair
    block: Block
    function: Statement | None

    @property
    def facts(self) -> GuardFacts:
        """What is known of the code around the forward passes."""
        return self.repair.facts


def locate(finding: Finding, repair: Repair, file: File) -> Site:
    """The site of a finding."""
    first, last = file.statements.of(repair.block[0]), file.statements.of(repair.block[-1])
    function = file.statements.of(repair.function) if repair.function is not None else None
    return Site(finding, repair, Block(first.suite, first.index, last.index), function)


def candidates(site: Site, file: File) -> list[Block]:
    """Blocks that hold forward passes of the site, in order of preference.

    The whole block comes first. What a smaller one leaves out is found again in the next round.
    """
    block = site.block
    blocks = [block]
    if block.start.is_elif:
        root = next(item for item in block.start.chain if not item.is_elif)
        blocks.append(Block.of(root))
    singles = list(_single_passes(site, file))
    around = [outer for item in singles for outer in item.chain]
    inside = range(block.first, block.last)
    ends = {outer.index for outer in around if outer.suite is block.suite} & {*inside}
    lasts = sorted(ends, reverse=True)
    if len(lasts) > 2 * _MOST_ENDS:
        lasts = [*lasts[:_MOST_ENDS], *lasts[-_MOST_ENDS:]]
    blocks += [Block(block.suite, block.first, last) for last in lasts]
    return blocks + [Block.of(statement) for statement in singles[:_MOST_SINGLES]]


def _single_passes(site: Site, file: File) -> Iterator[Statement]:
    """The smallest statement of each forward pass that is not guarded yet."""
    for statement in dict.fromkeys(map(file.holding, site.repair.passes)):
        if site.facts.set_by_hand(statement.node) is None:
            yield statement
