"""What the classes of the file are: nn.Modules, criterions, wrappers around guarded methods."""

from __future__ import annotations

import ast
from collections.abc import Container
from functools import partial

from flake8_nograd.flow.graph import Kind, closure
from flake8_nograd.flow.program import Call
from flake8_nograd.flow.scopes import Class
from flake8_nograd.torch_model.models.guarded_returns import returns_under_guards
from flake8_nograd.torch_model.points_to.solver import PointsTo
from flake8_nograd.vocabulary import methods
from flake8_nograd.vocabulary.frameworks import is_bare_module, is_function_base
from flake8_nograd.vocabulary.lookup import Vocabulary
from flake8_nograd.vocabulary.words import names_another_class


class ModuleClasses:
    """Judges classes by their bases and by what their forward does."""

    def __init__(
        self, points_to: PointsTo, vocabulary: Vocabulary, guards: Container[ast.expr]
    ) -> None:
        self._guards = guards
        self._vocabulary = vocabulary
        self._graph = points_to.graph
        self._points_to = points_to
        self._modules: dict[Class, bool] = {}
        self._guarding: dict[Class, bool] = {}

    def is_criterion(self, cls: Class) -> bool:
        """Whether a class is named after a loss; its forward may still run other modules."""
        return names_another_class(cls.name)

    def is_module(self, cls: Class) -> bool:
        """Whether a class of the file derives from nn.Module as far as can be told."""
        for current in self._points_to.bases_first(cls, self._modules):
            self._modules[current] = self._derives_from_module(current)
        return self._modules[cls]

    def is_plain(self, cls: Class) -> bool:
        """Whether all that a class derives from is known, and no module."""
        family = self._points_to.bases_first(cls, ())
        bases = [
            self._graph.payloads[thing]
            for current in family
            for thing in self._points_to.base_objects(current)
        ]
        return len(bases) == sum(len(current.bases) for current in family) and all(
            isinstance(base, Class) or self._vocabulary.is_plain_class(str(base)) for base in bases
        )

    def has_no_forward(self, cls: Class) -> bool:
        """Whether a module defines no forward, nor does a class that it derives from or an heir."""
        if self._points_to.implementations(cls, "forward"):
            return False
        family = self._points_to.bases_first(cls, ())
        bases = (
            self._graph.payloads[thing]
            for current in family
            for thing in self._points_to.base_objects(current)
        )
        return all(current.bases for current in family) and all(
            isinstance(base, Class) or is_bare_module(str(base)) for base in bases
        )

    def guards_itself(self, cls: Class) -> bool:
        """Whether forward gives what it computes under guards, or what such methods return."""
        if cls not in self._guarding:
            self._guarding[cls] = self._hands_on_guarded(cls) or self._computes_guarded(cls)
        return self._guarding[cls]

    def _computes_guarded(self, cls: Class) -> bool:
        method = partial(self._points_to.method, cls)
        forward = method("forward")
        return forward is not None and returns_under_guards(forward, self._guards, method)

    def _derives_from_module(self, cls: Class) -> bool:
        plain = 0
        for thing in self._points_to.base_objects(cls):
            what = self._graph.payloads[thing]
            if isinstance(what, Class):
                if self._modules.get(what):
                    return True
            elif self._graph.kinds[thing] is Kind.EXTERNAL:
                if self._vocabulary.is_module_base(str(what)):
                    return True
                if is_function_base(str(what)):
                    return False
                plain += self._vocabulary.is_plain_class(str(what))
        is_open = len(cls.bases) > plain
        return is_open and "forward" in cls.methods and "__call__" not in cls.methods

    def _hands_on_guarded(self, cls: Class) -> bool:
        forward = self._points_to.method(cls, "forward")
        returned = self._graph.find(Kind.RETURN, forward) if forward is not None else None
        if returned is None:
            return False
        back = (self._graph.copied_from, self._graph.derived_from)
        payloads = (self._graph.payloads[node] for node in closure((returned,), *back))
        calls = [what for what in payloads if isinstance(what, Call) and what.receiver is not None]
        return any(
            call.method in methods.SELF_GUARDED_METHODS and not self._points_to.callees[call.result]
            for call in calls
        )
