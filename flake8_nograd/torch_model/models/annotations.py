"""How sure it is that something is an nn.Module, and what annotations say of it."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flake8_nograd.flow.graph import FlowGraph, Kind, Node
from flake8_nograd.flow.program import Program
from flake8_nograd.flow.values import Value
from flake8_nograd.torch_model.points_to.solver import PointsTo
from flake8_nograd.torch_model.semantics.context import Context
from flake8_nograd.vocabulary.annotations import ModelEvidence, evidence_of_annotation, names_in
from flake8_nograd.vocabulary.effect import Effect
from flake8_nograd.vocabulary.lookup import Vocabulary

_BY_EFFECT = {
    Effect.MODULE: ModelEvidence.ANNOTATION,
    Effect.GUARDED: ModelEvidence.NONE,
    Effect.OBJECT: ModelEvidence.NONE,
}


def evidence_by_annotation(
    value: Value, graph: FlowGraph, vocabulary: Vocabulary | None = None
) -> ModelEvidence | None:
    """What the annotations of parameters say of a value; None if they say nothing."""
    for node in value.aliases:
        if graph.kinds[node] is Kind.PARAMETER:
            function, name = graph.pair(node)
            for parameter in function.parameters():
                if parameter.arg == name and parameter.annotation is not None:
                    return _evidence(parameter.annotation, vocabulary)
    return None


def annotated_as_modules(
    program: Program[Context], points_to: PointsTo, vocabulary: Vocabulary
) -> Iterator[Node]:
    """Parameters, attributes, variables and results that are annotated as modules."""
    graph = program.graph
    for function in program.functions:
        given = [
            parameter.arg
            for parameter in function.parameters()
            if _says_module(parameter.annotation, vocabulary)
        ]
        nodes = (graph.find(Kind.PARAMETER, (function, name)) for name in given)
        yield from (node for node in nodes if node is not None)
        returned = getattr(function.node, "returns", None)
        # What is made of a module has the parameters of that, or none.
        if not given and _says_module(returned, vocabulary):
            yield from (call.result for call in points_to.callers.get(function, ()))
    for node, annotation in program.annotated:
        if _says_module(annotation, vocabulary):
            yield node


def _says_module(annotation: ast.expr | None, vocabulary: Vocabulary) -> bool:
    told = None if annotation is None else _evidence(annotation, vocabulary)
    return told is ModelEvidence.ANNOTATION


def annotated_with(
    effect: Effect, program: Program[Context], vocabulary: Vocabulary
) -> Iterator[Node]:
    """The parameters annotated with a class of another file whose objects are of one kind."""
    for function in program.functions if vocabulary.knows_classes_elsewhere else ():
        for parameter in function.parameters():
            names = names_in(parameter.annotation) if parameter.annotation is not None else ()
            if effect in map(vocabulary.effect_of_annotation, names):
                yield program.graph.intern(Kind.PARAMETER, (function, parameter.arg))


def _evidence(annotation: ast.expr, vocabulary: Vocabulary | None) -> ModelEvidence | None:
    """What a class of another file tells, else what the names in an annotation say."""
    if vocabulary is None or not vocabulary.knows_classes_elsewhere:
        return evidence_of_annotation(annotation)
    told = {
        _BY_EFFECT[effect]
        for text in names_in(annotation)
        if (effect := vocabulary.effect_of_annotation(text)) in _BY_EFFECT
    }
    return max(told) if told else evidence_of_annotation(annotation)
