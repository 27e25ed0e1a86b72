"""The edits, carried out on the concrete syntax tree so that everything else stays as it is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import libcst as cst

from flake8_nograd.fixing.edits import Decorate, Edit, Extend, Hoist, Import, Merge, Wrap
from flake8_nograd.fixing.hoisting import hoisted
from flake8_nograd.fixing.joining import joined
from flake8_nograd.fixing.layout import Line, leading_lines, moved_in, parted
from flake8_nograd.fixing.with_items import with_item

_NEW = -1
_BELOW_IMPORT = {True: (), False: (cst.EmptyLine(indent=False),)}


class Surgeon(cst.CSTTransformer):
    """Carries out edits; counts statements as `Statements` does."""

    def __init__(self, edits: Sequence[Edit], imports: Sequence[Import]) -> None:
        super().__init__()
        self.count = 0
        self._numbers: dict[int, int] = {}
        self._indents: list[str | None] = []
        self._default_indent = ""
        self._made: list[Line] = []
        self._edits = {edit.statement: edit for edit in edits}
        self._imports = list(imports)
        self._concerned = {edit.anchor for edit in self._imports}.union(
            edit.statement for edit in edits if isinstance(edit, Wrap | Extend | Hoist)
        )

    def on_visit(self, node: cst.CSTNode) -> bool:
        """Number the statements on the way down; expressions hold none."""
        if isinstance(node, cst.BaseSmallStatement | cst.BaseCompoundStatement):
            self._numbers[id(node)] = self.count
            self.count += 1
        if isinstance(node, cst.IndentedBlock):
            self._indents.append(node.indent)
        if isinstance(node, cst.Module):
            self._default_indent = node.default_indent
        return not isinstance(node, cst.BaseExpression | cst.BaseSmallStatement)

    def leave_Module(self, original_node: cst.Module, updated_node: cst.Module) -> cst.Module:
        """Edit the statements of the module."""
        return updated_node.with_changes(body=self._edit(original_node.body, _body(updated_node)))

    def leave_IndentedBlock(
        self, original_node: cst.IndentedBlock, updated_node: cst.IndentedBlock
    ) -> cst.BaseSuite:
        """Edit the statements of an indented suite."""
        body = self._edit(original_node.body, _body(updated_node))
        self._indents.pop()
        return updated_node.with_changes(body=body)

    def leave_SimpleStatementSuite(
        self, original_node: cst.SimpleStatementSuite, updated_node: cst.SimpleStatementSuite
    ) -> cst.BaseSuite:
        """Edit the statements after a colon; a `with` among them needs lines of its own."""
        edited = self._edit([_as_line(original_node)], [_as_line(updated_node)])
        if len(edited) == 1 and isinstance(edited[0], cst.SimpleStatementLine):
            return updated_node
        return cst.IndentedBlock(body=edited, indent=self._indent())

    def leave_With(self, original_node: cst.With, updated_node: cst.With) -> cst.With:
        """Add the guard to the items of a `with`."""
        edit = self._edits.get(self._numbers[id(original_node)])
        return with_item(updated_node, edit.guard) if isinstance(edit, Merge) else updated_node

    def leave_FunctionDef(
        self, original_node: cst.FunctionDef, updated_node: cst.FunctionDef
    ) -> cst.FunctionDef:
        """Put the guard directly above the `def`."""
        edit = self._edits.get(self._numbers[id(original_node)])
        if not isinstance(edit, Decorate):
            return updated_node
        decorator = cst.Decorator(
            cst.parse_expression(edit.guard), leading_lines=updated_node.lines_after_decorators
        )
        return updated_node.with_changes(
            decorators=[*updated_node.decorators, decorator], lines_after_decorators=()
        )

    def _edit(self, originals: Sequence[cst.CSTNode], updates: Sequence[Line]) -> list[Line]:
        """The lines of a suite after all edits that concern the suite itself."""
        numbers = {self._numbers[id(node)] for node in _statements(originals)}
        if numbers.isdisjoint(self._concerned):
            return list(updates)
        pieces = [
            piece
            for original, updated in zip(originals, updates, strict=True)
            for piece in self._pieces(original, updated)
        ]
        return joined(_lines(self._with_guards(self._with_imports(pieces))), self._made)

    def _pieces(self, original: cst.CSTNode, updated: Line) -> Iterator[_Piece]:
        """One piece for a compound statement, one for each small statement of a line."""
        if not isinstance(original, cst.SimpleStatementLine):
            yield _Piece(self._numbers[id(original)], updated)
            return
        assert isinstance(updated, cst.SimpleStatementLine)
        last = len(original.body) - 1
        for index, (old, new) in enumerate(zip(original.body, updated.body, strict=True)):
            line = updated.with_changes(
                body=[new],
                leading_lines=() if index else updated.leading_lines,
                trailing_whitespace=(
                    updated.trailing_whitespace if index == last else cst.TrailingWhitespace()
                ),
            )
            yield _Piece(self._numbers[id(old)], line, index > 0, index == last)

    def _with_imports(self, pieces: Iterable[_Piece]) -> Iterator[_Piece]:
        for piece in pieces:
            own = [edit for edit in self._imports if edit.anchor == piece.number]
            before = [_parse(edit.code) for edit in own if not edit.after]
            after = [_parse(edit.code) for edit in own if edit.after]
            if before:
                before[0] = before[0].with_changes(leading_lines=leading_lines(piece.line))
            is_beside = piece.is_import and not any(edit.apart for edit in own)
            if after and not is_beside:
                after[0] = after[0].with_changes(leading_lines=_BELOW_IMPORT[False])
            yield from (_Piece(_NEW, line) for line in before)
            yield piece.leading(_BELOW_IMPORT[is_beside]) if before else piece
            yield from (_Piece(_NEW, line) for line in after)

    def _with_guards(self, pieces: Iterable[_Piece]) -> Iterator[_Piece]:
        """Gather the statements of each wrap and extension into one `with`."""
        waiting: list[_Piece] = []
        edit: Edit | None = None
        for piece in pieces:
            edit = edit or self._edits.get(piece.number)
            if isinstance(edit, Hoist):
                *named, rest = hoisted(edit, piece.line, self._indent())
                self._made.append(named[-1])
                yield from (replace(piece, number=_NEW, line=line) for line in named)
                yield replace(piece, line=rest)
                edit = None
            elif isinstance(edit, Wrap | Extend):
                waiting.append(piece)
                if piece.number == edit.last:
                    yield self._guarded(edit, waiting)
                    waiting, edit = [], None
            else:
                yield piece
                edit = None

    def _guarded(self, edit: Wrap | Extend, pieces: Sequence[_Piece]) -> _Piece:
        unit = self._indent() or self._default_indent
        first, *others = pieces
        moved = [piece.moved_in(unit, not self._indents) for piece in others]
        if isinstance(edit, Extend):
            guarded = _extended(first, moved, self._indent())
        else:
            moved.insert(0, first.moved_in(unit, not self._indents))
            guarded = _wrapped(edit.guard, moved, self._indent())
        self._made.append(guarded.line)
        return guarded

    def _indent(self) -> str | None:
        """The unit of indentation used around here; None for that of the file."""
        return self._indents[-1] if self._indents else None


@dataclass(frozen=True, slots=True)
class _Piece:
    """A statement on a line of its own, and whether it began and ended its line before."""

    number: int
    line: Line
    follows_semicolon: bool = False
    ends_line: bool = True

    @property
    def is_import(self) -> bool:
        """Whether this is an import."""
        return isinstance(self.line, cst.SimpleStatementLine) and isinstance(
            self.line.body[0], cst.Import | cst.ImportFrom
        )

    def moved_in(self, unit: str, is_top: bool) -> _Piece:
        """The same statement for a place one level further in."""
        return replace(self, line=moved_in(self.line, unit, is_top))

    def leading(self, lines: Sequence[cst.EmptyLine]) -> _Piece:
        """The same statement below other empty lines and comments."""
        return replace(self, line=self.line.with_changes(leading_lines=lines))


def _lines(pieces: Iterable[_Piece]) -> list[Line]:
    """Lines again: small statements that shared one are put back on it."""
    lines: list[list[_Piece]] = []
    for piece in pieces:
        if piece.follows_semicolon and lines and not lines[-1][-1].ends_line:
            lines[-1].append(piece)
        else:
            lines.append([piece])
    return [_line(shared) for shared in lines]


def _line(pieces: Sequence[_Piece]) -> Line:
    last = pieces[-1]
    if len(pieces) == 1 and last.ends_line:
        return last.line
    small = [
        statement
        for piece in pieces
        if isinstance(piece.line, cst.SimpleStatementLine)
        for statement in piece.line.body
    ]
    if not last.ends_line:
        small[-1] = small[-1].with_changes(semicolon=cst.MaybeSentinel.DEFAULT)
    return last.line.with_changes(body=small, leading_lines=leading_lines(pieces[0].line))


def _wrapped(guard: str, pieces: Sequence[_Piece], indent: str | None) -> _Piece:
    """The pieces in a new `with`; what stood above the first stands above the `with`."""
    above, lines = parted(_lines(pieces))
    statement = cst.With(
        items=[cst.WithItem(cst.parse_expression(guard))],
        body=cst.IndentedBlock(body=lines, indent=indent),
        leading_lines=above,
    )
    return _Piece(_NEW, statement)


def _extended(guard: _Piece, pieces: Sequence[_Piece], indent: str | None) -> _Piece:
    """A `with`, with the pieces that follow it at the end of its body."""
    first, *others = pieces
    statement = guard.line
    assert isinstance(statement, cst.With)
    body = statement.body
    if isinstance(body, cst.SimpleStatementSuite):
        body = cst.IndentedBlock(body=[_as_line(body)], indent=indent)
    assert isinstance(body, cst.IndentedBlock)
    first = first.leading([*body.footer, *leading_lines(first.line)])
    body = body.with_changes(body=[*body.body, *_lines([first, *others])], footer=())
    return replace(guard, line=statement.with_changes(body=body))


def _body(node: cst.Module | cst.IndentedBlock) -> list[Line]:
    return [line for line in node.body if isinstance(line, Line)]


def _as_line(suite: cst.SimpleStatementSuite) -> cst.SimpleStatementLine:
    return cst.SimpleStatementLine(body=suite.body, trailing_whitespace=suite.trailing_whitespace)


def _statements(nodes: Iterable[cst.CSTNode]) -> Iterator[cst.CSTNode]:
    """The statements of a suite, those that share a line one by one."""
    for node in nodes:
        if isinstance(node, cst.SimpleStatementLine):
            yield from node.body
        else:
            yield node


def _parse(code: str) -> cst.SimpleStatementLine:
    line = cst.parse_statement(code)
    assert isinstance(line, cst.SimpleStatementLine)
    return line
