"""The shapes a guard can take, and when each is possible."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable, Iterator, Sequence

from flake8_nograd.findings import Safety
from flake8_nograd.fixing.cells import spans_cells
from flake8_nograd.fixing.edits import Decorate, Edit, Extend, Merge, Wrap
from flake8_nograd.fixing.hoists import hoists
from flake8_nograd.fixing.objections import objection
from flake8_nograd.fixing.shape import Shape
from flake8_nograd.fixing.site import File, Site, candidates
from flake8_nograd.fixing.spelling import spell
from flake8_nograd.fixing.style import Form, Guard
from flake8_nograd.syntax.expressions import all_nodes, last_name
from flake8_nograd.syntax.statements import Block, Statement
from flake8_nograd.vocabulary.guard_calls import is_guard

_DOES_MORE = re.compile(r"main$|__init__$|setup|(build|make|create)(_|$)")


def shape_of(site: Site, file: File) -> Shape | str:
    """The first shape that is safe, else the first that is not; a reason if there is none."""
    judge = site.facts.need if site.repair.safety is Safety.SAFE else site.facts.other_need
    reasons: list[str] = []
    if site.repair.entangled:  # no other shape fits a statement that also runs what needs its graph
        safe, tried = _tried(hoists(site, file, reasons), judge)
        return safe or (tried[0] if tried else reasons[0])
    safe, tried = _tried(_shapes(site, file, reasons), judge)
    if safe is None and site.repair.safety is Safety.SAFE:
        safe, _ = _tried(hoists(site, file, []), judge)
    if safe is not None:
        return safe
    if not tried:
        return reasons[0]
    here = [item for item in tried if site.repair.start in all_nodes(item.code)] or tried
    return next((item for item in here if not site.facts.other_need(item.code)), here[-1])


def _tried(
    shapes: Iterable[Shape], judge: Callable[[Sequence[ast.AST]], str]
) -> tuple[Shape | None, list[Shape]]:
    """The first shape under which nothing needs a graph, and those before it with their needs."""
    tried: list[Shape] = []
    for shape in shapes:
        need = shape.need or judge(shape.code)
        if not need:
            return shape, tried
        tried.append(shape._replace(need=need))
    return None, tried


def _shapes(site: Site, file: File, reasons: list[str]) -> Iterator[Shape]:
    """All shapes that fit, in order of preference, and the reasons why others do not."""
    found = _extended(site, file)
    if found is not None:
        yield found
    found = _decorated(site, file)
    if found is not None:
        yield found
    yield from _wrapped(site, file, reasons)


def _extended(site: Site, file: File) -> Shape | None:
    """The guard that ended too early, made to reach to the end of the block."""
    name = _plain_guard(site.repair.guard)
    if site.repair.guard is None or name is None:
        return None
    guard = file.statements.of(site.repair.guard)
    end = next((item for item in site.block.start.chain if item.suite is guard.suite), None)
    if end is None or end.index <= guard.index:
        return None
    last = max(end.index, site.block.last if site.block.suite is guard.suite else 0)
    moved = Block(guard.suite, guard.index + 1, last)
    whole = Block(guard.suite, guard.index, last)
    reason = objection(moved, site, file) or spans_cells(whole, file)
    if name == Guard.INFERENCE_MODE.value:
        reason = reason or site.facts.lasts(moved.nodes)
    if reason:
        return None
    edit = Extend(guard.number, moved.statements[-1].number)
    return Shape(edit, moved.nodes, need=site.facts.autocast(moved.nodes))


def _plain_guard(node: ast.stmt | None) -> str | None:
    """The name of the guard that a `with` consists of."""
    if not isinstance(node, ast.With) or len(node.items) > 1 or node.items[0].optional_vars:
        return None
    expression = node.items[0].context_expr
    return last_name(expression) if is_guard(expression) else None


def _decorated(site: Site, file: File) -> Shape | None:
    """The guard directly above the `def`, if all of the function is inference."""
    function = site.function
    if file.style.form is Form.WITH or function is None or not site.repair.whole_function:
        return None
    node = function.node
    if not isinstance(node, ast.FunctionDef) or _keeps_no_decorator(node, site, file):
        return None
    if site.facts.differentiates(node.body):
        return None
    if file.protects(node, node) is not None:
        return None
    spelling, note = spell(function, node.body, site, file)
    if spelling is None or spelling.is_optional:
        return None
    if spelling.needs and _spelled_inside(site, file):
        return None
    edit = Decorate(function.number, spelling.text)
    return Shape(edit, node.body, spelling.needs, note, site.facts.sees_decorators(node))


def _keeps_no_decorator(node: ast.FunctionDef, site: Site, file: File) -> bool:
    """Whether a guard above this `def` would not work or would be out of place."""
    if site.facts.drops_decorators(node):
        return True
    if file.style.form is Form.AUTO and _DOES_MORE.match(node.name):
        return True
    return file.style.form is Form.AUTO and any(
        isinstance(inner, ast.withitem) and is_guard(inner.context_expr)
        for inner in all_nodes(node.body)
    )


def _spelled_inside(site: Site, file: File) -> bool:
    """Whether the function imports torch itself, so that only a `with` in it needs no import."""
    spelling = file.names.spell(Guard.NO_GRAD.value, site.block.start)
    return spelling is not None and spelling.needs is None


def _wrapped(site: Site, file: File, reasons: list[str]) -> Iterator[Shape]:
    """A `with` around the fewest whole statements, or a guard in the `with` that is there."""
    for block in candidates(site, file):
        reason = objection(block, site, file)
        if reason:
            reasons.append(reason)
            continue
        spelling, note = spell(block.start, block.nodes, site, file)
        if spelling is None:
            reasons.append("every name torch could be imported under is taken")
            continue
        around, need = block.around, site.facts.autocast(block.nodes)
        edit: Edit = Wrap(block.start.number, block.statements[-1].number, spelling.text)
        if around is not None and block.is_whole_suite and _takes_items(around, block):
            edit = Merge(around.number, spelling.text)
        yield Shape(edit, block.nodes, spelling.needs, note, need)


def _takes_items(around: Statement, block: Block) -> bool:
    return isinstance(around.node, ast.With) and around.node.body[0] is block.nodes[0]
