"""Guards in a `with` that are not called, or are called with what they do not take."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flake8_nograd.flow.graph import Kind
from flake8_nograd.torch_model.facts import GuardMisuse, Misuse
from flake8_nograd.torch_model.guard_misuse.interpreted import Interpreted
from flake8_nograd.vocabulary.grad_modes import GUARDS, SWITCHES, GradMode


def wrong_calls(what: Interpreted) -> Iterator[GuardMisuse]:
    """Guards that raise where they are made or entered."""
    graph = what.program.graph
    entered = set()
    for item, value, _, _ in what.uses.entered:
        entered.add(item)
        names = {
            str(graph.payloads[node]) if graph.kinds[node] is Kind.EXTERNAL else ""
            for node in value.aliases
        }
        if names and names <= SWITCHES.union(GUARDS):
            written = ast.unparse(item)
            switch = next(iter(names & SWITCHES), None)
            kind = Misuse.SWITCH_NOT_CALLED if switch else Misuse.NOT_CALLED
            yield GuardMisuse(item, kind, written, _advice(switch, written))
    for node, call in what.uses.calls.items():
        if _raises(call.node, call.imported or "", node in entered):
            written = ast.unparse(call.node.func)
            yield GuardMisuse(
                node, Misuse.WRONG_ARGUMENT, ast.unparse(node), _advice(call.imported, written)
            )


def _advice(name: str | None, written: str) -> str:
    if name in SWITCHES:
        return f"{written}(False)"
    return f"{written}()"


def _raises(call: ast.Call, name: str, entered: bool) -> bool:
    """Whether torch refuses the arguments; what is no literal gets the benefit of the doubt."""
    if any(isinstance(argument, ast.Starred) for argument in call.args):
        return False
    if any(keyword.arg is None for keyword in call.keywords):
        return False
    given = [*call.args, *(keyword.value for keyword in call.keywords)]
    if name in SWITCHES:
        return len(given) != 1 or _is_wrong_literal(given[0]) or _has_other_keyword(call)
    if not given:
        return False
    if GUARDS[name] is GradMode.INFERENCE:
        return _is_wrong_literal(given[0]) or _has_other_keyword(call)
    # Anything but a function to decorate; nothing can be entered that was given one.
    return entered or isinstance(given[0], ast.Constant)


def _has_other_keyword(call: ast.Call) -> bool:
    return any(keyword.arg not in ("mode", "enabled") for keyword in call.keywords)


def _is_wrong_literal(node: ast.expr) -> bool:
    if isinstance(node, ast.Constant):
        return not isinstance(node.value, bool)
    return isinstance(node, ast.List | ast.Tuple | ast.Dict | ast.Set | ast.JoinedStr)
