"""Where nothing else is known of what is called: does its name speak for a model?"""

from __future__ import annotations

import ast

from flake8_nograd.flow.graph import Kind, Node
from flake8_nograd.flow.program import Call, Program
from flake8_nograd.flow.scopes import Function
from flake8_nograd.flow.values import Value
from flake8_nograd.syntax.access_path import access_path
from flake8_nograd.torch_model.models.annotations import evidence_by_annotation
from flake8_nograd.torch_model.points_to.solver import PointsTo
from flake8_nograd.torch_model.semantics.context import Context
from flake8_nograd.vocabulary.annotations import ModelEvidence
from flake8_nograd.vocabulary.effect import Effect
from flake8_nograd.vocabulary.lookup import Vocabulary
from flake8_nograd.vocabulary.words import (
    METHODS_OF_TABLES,
    names_a_class,
    names_a_held_model,
    names_a_model,
)


class ModelNames:
    """Weighs a name against all that is known of its value and of the function around it."""

    def __init__(
        self, program: Program[Context], points_to: PointsTo, vocabulary: Vocabulary
    ) -> None:
        self._graph = program.graph
        self._points_to = points_to
        self._vocabulary = vocabulary
        self._given = {target for targets in points_to.object_flow.values() for target in targets}

    def evidence(
        self, call: Call[Context], node: ast.expr, value: Value, *, is_likely: bool
    ) -> ModelEvidence:
        """What the name of `node` says; `is_likely` where its origin hints at a model too."""
        path = access_path(node)
        named = (
            (_names_a_model(node, name_of(path)) or is_likely)
            and bool(call.node.args or call.node.keywords)
            and not all(map(names_a_class, path.split(".")))
            and not self._is_of_something_else(call)
            and not self._is_compiled_elsewhere(call.function)
            and (is_likely or self._may_be_anything(value))
        )
        return ModelEvidence.NAME if named else ModelEvidence.NONE

    def _is_of_something_else(self, call: Call[Context]) -> bool:
        """Whether the owner of what is called is annotated as anything but a module."""
        if call.receiver is None:
            return False
        return evidence_by_annotation(call.receiver, self._graph) is ModelEvidence.NONE

    def _is_compiled_elsewhere(self, function: Function) -> bool:
        """Whether another framework compiles a function, whose tensors are then its own."""
        decorators = (node for value in function.decorators for node in value.aliases)
        return any(
            self._graph.kinds[node] is Kind.EXTERNAL
            and self._vocabulary.effect(str(self._graph.payloads[node])) is Effect.FOREIGN
            for node in decorators
        )

    def _may_be_anything(self, value: Value) -> bool:
        """Whether nothing is known of a value: callers in the file do not all give plain data."""
        return any(map(self._is_open, self._graph.without_phis(value.aliases)))

    def _is_open(self, node: Node) -> bool:
        kind = self._graph.kinds[node]
        if kind is Kind.VARIABLE:  # a name that the file never binds comes from a star import
            scope, name = self._graph.pair(node)
            return any(name in around.definitions for around in (scope, scope.module))
        if kind is not Kind.PARAMETER or node in self._given:
            return True
        return not self._points_to.callers.get(self._graph.pair(node)[0])


def name_of(path: str) -> str:
    """The last name of an access path, before any subscript."""
    return path.rpartition(".")[2] if not path.endswith("]") else path.split(".")[-2]


def _names_a_model(node: ast.expr, name: str) -> bool:
    """Whether a name speaks for a model: of an attribute that may be a method, by its owner too."""
    if not isinstance(node, ast.Attribute):
        return names_a_model(name)
    owner = access_path(node.value).rpartition(".")[2]
    if name in METHODS_OF_TABLES and owner != "self" and not names_a_model(owner):
        return False
    return names_a_held_model(name)
