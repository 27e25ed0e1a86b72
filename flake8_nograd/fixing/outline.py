"""The statements of a file in order, each with its place.

A statement's number is its rank in source order. Any parser that sees the same program counts the
same statements, so the number carries a place from one syntax tree to another.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from flake8_nograd.findings import Span
from flake8_nograd.source import Source
from flake8_nograd.syntax.bindings import FunctionNode


@dataclass(frozen=True, slots=True, eq=False)
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


@dataclass(frozen=True, slots=True)
class Block:
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


class Outline:
    """All statements of a file, found by number or by place."""

    def __init__(self, source: Source) -> None:
        self.tree = source.tree
        self._source = source
        self.statements: list[Statement] = []
        self.top: Sequence[Statement] = self._suite(source.tree.body, None)
        self._by_node = {item.node: item for item in self.statements}
        self._by_start = {self._start(item.node): item for item in self.statements}

    def of(self, node: ast.stmt) -> Statement | None:
        """The place of a statement of this tree."""
        return self._by_node.get(node)

    def behind(self, number: int) -> int:
        """The number of the statement that follows another one in its suite."""
        statement = self.statements[number]
        return statement.suite[statement.index + 1].number

    def block(self, span: Span) -> Block | None:
        """The statements that begin and end where the span does; None if there are none."""
        start = self.statement(span)
        if start is None:
            return None
        for statement in start.suite[start.index :]:
            own = self._source.span(statement.node, statement.node)
            if (own.end_line, own.end_column) == (span.end_line, span.end_column):
                return Block(start.suite, start.index, statement.index)
        return None

    def statement(self, span: Span) -> Statement | None:
        """The statement that begins where the span does."""
        return self._by_start.get((span.line, span.column))

    def innermost(self, line: int, column: int) -> Statement | None:
        """The smallest statement that holds a 1-based line and 0-based column in characters."""
        found = None
        for item in self.statements:
            own = self._source.span(item.node, item.node)
            start = (own.line, own.column)
            if start <= (line, column) < (own.end_line, own.end_column):
                found = item
        return found

    def holding(self, node: ast.expr) -> Statement | None:
        """The smallest statement that holds an expression."""
        return self.innermost(node.lineno, self._source.column(node.lineno, node.col_offset))

    def call(self, line: int, column: int) -> list[ast.AST]:
        """The syntax trees from a statement down to the smallest call that begins at a place."""
        statement = self.innermost(line, column)
        return self._path(statement.node, line, column) if statement else []

    def _path(self, node: ast.AST, line: int, column: int) -> list[ast.AST]:
        for child in ast.iter_child_nodes(node):
            below = self._path(child, line, column)
            if below:
                return [node, *below]
        is_it = isinstance(node, ast.Call) and self._start(node) == (line, column)
        return [node] if is_it else []

    def _start(self, node: ast.stmt | ast.expr) -> tuple[int, int]:
        return node.lineno, self._source.column(node.lineno, node.col_offset)

    def _suite(self, nodes: Sequence[ast.stmt], around: Statement | None) -> Sequence[Statement]:
        suite: list[Statement] = []
        for index, node in enumerate(nodes):
            statement = Statement(node, len(self.statements), suite, index, around)
            suite.append(statement)
            self.statements.append(statement)
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
