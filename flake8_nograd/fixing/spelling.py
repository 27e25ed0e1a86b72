"""Which guard stands at a place, and how it is spelled there."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence

from flake8_nograd.fixing.names import Spelling
from flake8_nograd.fixing.outline import Statement
from flake8_nograd.fixing.site import File, Site
from flake8_nograd.fixing.style import Guard
from flake8_nograd.syntax.bindings import FunctionNode
from flake8_nograd.syntax.expressions import dotted, last_name

_SCRIPTED = re.compile(r"(^|\.)(jit\.(script\w*|export|ignore|unused)|script_method)$")


def spell(
    place: Statement, function: Statement | None, code: Sequence[ast.AST], site: Site, file: File
) -> tuple[Spelling | None, str]:
    """How the guard is spelled at a place, and a note if it is not the one that was asked for."""
    guard, note = file.style.guard, ""
    if guard is Guard.INFERENCE_MODE:
        node = function.node if function is not None else None
        reason = site.facts.lasts(code)
        if isinstance(node, FunctionNode) and is_scripted(node, file.tree):
            reason = "TorchScript cannot compile it"
        if reason:
            guard, note = Guard.NO_GRAD, f"no_grad instead of inference_mode: {reason}"
    return file.names.spell(guard.value, place), note


def is_scripted(node: ast.FunctionDef | ast.AsyncFunctionDef, tree: ast.Module) -> bool:
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
