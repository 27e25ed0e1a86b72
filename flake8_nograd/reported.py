"""What is reported of the facts of a file: its findings, each with what would mend it."""

from __future__ import annotations

import ast
from collections.abc import Container, Iterable, Iterator
from dataclasses import replace

from flake8_nograd import noqa
from flake8_nograd.findings import Finding, Repair, Safety
from flake8_nograd.options import Options
from flake8_nograd.respellings import respelling_of
from flake8_nograd.rules import RULES
from flake8_nograd.rules.base import Rule, which_run_wastes, why_guard_fails
from flake8_nograd.source import Source
from flake8_nograd.syntax.bindings import FunctionNode
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


def findings_of(facts: ModuleFacts, source: Source, options: Options) -> list[Finding]:
    """All findings in order of place; nothing is planned yet."""
    silenced = silenced_passes(facts, source, options)
    if silenced:
        facts = facts._replace(regions=tuple(_led_by_others(facts.regions, silenced)))
    return sorted(_findings(facts, source))


def silenced_passes(facts: ModuleFacts, source: Source, options: Options) -> set[ast.Call]:
    """The forward passes that would be silenced by a `# noqa` if each were reported alone."""
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
                    needs = facts.needs if cure.ends_error else None
                    doubt = cure.doubt if needs is None else needs.end_of_error()
                    respelling = respelling_of(subject, cure._replace(doubt=doubt), source)
                    finding = replace(finding, respelling=respelling)
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
