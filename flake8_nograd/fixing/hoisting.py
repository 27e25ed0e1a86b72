"""A call taken out of its statement, on the concrete syntax tree."""

from __future__ import annotations

import libcst as cst

from flake8_nograd.fixing.edits import Hoist

Line = cst.SimpleStatementLine | cst.BaseCompoundStatement


def hoisted(edit: Hoist, line: Line, indent: str | None) -> tuple[Line, Line]:
    """The guarded statement that gives the call a name, and the statement that uses the name."""
    taker = _Taker(edit)
    rest = line.visit(taker)
    assert isinstance(rest, Line)
    assert taker.taken is not None
    target = cst.AssignTarget(cst.Name(edit.name))
    assign = cst.SimpleStatementLine([cst.Assign([target], taker.taken)])
    guarded = cst.With(
        items=[cst.WithItem(cst.parse_expression(edit.guard))],
        body=cst.IndentedBlock(body=[assign], indent=indent),
        leading_lines=getattr(line, "leading_lines", ()),
    )
    return guarded, rest.with_changes(leading_lines=())


class _Taker(cst.CSTTransformer):
    """Puts a name in the place of one call of a statement's header."""

    def __init__(self, edit: Hoist) -> None:
        super().__init__()
        self.taken: cst.BaseExpression | None = None
        self._edit = edit
        self._count = 0
        self._target: cst.Call | None = None

    def on_visit(self, node: cst.CSTNode) -> bool:
        """Count the calls on the way down; suites are no part of the header."""
        if isinstance(node, cst.Call):
            if self._count == self._edit.call:
                self._target = node
            self._count += 1
        return not isinstance(node, cst.BaseSuite | cst.Else)

    def leave_Call(self, original_node: cst.Call, updated_node: cst.Call) -> cst.BaseExpression:
        """Take the call out."""
        if original_node is not self._target:
            return updated_node
        self.taken = updated_node.with_changes(lpar=(), rpar=())
        if updated_node.lpar:  # it may be spread over lines, which its parentheses allow
            self.taken = updated_node
        return cst.Name(self._edit.name)
