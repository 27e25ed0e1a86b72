"""What a rule is, and the words that rules share."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from flake8_nograd.torch_model.facts import (
    ForwardPass,
    GuardMisuse,
    MisplacedBackward,
    Misuse,
    ModuleFacts,
    Region,
)

_LONGEST_CALLEE = 40


class Cure(NamedTuple):
    """What is to be written in place of a guard, and why that may not be what was meant.

    The text may name `{written}`, what stands there, beside the fields of the misuse. It is empty
    where a guard is to be taken off, or put below another decorator, if that can be done; where
    statements are concerned, it is what they are to stand under. One that ``keeps_arguments`` has
    none itself, so it fits only where there are none. One that ``ends_error`` is for what raises
    as it is. One that ``drops`` a keyword leaves it out of the call and the rest as it stands. One
    that ``moves_in`` takes a decorator off and puts it as a `with` around the body.
    """

    text: str
    doubt: str = ""
    keeps_arguments: bool = False
    ends_error: bool = False
    drops: str = ""
    moves_in: bool = False


class Report(NamedTuple):
    """What a rule has to say about one subject."""

    subject: Region | MisplacedBackward | GuardMisuse
    message: str
    cure: Cure | None = None


class Rule(NamedTuple):
    """One rule: where several apply to the same subject, the lowest precedence wins."""

    code: str
    name: str
    summary: str
    precedence: int
    check: Callable[[ModuleFacts], Iterator[Report]]
    written: str = ""  # the docstring of its module
    default: bool = True
    fixable: bool = True

    @property
    def documentation(self) -> str:
        """Its page, as Markdown."""
        return inspect.cleandoc(self.written)


def reports_of(
    facts: ModuleFacts, messages: Mapping[Misuse, str], cures: Mapping[Misuse, Cure] | None = None
) -> Iterator[Report]:
    """A report of each misuse of these kinds; messages name fields of it in braces."""
    for item in facts.misuses:
        message = messages.get(item.kind)
        if message is not None:
            cure = cures.get(item.kind) if cures is not None else None
            yield Report(item, message.format(**item._asdict()), cure)


def why_guard_fails(region: Region, facts: ModuleFacts) -> str:
    """What is wrong with the guard that was meant for a region, as the end of a message."""
    line = region.start.node.lineno
    meant = [item for item in facts.misuses if line in item.meant_for]
    if not meant:
        return ""
    item = meant[-1]
    return f" (the guard of line {item.node.lineno}, {item.guard}, {item.kind.value})"


def which_run_wastes(region: Region) -> str:
    """By which call a function that trains otherwise does not, as the end of a message."""
    run = region.start.wasted_by
    if run is None:
        return ""
    place = "here" if run.line == region.start.node.lineno else f"from line {run.line}"
    return f" (when {run.function}() is called {place})"


def callee_of(node: ast.Call) -> str:
    """The text of what is called, short enough for a message."""
    text = ast.unparse(node.func)
    return text if len(text) <= _LONGEST_CALLEE else f"{text[: _LONGEST_CALLEE - 1]}…"


def use_of(item: ForwardPass) -> str:
    """What becomes of a result, as the end of a sentence."""
    if item.volatile and item.use.trained:
        return "its input is volatile, which torch ignores since 0.4"
    if item.use.discarded:
        return "its result is dropped"
    if item.use.plain_use is not None and not item.use.escapes:
        return f"its result is only read by {item.use.plain_use.how}"
    return "nothing here differentiates its result"
