"""Where the parts meet: source in, findings out.

What only some files need is imported when the first of them does.
"""

from __future__ import annotations

import functools
import gc
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from flake8_nograd.findings import Finding
from flake8_nograd.mentions import speaks_of_torch
from flake8_nograd.options import DEFAULT_OPTIONS, Options
from flake8_nograd.roots import path_from_root
from flake8_nograd.source import Source
from flake8_nograd.torch_versions import Floor, Version, newest
from flake8_nograd.triage.triage import may_have_facts

if TYPE_CHECKING:
    from flake8_nograd.elsewhere import Elsewhere
    from flake8_nograd.fixing.planning import Plan
    from flake8_nograd.fixing.style import Style
    from flake8_nograd.torch_model.facts import ModuleFacts, Unknown

Keep = Callable[[Source, Sequence[Finding]], Sequence[Finding]]


def keep_all(source: Source, findings: Sequence[Finding]) -> Sequence[Finding]:
    """Every finding counts: no `# noqa`, no selection of codes."""
    return findings


def check(
    source: Source,
    options: Options = DEFAULT_OPTIONS,
    style: Style | None = None,
    keep: Keep = keep_all,
) -> list[Finding]:
    """What is reported of a file in order of place: the findings that `keep` lets through.

    Each message ends with the cure that a fixer asked for this style would carry out.
    """
    with _collector_paused():
        found = find(source, options)
        kept = keep(source, found) if found else ()
        if not any(finding.repair for finding in kept):
            return list(kept)
        from flake8_nograd.fixing.style import Style

        return [item.finding for item in plan(source, found, kept, style or Style(), keep).outcomes]


def find(source: Source, options: Options = DEFAULT_OPTIONS) -> list[Finding]:
    """All findings of a file in order of place; nothing is planned yet."""
    with _collector_paused():
        return _found(source, options)


def _found(source: Source, options: Options) -> list[Finding]:
    if not speaks_of_torch("".join(source.lines)):
        return []
    floor, path = floor_of(source, options), path_from_root(source.path)
    if not may_have_facts(source.tree, source.lines, options, path, floor):
        return []
    facts = facts_of(source, options, floor)
    from flake8_nograd.reported import findings_of

    return findings_of(facts, source, options)


def plan(
    source: Source,
    found: Sequence[Finding],
    wanted: Sequence[Finding],
    style: Style,
    keep: Keep = keep_all,
) -> Plan:
    """The cures of the wanted findings; what `keep` drops stays out of every new guard."""
    left = [item for item in found if item not in wanted]
    with _collector_paused():
        from flake8_nograd.fixing.planning import make_plan

        return make_plan(source, wanted, [*left, *_silenced(source, wanted, keep)], style)


def _silenced(source: Source, findings: Sequence[Finding], keep: Keep) -> list[Finding]:
    """Later forward passes of findings that would be dropped if they were reported alone."""
    later = [
        Finding(node.lineno, source.column(node.lineno, node.col_offset) + 1, item.code, "")
        for item in findings
        for node in (item.repair.passes[1:] if item.repair else ())
    ]
    shown = keep(source, later) if later else ()
    return [finding for finding in later if finding not in shown]


def floor_of(source: Source, options: Options) -> Floor:
    """The oldest torch on which a file has to run; looked up when somebody asks."""

    @functools.cache
    def floor() -> Version:
        from flake8_nograd.project.project import torch_floor

        return torch_floor(source, options)

    return floor


def facts_of(source: Source, options: Options, floor: Floor = newest) -> ModuleFacts:
    """The facts of a file; only one of which something could be reported opens others."""
    facts = _analysed(source, options, None, floor)
    is_found = facts.regions or facts.backward_passes or any(item.place for item in facts.misuses)
    if is_found or any(facts.unknown):
        from flake8_nograd.project.project import seen_from

        elsewhere = seen_from(source, options)
        if is_found or _has_passes_elsewhere(facts.unknown, elsewhere):
            facts = _analysed(source, options, elsewhere, floor)
    return facts


def _has_passes_elsewhere(unknown: Unknown, elsewhere: Elsewhere) -> bool:
    """Whether other files tell that something is a model, or runs one that it is given."""
    runs = any(elsewhere.runs(name) is not None for name in unknown.runners)
    return runs or any(map(elsewhere.is_module, unknown.classes))


def explain(source: Source, options: Options, line: int) -> str:
    """How the four questions were answered for the forward passes on a line, silent ones too."""
    from flake8_nograd import explanation, reported

    facts = facts_of(source, options)
    return explanation.explain(facts, line, reported.silenced_passes(facts, source, options))


def suppressions(source: Source, options: Options) -> dict[tuple[int, int], str]:
    """Why each forward pass that is not reported is not, by 1-based line and column."""
    return {
        (item.node.lineno, source.column(item.node.lineno, item.node.col_offset) + 1): str(
            item.suppression.value
        )
        for item in _facts_in_project(source, options).silent
        if item.suppression is not None
    }


def _facts_in_project(source: Source, options: Options, floor: Floor = newest) -> ModuleFacts:
    from flake8_nograd.project.project import seen_from

    return _analysed(source, options, seen_from(source, options), floor)


def _analysed(
    source: Source, options: Options, elsewhere: Elsewhere | None, floor: Floor
) -> ModuleFacts:
    from flake8_nograd.torch_model.analysis import analyse

    return analyse(source.tree, path_from_root(source.path), options, elsewhere, floor)


@contextmanager
def _collector_paused() -> Iterator[None]:
    """All that is made here is needed to the end: the garbage collector would search in vain."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
