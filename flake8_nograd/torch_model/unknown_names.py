"""Imported names of which only other files can tell whether they run forward passes."""

from __future__ import annotations

from collections.abc import Iterator

from flake8_nograd.flow.program import Call
from flake8_nograd.torch_model.answers import Answers
from flake8_nograd.torch_model.facts import Unknown
from flake8_nograd.torch_model.semantics.context import Context
from flake8_nograd.vocabulary.annotations import ModelEvidence


def unknown_names(answers: Answers) -> Unknown:
    """The names in a file that was analysed alone."""
    return Unknown(frozenset(_runners(answers)), frozenset(_classes(answers)))


def _runners(answers: Answers) -> Iterator[str]:
    """What is given something that may be a model, and gives back something that is used."""
    discarded = answers.semantics.observations.discarded
    for call in answers.program.calls:
        if call.imported is None or call.result in discarded:
            continue
        if answers.vocabulary.effect(call.imported) is not None:
            continue
        if not answers.unit_tests.has(call.function) and answers.modules.is_given_a_model(call):
            yield call.imported


def _classes(answers: Answers) -> Iterator[str]:
    """What makes an object that is called, and that nothing in the file shows to be a model."""
    graph = answers.program.graph
    for call in answers.program.calls:
        called = call.receiver if call.method == "forward" else call.callee
        if call.imported is not None or called is None:
            continue
        made_by = {_maker(graph.payloads[node]) for node in graph.resolve_phis(called.aliases)}
        unknown = {name for name in made_by if name and answers.vocabulary.effect(name) is None}
        if unknown and _may_be_judged(call, answers):
            yield from unknown


def _may_be_judged(call: Call[Context], answers: Answers) -> bool:
    """Whether a call is none that is judged already, or never."""
    if answers.unit_tests.has(call.function):
        return False
    return answers.modules.evidence(call) is ModelEvidence.NONE


def _maker(payload: object) -> str:
    """The class that is called to make something, as far as its name tells that it is one."""
    call: Call[Context] | None = payload if isinstance(payload, Call) else None
    name = call.imported if call is not None else None
    return name if name and name.rpartition(".")[2][:1].isupper() else ""
