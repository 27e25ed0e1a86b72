"""A call taken out of its statement, on the concrete syntax tree."""

from __future__ import annotations

import ast
from collections.abc import Mapping

import libcst as cst
from libcst import matchers as m

from flake8_nograd.fixing.edits import Hoist
from flake8_nograd.fixing.layout import Line, leading_lines


def hoisted(edit: Hoist, line: Line, indent: str | None) -> list[Line]:
    """The statements that give calls their names, and the statement that uses the names."""
    calls = m.findall(line, m.Call())
    names = {calls[rank]: name for rank, name in (*edit.earlier, (edit.call, edit.name))}
    *earlier, last = [_assignment(name, call) for call, name in names.items()]
    guarded = cst.With(
        items=[cst.WithItem(cst.parse_expression(edit.guard))],
        body=cst.IndentedBlock(body=[last], indent=indent),
    )
    rest = line.visit(_Naming(names))
    assert isinstance(rest, Line)
    first, *others = [*earlier, guarded]
    return [
        first.with_changes(leading_lines=leading_lines(line)),
        *others,
        rest.with_changes(leading_lines=()),
    ]


def _assignment(name: str, call: cst.CSTNode) -> cst.SimpleStatementLine:
    """The statement that gives a call a name; lines that went on inside of parentheses still do."""
    value = cst.ensure_type(call, cst.Call)
    target = cst.AssignTarget(cst.Name(name))
    line = cst.SimpleStatementLine([cst.Assign([target], value)])
    try:
        ast.parse(cst.Module([line]).code)
    except SyntaxError:
        value = value.with_changes(lpar=[cst.LeftParen()], rpar=[cst.RightParen()])
        line = cst.SimpleStatementLine([cst.Assign([target], value)])
    return line


class _Naming(cst.CSTTransformer):
    """Puts names in the place of calls."""

    def __init__(self, names: Mapping[cst.CSTNode, str]) -> None:
        super().__init__()
        self._names = names

    def leave_Call(self, original_node: cst.Call, updated_node: cst.Call) -> cst.BaseExpression:
        """The name of a call that has one, in as many parentheses."""
        name = self._names.get(original_node)
        if name is None:
            return updated_node
        return cst.Name(
            name,
            lpar=[cst.LeftParen() for _ in updated_node.lpar],
            rpar=[cst.RightParen() for _ in updated_node.rpar],
        )
