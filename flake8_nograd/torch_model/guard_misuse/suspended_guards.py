"""Guards that last while a generator or a coroutine is suspended, and others run."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flake8_nograd.flow.program import Place, suites_of
from flake8_nograd.flow.scopes import Function
from flake8_nograd.syntax.expressions import own_name
from flake8_nograd.torch_model.facts import GuardMisuse, Misuse
from flake8_nograd.torch_model.guard_misuse.interpreted import Interpreted
from flake8_nograd.vocabulary.grad_modes import GradMode

# Decorators that make something else of a generator, whose user is to be under the guard.
_MANAGERS = frozenset("contextmanager asynccontextmanager fixture hookimpl".split())


def suspended_guards(what: Interpreted) -> Iterator[GuardMisuse]:
    """Each guard around a `yield` or `await` once, where it is entered."""
    seen: set[ast.expr] = set()
    for node, function, place in what.uses.suspended:
        item = _guard_around(place, node, what)
        if item is None or item in seen:
            continue
        seen.add(item)
        line: int = node.lineno  # type: ignore[attr-defined]
        if not isinstance(node, ast.Yield | ast.YieldFrom):
            kind = Misuse.AROUND_AWAIT
        elif _is_meant_for_the_user(function) or _harms_nobody(function, what):
            continue
        else:
            kind = Misuse.AROUND_YIELD
        yield GuardMisuse(item, kind, ast.unparse(item), f"{function.name}()", line=line)


def _guard_around(place: Place, node: ast.AST, what: Interpreted) -> ast.expr | None:
    """The innermost `with` item around a statement that switches recording off."""
    for around in reversed(suites_of(place)):
        statement = around.statement
        if isinstance(statement, ast.With) and statement is not node:
            for item in reversed(statement.items):
                if item.context_expr in what.observations.guard_items:
                    return item.context_expr
    return None


def _is_meant_for_the_user(function: Function) -> bool:
    written = getattr(function.node, "decorator_list", ())
    called = (item.func if isinstance(item, ast.Call) else item for item in written)
    names = {own_name(item) for item in called}
    return not _MANAGERS.isdisjoint(names)


def _harms_nobody(function: Function, what: Interpreted) -> bool:
    """Whether whoever is seen to consume a generator needs no recording, or has it off anyway."""
    modes = [
        what.recording.modes(caller, context)
        for caller, context in what.recording.callers(function)
    ]
    if modes and not what.observations.differentiations:
        return True
    return bool(modes) and all(GradMode.ON not in mode for mode in modes)
