"""A call taken out of its statement, on the concrete syntax tree."""

from __future__ import annotations

import libcst as cst
from libcst import matchers as m

from flake8_nograd.fixing.edits import Hoist
from flake8_nograd.fixing.layout import Line, leading_lines


def hoisted(edit: Hoist, line: Line, indent: str | None) -> tuple[Line, Line]:
    """The guarded statement that gives the call a name, and the statement that uses the name."""
    call = m.findall(line, m.Call())[edit.call]
    rest = line.deep_replace(call, cst.Name(edit.name))
    assert isinstance(call, cst.Call)
    assert isinstance(rest, Line)
    target = cst.AssignTarget(cst.Name(edit.name))
    assign = cst.SimpleStatementLine([cst.Assign([target], call)])
    guarded = cst.With(
        items=[cst.WithItem(cst.parse_expression(edit.guard))],
        body=cst.IndentedBlock(body=[assign], indent=indent),
        leading_lines=leading_lines(line),
    )
    return guarded, rest.with_changes(leading_lines=())
