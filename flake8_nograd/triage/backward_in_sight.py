"""Which calls are differentiated in plain sight: by a backward pass further down in their suite?

A suite is read upwards from `loss.backward()`. What `loss` was computed from is followed through
assignments to names and through what certainly keeps a graph; anything else ends the way.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from flake8_nograd.flow.statements import (
    may_leave,
    names_bound,
    value_assigned,
)
from flake8_nograd.syntax.expressions import nodes_of
from flake8_nograd.syntax.suites import JUMP, inner_suites
from flake8_nograd.triage.names import Path, path_of
from flake8_nograd.triage.syntax_index import SyntaxIndex
from flake8_nograd.vocabulary import methods
from flake8_nograd.vocabulary.effect import Effect
from flake8_nograd.vocabulary.lookup import Vocabulary
from flake8_nograd.vocabulary.tensor_methods import TENSOR_METHODS
from flake8_nograd.vocabulary.words import makes_arrays

_FARTHEST = 50  # statements above a backward pass in which what it differentiates is computed
_KEEP_GRAPH = (TENSOR_METHODS | methods.RETURNS_SELF) - (methods.CUTS | methods.VALUES_AND_INDICES)
_SCALES = "scale"  # a method of gradient scalers
_AUTOCAST = "autocast"  # changes the precision in its block, and nothing else


class MisplacedBackward(NamedTuple):
    """A call of `backward`, and calls whose results it certainly differentiates."""

    call: ast.Call
    trained: set[ast.Call]


def _leaves_by_a_flag(statement: ast.stmt) -> bool:
    """Whether a literal that a caller gives may decide that what follows is not reached."""
    if not isinstance(statement, ast.If):
        return False
    plain = ast.Name | ast.Constant | ast.expr_context | ast.cmpop | ast.unaryop | ast.boolop
    compound = ast.Compare | ast.UnaryOp | ast.BoolOp
    return all(isinstance(part, plain | compound) for part in nodes_of(statement.test)) and any(
        isinstance(part, JUMP) for part in nodes_of(statement)
    )


class BackwardPasses:
    """Finds the backward passes of a file that are statements of their own."""

    def __init__(self, index: SyntaxIndex, vocabulary: Vocabulary) -> None:
        self._index = index
        self._vocabulary = vocabulary

    def find(self, tree: ast.Module) -> Iterator[MisplacedBackward]:
        """All of them."""
        calls = self._backward_calls()
        functions = dict.fromkeys(self._index.settings[call].function for call in calls)
        bodies = (tree.body if function is None else function.body for function in functions)
        for suite in self._suites(body for body in bodies if isinstance(body, list)):
            for position, statement in enumerate(suite):
                call = statement.value if isinstance(statement, ast.Expr) else None
                if isinstance(call, ast.Call) and call in calls:
                    before = suite[max(0, position - _FARTHEST) : position]
                    yield MisplacedBackward(call, self._trained_by(call, before))

    def _backward_calls(self) -> dict[ast.Call, None]:
        """Calls of `backward` on what is not imported, in order."""
        index = self._index
        paths = [path for path in index.calls if len(path) > 1 and path[-1] == "backward"]
        own = [path for path in paths if path[0] not in index.imported]
        return dict.fromkeys(call for path in own for call in index.calls[path])

    def _suites(self, bodies: Iterable[list[ast.stmt]]) -> Iterator[list[ast.stmt]]:
        todo = list(bodies)
        while todo:
            suite = list(self._reached(todo.pop()))
            yield suite
            for statement in suite:
                todo += inner_suites(statement)

    def _reached(self, body: Iterable[ast.stmt]) -> Iterator[ast.stmt]:
        """The statements up to a jump, with those in `with` blocks of no influence."""
        for statement in body:
            if isinstance(statement, ast.With) and self._only_surrounds(statement):
                yield from self._reached(statement.body)
            else:
                yield statement
            if may_leave(statement):
                break

    def _only_surrounds(self, statement: ast.With) -> bool:
        return all(
            item.optional_vars is None
            and isinstance(item.context_expr, ast.Call)
            and self._is_autocast(item.context_expr)
            for item in statement.items
        )

    def _is_autocast(self, call: ast.Call) -> bool:
        path, _ = path_of(call.func)
        return path[-1] == _AUTOCAST and self._index.names_imported(path[0])

    def _trained_by(self, backward: ast.Call, before: Sequence[ast.stmt]) -> set[ast.Call]:
        carried: set[str] = set()  # names whose value is differentiated
        trained: set[ast.Call] = set()

        def take(source: ast.expr) -> None:
            for node in self._computed_from(source):
                if isinstance(node, ast.Name):
                    carried.add(node.id)
                else:
                    trained.add(node)

        assert isinstance(backward.func, ast.Attribute)
        take(backward.func.value)
        for argument in backward.args:
            take(argument)
        for statement in reversed(before):
            if _leaves_by_a_flag(statement):  # it may be that the backward pass is not reached
                break
            bound = carried & names_bound(statement)
            if not bound:
                continue
            if not isinstance(statement, ast.AugAssign):
                carried -= bound
            value = value_assigned(statement, bound)
            if value is not None:
                take(value)
        return trained

    def _computed_from(self, node: ast.expr) -> Iterator[ast.Name | ast.Call]:
        """Names and calls, given an expression, from whose graph its own certainly goes on."""
        todo = [node]
        while todo:
            part = todo.pop()
            if isinstance(part, ast.Name):
                yield part
            elif isinstance(part, ast.Call):
                yield part
                todo += self._differentiable_inputs(part)
            elif isinstance(part, ast.BinOp):
                todo += (part.left, part.right)
            elif isinstance(part, ast.UnaryOp) and not isinstance(part.op, ast.Not):
                todo.append(part.operand)
            elif isinstance(part, ast.IfExp):
                todo += (part.body, part.orelse)
            elif isinstance(part, ast.Subscript) or (
                isinstance(part, ast.Attribute) and part.attr not in methods.TELLING_ATTRIBUTES
            ):
                todo.append(part.value)

    def _differentiable_inputs(self, call: ast.Call) -> Iterable[ast.expr]:
        path, _ = path_of(call.func)
        if makes_arrays(path[-1]):
            return ()
        if self._keeps_graph_of_arguments(path):
            return [*call.args, *(keyword.value for keyword in call.keywords)]
        if path[-1] in self._index.methods or path[0] in self._index.imported:
            return ()
        if path[-1] == _SCALES:
            return call.args
        if isinstance(call.func, ast.Attribute) and path[-1] in _KEEP_GRAPH:
            return (call.func.value,)
        return ()

    def _keeps_graph_of_arguments(self, path: Path) -> bool:
        """Whether a call is one of a function of torch, or of a loss of torch kept in a name."""
        if self._index.names_imported(path[0]):
            return path[-1] not in methods.VALUES_AND_INDICES and self._all_are(
                Effect.TENSOR, self._index.dotted(path)
            )
        makers = self._index.makers(path[0]) if len(path) == 1 else ()
        return bool(makers) and all(
            self._index.names_imported(maker[0])
            and self._all_are(Effect.LAYER, self._index.dotted(maker))
            for maker in makers
        )

    def _all_are(self, effect: Effect, names: Iterable[str]) -> bool:
        return all(self._vocabulary.effect(name) is effect for name in names)
