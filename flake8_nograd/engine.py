"""Where the parts meet: source in, findings out.

What only some files need is imported when the first of them does.
"""

from __future__ import annotations

import ast
import functools
import gc
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from flake8_nograd.findings import Finding, Repair, Respelling, Safety
from flake8_nograd.mentions import speaks_of_torch
from flake8_nograd.options import DEFAULT_OPTIONS, Options
from flake8_nograd.roots import path_from_root
from flake8_nograd.rules import RULES
from flake8_nograd.rules.base import Cure, Rule, which_run_wastes, why_guard_fails
from flake8_nograd.source import Source
from flake8_nograd.syntax.accumulations import names_in
from flake8_nograd.syntax.bindings import FunctionNode
from flake8_nograd.torch_model.analysis import analyse
from flake8_nograd.torch_model.facts import (
    Confidence,
    ForwardPass,
    GuardMisuse,
    MisplacedBackward,
    ModuleFacts,
    Region,
)
from flake8_nograd.torch_model.needs.needs import Needs
from flake8_nograd.torch_model.verdict.regions import parted
from flake8_nograd.torch_versions import Floor, Version, newest
from flake8_nograd.triage.triage import may_have_facts

if TYPE_CHECKING:
    from flake8_nograd.elsewhere import Elsewhere
    from flake8_nograd.fixing.planning import Plan
    from flake8_nograd.fixing.style import Style

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
    silenced = _silenced_passes(facts, source, options)
    if silenced:
        facts = facts._replace(regions=tuple(_led_by_others(facts.regions, silenced)))
    return sorted(_findings(facts, source))


def plan(
    source: Source,
    found: Sequence[Finding],
    wanted: Sequence[Finding],
    style: Style,
    keep: Keep = keep_all,
) -> Plan:
    """The cures of the wanted findings; what `keep` drops stays out of every new guard."""
    from flake8_nograd.fixing.planning import make_plan

    left = [item for item in found if item not in wanted]
    with _collector_paused():
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
    """The facts of a file; only one of which something would be reported opens others."""
    facts = _analysed(source, options, None, floor)
    if facts.regions or facts.backward_passes or any(item.place for item in facts.misuses):
        facts = _facts_in_project(source, options, floor)
    return facts


def explain(source: Source, options: Options, line: int) -> str:
    """How the four questions were answered for the forward passes on a line, silent ones too."""
    from flake8_nograd import explanation

    facts = facts_of(source, options)
    return explanation.explain(facts, line, _silenced_passes(facts, source, options))


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
    return analyse(source.tree, path_from_root(source.path), options, elsewhere, floor)


def _silenced_passes(facts: ModuleFacts, source: Source, options: Options) -> set[ast.Call]:
    """The forward passes that would be silenced by a `# noqa` if each were reported alone."""
    from flake8_nograd import noqa

    if options.disable_noqa or not facts.regions or not noqa.may_hold_noqa(source):
        return set()
    comments = noqa.Noqa(source)
    return {
        item.node
        for region in facts.regions
        for item in region.passes
        if comments.silences(_code_of(region._replace(passes=(item,)), facts), item.node.lineno)
    }


def _code_of(region: Region, facts: ModuleFacts) -> str:
    """The code of the first rule that speaks of a region."""
    alone = facts._replace(regions=(region,))
    return next(
        rule.code
        for rule in _by_precedence()
        for report in rule.check(alone)
        if report.subject is region
    )


def _led_by_others(regions: Iterable[Region], silenced: Container[ast.Call]) -> Iterator[Region]:
    """A region of which some passes are silenced is reported stretch by stretch."""
    for region in regions:
        if any(item.node in silenced for item in region.passes):
            yield from parted(region, silenced)
        else:
            yield region


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


def _by_precedence() -> list[Rule]:
    return sorted(RULES.values(), key=lambda rule: rule.precedence)


def _findings(facts: ModuleFacts, source: Source) -> Iterator[Finding]:
    seen: set[int] = set()
    for rule in _by_precedence():
        for subject, message, cure in rule.check(facts):
            if id(subject) not in seen:
                seen.add(id(subject))
                why = ""
                if isinstance(subject, Region):
                    why = which_run_wastes(subject) or why_guard_fails(subject, facts)
                finding = _finding(rule, subject, message + why, source, facts.needs)
                if cure is not None and isinstance(subject, GuardMisuse):
                    finding = replace(finding, respelling=_respelling(subject, cure, source))
                yield finding


def _finding(
    rule: Rule,
    subject: Region | MisplacedBackward | GuardMisuse,
    message: str,
    source: Source,
    needs: Needs | None,
) -> Finding:
    node = subject.start.node if isinstance(subject, Region) else subject.node
    repair = _repair(subject, needs) if isinstance(subject, Region) and needs else None
    span = source.span(node, node)
    end = (span.end_line, span.end_column + 1)
    return Finding(span.line, span.column + 1, rule.code, message, repair, end)


def _respelling(item: GuardMisuse, cure: Cure, source: Source) -> Respelling | None:
    """What is to be written in place of a guard that fits into one line, with names at hand."""
    node, span = item.node, source.span(item.node, item.node)
    has_arguments = isinstance(node, ast.Call) and bool(node.args or node.keywords)
    if span.line != span.end_line or (cure.keeps_arguments and has_arguments):
        return None
    written = source.lines[span.line - 1][span.column : span.end_column]
    text = cure.text.format(written=written, **item._asdict())
    if not set(names_in([ast.parse(text)])) <= set(names_in([node])):
        return None
    safety = Safety.UNSAFE if cure.doubt else Safety.SAFE
    return Respelling(span, text, safety, cure.doubt or "it means what was meant")


def _repair(region: Region, needs: Needs) -> Repair:
    doubts = [_doubt(item) for item in region.passes if item.confidence is not Confidence.PROVED]
    function = region.function.node
    function = function if isinstance(function, FunctionNode) else None
    passes = tuple(item.node for item in region.passes)
    run = region.start.wasted_by
    return Repair(
        block=tuple(region.suite[region.first : region.last + 1]),
        function=function,
        whole_function=region.whole_function and function is not None,
        guard=region.ended_guard,
        safety=Safety.DISPLAY if run else Safety.UNSAFE if doubts else Safety.SAFE,
        reason=doubts[0] if doubts else "every result ends as plain numbers",
        start=region.start.node,
        passes=passes,
        facts=needs.around(passes),
        entangled=any(item.is_entangled for item in region.passes),
        cure=run.cure if run else "",
    )


def _doubt(item: ForwardPass) -> str:
    """Why it is not certain that nobody differentiates the result of a forward pass."""
    use = item.use
    if use.trained:
        return "what takes the result is differentiated elsewhere in the file"
    if use.returned:
        return "a result is returned to callers outside the file"
    if use.stored:
        return "a result is kept in an object that others may read"
    if use.passed_on:
        return "a result is passed to code outside the file"
    if use.plain_use is None:
        return "a result is not seen to end as plain numbers"
    return "the model is known by a name alone"
