"""Functions that switch recording off and never back on."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from os.path import basename

from flake8_nograd.flow.program import Call, rest_of_suite
from flake8_nograd.flow.scopes import Function
from flake8_nograd.syntax import unit_tests
from flake8_nograd.syntax.expressions import own_name
from flake8_nograd.torch_model.facts import GuardMisuse, Misuse
from flake8_nograd.torch_model.guard_misuse.decorators import lines_of
from flake8_nograd.torch_model.guard_misuse.interpreted import Interpreted
from flake8_nograd.torch_model.inference.roles import Role, role_of_name
from flake8_nograd.torch_model.semantics.context import Context
from flake8_nograd.vocabulary import registration
from flake8_nograd.vocabulary.grad_modes import SWITCHES
from flake8_nograd.vocabulary.threads import ends_with_its_function

_RUN_BY_HAND = ("main", "run", "_main", *unit_tests.OF_TESTS)  # beginnings of names
_SHORT = 2  # statements of a function that is there to switch


def unreset_switches(what: Interpreted) -> Iterator[GuardMisuse]:
    """The first switch of each function that leaves recording off behind itself."""
    seen: set[Function] = set()
    for node, call in what.uses.calls.items():
        function = call.function
        if function not in what.uses.left_off or function in seen or not _switches_off(call):
            continue
        seen.add(function)
        if _is_switched_back(call, what):
            continue
        if not (
            _is_there_to_switch(function)
            or _ends_its_thread(function, what)
            or _ends_the_program(function, what)
            or _is_meant(call, what)
        ):
            yield from _missed(node, call, what)


def _missed(node: ast.expr, switch: Call[Context], what: Interpreted) -> Iterator[GuardMisuse]:
    """A switch, if somebody goes on training: in the file, between evaluations, or elsewhere."""
    name, owner = switch.function.name, switch.function.owner
    found = GuardMisuse(
        node,
        Misuse.NEVER_RESET,
        ast.unparse(node),
        f"{name}()",
        instead=_guarded_by(switch, what),
    )
    if what.observations.differentiations or role_of_name(name) is Role.INFERENCE:
        yield found
    elif what.elsewhere is None:
        yield found._replace(place="another file")
    elif place := what.elsewhere.training(owner.name if owner is not None else "", name):
        told = f"{basename(place.path)}:{place.line}"
        subject = f"{name}(), run by the training of {told}"
        yield found._replace(subject=subject, place=told)


def _guarded_by(switch: Call[Context], what: Interpreted) -> Sequence[ast.stmt]:
    """A switch and what follows in its suite; nothing if no forward pass does."""
    rest = rest_of_suite(switch.place)
    return rest if what.passes_in(lines_of(rest[0], rest[-1])) else ()


def _is_switched_back(switch: Call[Context], what: Interpreted) -> bool:
    """Whether the function may switch recording on: itself, or by a call further down.

    One that does both leaves the mode as its author wants it from then on.
    """
    switching = {
        call.function
        for call in what.uses.calls.values()
        if call.imported in SWITCHES and not _switches_off(call)
    }
    owner = switch.function.owner
    if owner is not None and any(function.owner is owner for function in switching):
        return True  # one method for each mode: who calls the one calls the other
    return switch.function in switching or any(
        call.function is switch.function and call.node.lineno > switch.node.lineno
        for function in switching
        for call in what.points_to.runs_of(function)
    )


def _switches_off(call: Call[Context]) -> bool:
    given = [*call.node.args, *(keyword.value for keyword in call.node.keywords)]
    return (
        call.imported in SWITCHES
        and len(given) == 1
        and isinstance(given[0], ast.Constant)
        and given[0].value is False
    )


def _is_there_to_switch(function: Function) -> bool:
    """Whether a function does nothing else, or belongs to a context manager."""
    owner = function.owner
    is_entered = owner is not None and "__exit__" in owner.methods
    return is_entered or len(function.body) <= _SHORT


def _is_meant(switch: Call[Context], what: Interpreted) -> bool:
    """Whether the author keeps recording off for all of the process, or something takes it back.

    Who trains with recording off lets single steps record. Guards around all calls of a function
    take its switch back; around an `await` there can be none.
    """
    function = switch.function
    calls = what.points_to.callers.get(function, ())
    return (
        role_of_name(function.name) is Role.TRAINING
        or isinstance(function.node, ast.AsyncFunctionDef)
        or what.unit_tests.has(function)
        or (
            bool(calls)
            and all(what.recording.is_certainly_off(call.function, call.context) for call in calls)
        )
    )


def _ends_its_thread(function: Function, what: Interpreted) -> bool:
    """Whether only threads or processes of its own run it: they, and their mode, end with it."""
    starts = what.points_to.callbacks.get(function, ())
    names = (call.imported or call.method for call in starts)
    return (
        bool(starts)
        and what.points_to.runs_of(function) == [*starts]
        and all(map(ends_with_its_function, names))
    )


def _ends_the_program(function: Function, what: Interpreted) -> bool:
    """Whether a command or the module itself runs it, and nothing in the file needs a gradient."""
    if what.observations.differentiations:
        return False
    todo, seen = [function], {function}
    for current in todo:
        callers = what.points_to.callers.get(current, ())
        if _is_a_command(current):
            continue
        if not callers and not current.name.startswith(_RUN_BY_HAND):
            return False
        further = {call.function for call in callers if call.function.node is not None} - seen
        seen |= further
        todo += further
    return True


def _is_a_command(function: Function) -> bool:
    node = function.node
    decorators = node.decorator_list if not isinstance(node, ast.Lambda | None) else ()
    return any(
        registration.makes_a_command(own_name(item.func if isinstance(item, ast.Call) else item))
        for item in decorators
    )
