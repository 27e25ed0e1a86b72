"""A forward pass of a statement that also trains: a guarded statement of its own, above."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flake8_nograd.fixing.edits import Hoist
from flake8_nograd.fixing.objections import objection_to_place
from flake8_nograd.fixing.outline import Block, Statement
from flake8_nograd.fixing.shape import Shape
from flake8_nograd.fixing.site import File, Site
from flake8_nograd.fixing.spelling import spell
from flake8_nograd.syntax.access_path import access_path
from flake8_nograd.syntax.expressions import header
from flake8_nograd.vocabulary import methods


def hoists(site: Site, file: File) -> Iterator[Shape]:
    """The shapes that give the forward passes of a site statements of their own."""
    for node in site.passes:
        statement = file.outline.holding(node)
        if statement is None or _shares_its_line(statement):
            continue
        whole = _cut_off(node, statement)
        block = Block.of(statement)
        if any(whole.lineno <= line <= (whole.end_lineno or 0) for line, _ in file.protected):
            continue
        if site.facts.hoisted(whole) or objection_to_place(block, file):
            continue
        if whole is getattr(statement.node, "value", None) and isinstance(
            statement.node, ast.Expr | ast.Assign
        ):
            continue  # nothing else in the statement: it could be wrapped as it is
        spelling, note = spell(statement, site.function, [whole], site, file)
        if spelling is None:
            continue
        name = _free_name(node, file)
        edit = Hoist(statement.number, _rank(whole, statement), name, spelling.text)
        yield Shape(edit, [whole], spelling.needs, note)


def _cut_off(node: ast.Call, statement: Statement) -> ast.Call:
    """The pass with the methods that are called on its result, up to one that cuts the graph."""
    parents = {
        child: outer for outer in ast.walk(statement.node) for child in ast.iter_child_nodes(outer)
    }
    current: ast.AST = node
    while True:
        outer = parents.get(current)
        if isinstance(outer, ast.Subscript) and outer.value is current:
            current = outer
            continue
        call = parents.get(outer) if isinstance(outer, ast.Attribute) else None
        if not isinstance(call, ast.Call) or call.func is not outer:
            return node
        assert isinstance(outer, ast.Attribute)
        if outer.attr in methods.CUTS:
            return call
        current = call


def _rank(call: ast.Call, statement: Statement) -> int:
    """The rank of a call among those of a statement's header, in the order of the source."""
    calls = [
        node
        for part in header(statement.node)
        for node in ast.walk(part)
        if isinstance(node, ast.Call)
    ]
    calls.sort(
        key=lambda node: (
            node.lineno,
            node.col_offset,
            -(node.end_lineno or 0),
            -(node.end_col_offset or 0),
        )
    )
    return calls.index(call)


def _free_name(node: ast.Call, file: File) -> str:
    """A name that tells whose result it is and that nothing in the file bears."""
    owner = access_path(node.func).replace("[]", "").rstrip(".").split(".")
    parts = [part for part in owner if part not in ("self", "forward", "", "module")]
    base = f"{parts[-1].strip('_').lower() if parts else 'model'}_output"
    taken = {inner.id for inner in ast.walk(file.tree) if isinstance(inner, ast.Name)}
    taken |= {inner.arg for inner in ast.walk(file.tree) if isinstance(inner, ast.arg)}
    names = (base, *(f"{base}_{number}" for number in range(2, 1000)))
    return next(name for name in names if name not in taken)


def _shares_its_line(statement: Statement) -> bool:
    """Whether something else stands on the lines of a statement, which would have to move too."""
    node = statement.node
    around = statement.around
    if statement.is_elif or (around is not None and around.node.lineno == node.lineno):
        return True
    beside = statement.suite[max(0, statement.index - 1) : statement.index + 2]
    return any(
        other is not statement
        and (other.node.lineno == node.end_lineno or other.node.end_lineno == node.lineno)
        for other in beside
    ) or _is_one_line_body(statement)


def _is_one_line_body(statement: Statement) -> bool:
    """Whether the suite stands behind its colon, where no other statement has room."""
    around = statement.around
    return around is not None and any(
        getattr(item.node, "lineno", 0) == statement.node.lineno
        for item in statement.chain
        if item is not statement
    )
