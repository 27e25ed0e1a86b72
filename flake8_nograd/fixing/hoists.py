"""A forward pass of a statement that also trains: a guarded statement of its own, above."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from functools import lru_cache

from flake8_nograd.fixing.edits import Hoist
from flake8_nograd.fixing.objections import objection_to_place
from flake8_nograd.fixing.shape import Shape
from flake8_nograd.fixing.site import File, Site
from flake8_nograd.fixing.spelling import spell
from flake8_nograd.syntax.access_path import access_path
from flake8_nograd.syntax.expressions import all_nodes, header, inwards
from flake8_nograd.syntax.statements import Block, Statement


def hoists(site: Site, file: File, reasons: list[str]) -> Iterator[Shape]:
    """The shapes that give forward passes statements of their own, and why others get none."""
    for node in site.repair.passes:
        statement, how = file.holding(node), site.facts.hoisted(node)
        reason = how.why_not or _objection(how.whole, statement, file)
        if reason:
            reasons.append(reason)
            continue
        spelling, note = spell(statement, [how.whole], site, file)
        if spelling is None:
            reasons.append("every name torch could be imported under is taken")
            continue
        moved = [*(item for item in how.earlier if item not in file.named), how.whole]
        names = dict(zip(moved, _free_names(moved, file), strict=True))
        ranks = _ranks(statement)
        *earlier, (rank, name) = [(ranks[call], name) for call, name in names.items()]
        edit = Hoist(statement.number, rank, name, spelling.text, tuple(earlier))
        yield Shape(edit, [how.whole], spelling.needs, note, how.doubt, names)


def _objection(whole: ast.Call, statement: Statement, file: File) -> str:
    """Why nothing can be put above a statement; empty if something can."""
    if _shares_its_line(statement):
        return "something else stands on the line"
    line = file.protects(whole, whole)
    if line is not None:
        return f"it is to stay as it is (line {line})"
    node = statement.node
    if isinstance(node, ast.Expr | ast.Assign) and node.value is whole:
        return "it is a statement of its own"
    return objection_to_place(Block.of(statement), file)


@lru_cache(maxsize=1)  # of one statement, whose passes are hoisted one after the other
def _ranks(statement: Statement) -> dict[ast.Call, int]:
    """The calls of a statement's header in the order of the source, outer ones first."""
    calls = [node for node in all_nodes(header(statement.node)) if isinstance(node, ast.Call)]
    calls.sort(key=_place)
    return {call: rank for rank, call in enumerate(calls)}


def _place(node: ast.expr) -> tuple[int, ...]:
    """Where an expression begins; of several the longest comes first."""
    return node.lineno, node.col_offset, -(node.end_lineno or 0), -(node.end_col_offset or 0)


def _free_names(nodes: Iterable[ast.Call], file: File) -> list[str]:
    """A name for each call that tells whose result it is and that nothing in the file bears."""
    taken = {variable.name for variable in (*file.bindings.stores, *file.bindings.loads)}
    taken.update(file.named.values())
    found: list[str] = []
    for node in nodes:
        owner = access_path(_first_call(node).func).replace("[]", "").rstrip(".").split(".")
        parts = [part for part in owner if part not in ("self", "forward", "", "module")]
        base = f"{parts[-1].strip('_').lower() if parts else 'model'}_output"
        names = (base, *(f"{base}_{number}" for number in range(2, 1000)))
        found.append(next(name for name in names if name not in taken))
        taken.add(found[-1])
    return found


def _first_call(node: ast.Call) -> ast.Call:
    """The call on whose result, or on a part of it, all others are methods."""
    *_, first = (part for part in inwards(node) if isinstance(part, ast.Call))
    return first


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
