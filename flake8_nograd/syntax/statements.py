"""The statements of a file in order, each with its place.

A statement's number is its rank in source order. Any parser that sees the same program counts the
same statements, so the number carries a place from one syntax tree to another.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from flake8_nograd.syntax.bindings import FunctionNode


@dataclass(slots=True, eq=False)
class Statement:
    """A statement, the suite it is part of and the statement around that suite."""

    node: ast.stmt
    number: int
    suite: Sequence[Statement]
    index: int
    around: Statement | None

    @property
    def chain(self) -> Iterator[Statement]:
        """This statement and those around it, innermost first."""
        current: Statement | None = self
        while current is not None:
            yield current
            current = current.around

    @property
    def function(self) -> Statement | None:
        """The `def` whose body runs this statement; None in a module or class body."""
        for around in self.chain:
            if around is not self and isinstance(around.node, FunctionNode):
                return around
            if around is not self and isinstance(around.node, ast.ClassDef):
                return None
        return None

    @property
    def is_elif(self) -> bool:
        """Whether this is an `if` written as `elif`, which nothing can be put around."""
        if self.around is None or not isinstance(self.around.node, ast.If):
            return False
        outer = self.around.node
        return outer.orelse == [self.node] and self.node.col_offset == outer.col_offset

    @property
    def after(self) -> Statement:
        """The next statement of the suite."""
        return self.suite[self.index + 1]


class Block(NamedTuple):
    """Consecutive statements of one suite."""

    suite: Sequence[Statement]
    first: int
    last: int

    @classmethod
    def of(cls, statement: Statement) -> Block:
        """A block of one statement."""
        return cls(statement.suite, statement.index, statement.index)

    @property
    def statements(self) -> Sequence[Statement]:
        """The statements of the block itself, not those nested in them."""
        return self.suite[self.first : self.last + 1]

    @property
    def nodes(self) -> list[ast.stmt]:
        """The syntax trees of the statements."""
        return [statement.node for statement in self.statements]

    @property
    def start(self) -> Statement:
        """The first statement."""
        return self.suite[self.first]

    @property
    def around(self) -> Statement | None:
        """The statement around the suite."""
        return self.start.around

    @property
    def is_whole_suite(self) -> bool:
        """Whether the block is all of its suite."""
        return len(self.statements) == len(self.suite)


class Statements:
    """All statements of a file, found by number or by tree."""

    def __init__(self, tree: ast.Module) -> None:
        self.all: list[Statement] = []
        self.top: Sequence[Statement] = self._suite(tree.body, None)
        self._by_node = {item.node: item for item in self.all}

    def of(self, node: ast.stmt) -> Statement:
        """The place of a statement of this tree."""
        return self._by_node[node]

    def end(self, number: int) -> int:
        """One more than the number of the last statement nested in a statement."""
        outer = self.all[number]
        after = (item.number for item in self.all[number + 1 :] if outer not in item.chain)
        return next(after, len(self.all))

    def _suite(self, nodes: Sequence[ast.stmt], around: Statement | None) -> Sequence[Statement]:
        suite: list[Statement] = []
        for index, node in enumerate(nodes):
            statement = Statement(node, len(self.all), suite, index, around)
            suite.append(statement)
            self.all.append(statement)
            for inner in suites_in(node):
                self._suite(inner, statement)
        return suite


def suites_in(node: ast.stmt) -> Iterator[list[ast.stmt]]:
    """The suites of a compound statement in source order."""
    for _, value in ast.iter_fields(node):
        if not isinstance(value, list) or not value:
            continue
        if isinstance(value[0], ast.stmt):
            yield value
        elif isinstance(value[0], ast.ExceptHandler | ast.match_case):
            yield from (clause.body for clause in value)
