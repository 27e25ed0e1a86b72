"""Guards that the oldest torch on which a file has to run does not know, or gets wrong."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flake8_nograd.flow.scopes import Class, Function
from flake8_nograd.torch_model.facts import GuardMisuse, Misuse
from flake8_nograd.torch_model.guard_misuse.decorators import guard_decorators
from flake8_nograd.torch_model.guard_misuse.interpreted import Interpreted
from flake8_nograd.torch_model.guard_misuse.versions_of_torch import asks_version, may_be_skipped
from flake8_nograd.torch_versions import Version, text_of
from flake8_nograd.vocabulary import first_versions
from flake8_nograd.vocabulary.grad_modes import GUARDS, SWITCHES, GradMode


def too_new(what: Interpreted) -> Iterator[GuardMisuse]:
    """Guards, with what to write instead, unless the file itself looks which torch it has."""
    found = [*_bare_decorators(what), *_switches_above_functions(what), *_unknown_guards(what)]
    if not found or what.floor() >= first_versions.SWITCH_AS_DECORATOR or asks_version(what):
        return
    floor = what.floor()
    seen: set[ast.expr] = set()
    # A mode that is not known at all comes first.
    for since, item in sorted(found, key=lambda pair: pair[0]):
        if floor < since and item.node not in seen:
            seen.add(item.node)
            yield item._replace(floor=text_of(floor))


def _bare_decorators(what: Interpreted) -> Iterator[tuple[Version, GuardMisuse]]:
    things = (*what.program.functions, *what.program.classes)
    for thing in (item for item in things if isinstance(item, Function | Class)):
        for node, _, name in guard_decorators(thing, what.uses, what.program.graph):
            if isinstance(node, ast.Call):
                continue
            written = ast.unparse(node)
            if GUARDS[name] is GradMode.INFERENCE:
                yield first_versions.INFERENCE_MODE, _unknown(node, written)
            item = GuardMisuse(node, Misuse.BARE_DECORATOR, written, f"{written}()")
            yield first_versions.BARE_DECORATOR, item


def _switches_above_functions(what: Interpreted) -> Iterator[tuple[Version, GuardMisuse]]:
    for thing in what.program.functions:
        for node in getattr(thing.node, "decorator_list", ()):
            call = what.uses.calls.get(node)
            if call is not None and call.imported in SWITCHES and _is_off(call.node):
                instead = _beside(ast.unparse(call.node.func), "no_grad()")
                item = GuardMisuse(node, Misuse.SWITCH_AS_DECORATOR, ast.unparse(node), instead)
                yield first_versions.SWITCH_AS_DECORATOR, item


def _unknown_guards(what: Interpreted) -> Iterator[tuple[Version, GuardMisuse]]:
    for node, call in what.uses.calls.items():
        is_mode = GUARDS.get(call.imported or "") is GradMode.INFERENCE
        if is_mode and not _is_off(call.node) and not may_be_skipped(call):
            yield first_versions.INFERENCE_MODE, _unknown(node, ast.unparse(call.node.func))


def _unknown(node: ast.expr, written: str) -> GuardMisuse:
    return GuardMisuse(node, Misuse.UNKNOWN_GUARD, written, _beside(written, "no_grad()"))


def _beside(written: str, name: str) -> str:
    """Another name of the module that a guard is read from, which may go by any name."""
    module, dot, _ = written.rpartition(".")
    return f"{module}{dot}{name}"


def _is_off(call: ast.Call) -> bool:
    given = [*call.args, *(keyword.value for keyword in call.keywords)]
    return any(isinstance(value, ast.Constant) and value.value is False for value in given)
