"""How sure it is that something is an nn.Module, and what annotations say of it."""

from __future__ import annotations

from flake8_nograd.flow.graph import FlowGraph, Kind
from flake8_nograd.flow.values import Value
from flake8_nograd.vocabulary.annotations import ModelEvidence, evidence_of_annotation


def evidence_by_annotation(value: Value, graph: FlowGraph) -> ModelEvidence | None:
    """What the annotations of parameters say of a value; None if they say nothing."""
    for node in value.aliases:
        if graph.kinds[node] is Kind.PARAMETER:
            function, name = graph.pair(node)
            for parameter in function.parameters():
                if parameter.arg == name and parameter.annotation is not None:
                    return evidence_of_annotation(parameter.annotation)
    return None
