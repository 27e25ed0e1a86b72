"""The shapes a guard can take, and when each is possible."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence
from dataclasses import dataclass

from flake8_nograd.fixing import inference_mode, outflow
from flake8_nograd.fixing.cells import spans_cells
from flake8_nograd.fixing.edits import Decorate, Edit, Extend, Import, Merge, Wrap
from flake8_nograd.fixing.names import Spelling
from flake8_nograd.fixing.objections import objection
from flake8_nograd.fixing.outline import Block, FunctionNode, Statement
from flake8_nograd.fixing.site import File, Site, candidates
from flake8_nograd.fixing.style import Form, Guard
from flake8_nograd.fixing.syntax import all_nodes, dotted, is_guard, last_name

_SCRIPTED = re.compile(r"(^|\.)(jit\.(script\w*|export|ignore|unused)|script_method)$")
_DOES_MORE = re.compile(r"main$|__init__$|setup|(build|make|create)(_|$)")
_CONTEXT_MANAGERS = frozenset({"contextmanager", "asynccontextmanager"})


@dataclass(frozen=True, slots=True)
class Shape:
    """An edit, the import it needs, and what to tell the user about it."""

    edit: Edit
    needs: Import | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why there is no shape that fits."""

    reason: str


def shape_of(site: Site, others: Sequence[Site], file: File) -> Shape | Refusal:
    """The first shape that fits; `others` are all sites of the same function."""
    found = _extended(site, file) or _decorated(site, others, file)
    return found or _wrapped(site, file)


def _extended(site: Site, file: File) -> Shape | None:
    """The guard that ended too early, made to reach to the end of the block."""
    guard = file.outline.statement(site.repair.guard) if site.repair.guard else None
    name = _plain_guard(guard.node) if guard is not None else None
    if guard is None or name is None:
        return None
    end = next((item for item in site.block.start.chain if item.suite is guard.suite), None)
    if end is None or end.index <= guard.index:
        return None
    last = max(end.index, site.block.last if site.block.suite is guard.suite else 0)
    moved = Block(guard.suite, guard.index + 1, last)
    whole = Block(guard.suite, guard.index, last)
    reason = objection(moved, site, file) or spans_cells(whole, file)
    if name == Guard.INFERENCE_MODE.value:
        reason = reason or inference_mode.objection(moved, file.tree, file.training)
    if reason is not None:
        return None
    return Shape(Extend(guard.number, moved.statements[-1].number))


def _plain_guard(node: ast.stmt) -> str | None:
    """The name of the guard that a `with` consists of."""
    if not isinstance(node, ast.With) or len(node.items) > 1 or node.items[0].optional_vars:
        return None
    expression = node.items[0].context_expr
    return last_name(expression) if is_guard(expression) else None


def _decorated(site: Site, others: Sequence[Site], file: File) -> Shape | None:
    """The guard directly above the `def`, if all of the function is inference."""
    function = site.function
    if file.style.form is Form.WITH or function is None or not site.repair.whole_function:
        return None
    node = function.node
    if not isinstance(node, ast.FunctionDef) or _keeps_no_decorator(node, file):
        return None
    blocks = [other.block for other in others]
    if file.training.first_in(node.body) or outflow.handed_on(function, blocks):
        return None
    if any(node.lineno <= line <= (node.end_lineno or 0) for line, _ in file.protected):
        return None
    spelling, note = _guard(function, function, None, file)
    if spelling is None or spelling.is_optional:
        return None
    if spelling.needs and _spelled_inside(site, file):
        return None
    return Shape(Decorate(function.number, spelling.text), spelling.needs, note)


def _keeps_no_decorator(node: ast.FunctionDef, file: File) -> bool:
    """Whether a guard above this `def` would not work or would be out of place."""
    if node.name == "forward" or _is_scripted(node, file.tree):
        return True
    if file.style.form is Form.AUTO and _DOES_MORE.match(node.name):
        return True
    if any(last_name(decorator) in _CONTEXT_MANAGERS for decorator in node.decorator_list):
        return True
    if any(
        last_name(decorator) in ("no_grad", "inference_mode") for decorator in node.decorator_list
    ):
        return True
    return file.style.form is Form.AUTO and any(
        isinstance(inner, ast.withitem) and is_guard(inner.context_expr)
        for inner in all_nodes(node.body)
    )


def _is_scripted(node: ast.FunctionDef | ast.AsyncFunctionDef, tree: ast.Module) -> bool:
    """Whether TorchScript compiles a function; it silently drops a guard above the `def`."""
    if any(_SCRIPTED.search(dotted(decorator)) for decorator in node.decorator_list):
        return True
    owners = [
        outer for outer in ast.walk(tree) if isinstance(outer, ast.ClassDef) and node in outer.body
    ]
    if any(last_name(base) == "ScriptModule" for owner in owners for base in owner.bases):
        return True
    scripted = {
        last_name(call.args[0])
        for call in ast.walk(tree)
        if isinstance(call, ast.Call) and last_name(call.func) == "script" and call.args
    }
    return node.name in scripted or bool(scripted and owners)


def _spelled_inside(site: Site, file: File) -> bool:
    """Whether the function imports torch itself, so that only a `with` in it needs no import."""
    spelling = file.names.spell(Guard.NO_GRAD.value, site.block.start)
    return spelling is not None and spelling.needs is None


def _wrapped(site: Site, file: File) -> Shape | Refusal:
    """A `with` around the fewest whole statements, or a guard in the `with` that is there."""
    reasons = []
    for block in candidates(site, file.outline):
        reason = objection(block, site, file)
        if reason is not None:
            reasons.append(reason)
            continue
        spelling, note = _guard(block.start, site.function, block, file)
        if spelling is None:
            return Refusal("every name torch could be imported under is taken")
        around = block.around
        if around is not None and block.is_whole_suite and _takes_items(around, block):
            return Shape(Merge(around.number, spelling.text), spelling.needs, note)
        edit = Wrap(block.start.number, block.statements[-1].number, spelling.text)
        return Shape(edit, spelling.needs, note)
    return Refusal(reasons[0])


def _takes_items(around: Statement, block: Block) -> bool:
    return isinstance(around.node, ast.With) and around.node.body[0] is block.nodes[0]


def _guard(
    place: Statement, function: Statement | None, block: Block | None, file: File
) -> tuple[Spelling | None, str]:
    """How the guard is spelled at a place, and a note if it is not the one that was asked for."""
    guard, note = file.style.guard, ""
    if guard is Guard.INFERENCE_MODE:
        reason = _inference_mode_objection(function, block, file)
        if reason is not None:
            guard, note = Guard.NO_GRAD, f"no_grad instead of inference_mode: {reason}"
    return file.names.spell(guard.value, place), note


def _inference_mode_objection(
    function: Statement | None, block: Block | None, file: File
) -> str | None:
    node = function.node if function is not None else None
    if isinstance(node, FunctionNode) and _is_scripted(node, file.tree):
        return "TorchScript cannot compile it"
    if block is not None:
        return inference_mode.objection(block, file.tree, file.training)
    assert function is not None
    return inference_mode.function_objection(function, file.tree, file.training)
