"""A forward pass of a statement that also trains: a guarded statement of its own, above."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flake8_nograd.fixing.edits import Hoist
from flake8_nograd.fixing.objections import objection_to_place
from flake8_nograd.fixing.shape import Shape
from flake8_nograd.fixing.site import File, Site
from flake8_nograd.fixing.spelling import spell
from flake8_nograd.syntax.access_path import access_path
from flake8_nograd.syntax.expressions import all_nodes, header
from flake8_nograd.syntax.statements import Block, Statement


def hoists(site: Site, file: File) -> Iterator[Shape]:
    """The shapes that give the forward passes of a site statements of their own."""
    for node in site.repair.passes:
        statement = file.holding(node)
        if _shares_its_line(statement):
            continue
        whole, why_not = site.facts.hoisted(node)
        if why_not or file.protects(whole, whole) is not None:
            continue
        if objection_to_place(Block.of(statement), file):
            continue
        if whole is getattr(statement.node, "value", None) and isinstance(
            statement.node, ast.Expr | ast.Assign
        ):
            continue  # nothing else in the statement: it could be wrapped as it is
        spelling, note = spell(statement, [whole], site, file)
        if spelling is None:
            continue
        name = _free_name(node, file)
        edit = Hoist(statement.number, _rank(whole, statement), name, spelling.text)
        yield Shape(edit, [whole], spelling.needs, note)


def _rank(call: ast.Call, statement: Statement) -> int:
    """The rank of a call among those of a statement's header, in the order of the source."""
    calls = [node for node in all_nodes(header(statement.node)) if isinstance(node, ast.Call)]
    starts = [(node.lineno, node.col_offset) for node in calls]
    ends = [(-(node.end_lineno or 0), -(node.end_col_offset or 0)) for node in calls]
    own = calls.index(call)
    return sum(place < (starts[own], ends[own]) for place in zip(starts, ends, strict=True))


def _free_name(node: ast.Call, file: File) -> str:
    """A name that tells whose result it is and that nothing in the file bears."""
    owner = access_path(node.func).replace("[]", "").rstrip(".").split(".")
    parts = [part for part in owner if part not in ("self", "forward", "", "module")]
    base = f"{parts[-1].strip('_').lower() if parts else 'model'}_output"
    taken = {variable.name for variable in (*file.bindings.stores, *file.bindings.loads)}
    names = (base, *(f"{base}_{number}" for number in range(2, 1000)))
    return next(name for name in names if name not in taken)


def _shares_its_line(statement: Statement) -> bool:
    """Whether something else stands on the lines of a statement, which would have to move too."""
    node = statement.node
    outer = list(statement.chain)[1:]
    beside = statement.suite[max(0, statement.index - 1) : statement.index + 2]
    return (
        statement.is_elif
        or any(item.node.lineno == node.lineno for item in outer)
        or any(
            node.lineno == other.node.end_lineno or node.end_lineno == other.node.lineno
            for other in beside
            if other is not statement
        )
    )
