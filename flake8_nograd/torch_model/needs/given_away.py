"""Functions of a file that it gives away, so that others may call them."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator, Sequence

from flake8_nograd.flow.scopes import Function
from flake8_nograd.syntax.bindings import Bindings, FunctionNode
from flake8_nograd.syntax.expressions import last_name, own_name
from flake8_nograd.vocabulary import methods

# Methods that keep what they are given: `kept.append` may be given away as well.
KEEPING = methods.KEEPS | frozenset(
    "__setitem__ setitem put_nowait enqueue heappush extendleft __iadd__ iadd remember add_loss"
    " __setattr__ push_back record set insort insort_left insort_right".split()
)


class GivenAway:
    """`left_behind` says why it matters that a function ran with recording on."""

    def __init__(
        self,
        functions: Sequence[Function],
        bindings: Bindings,
        left_behind: Callable[[Iterable[ast.AST], Function], str | None],
    ) -> None:
        self._functions = functions
        self._bindings = bindings
        self._left_behind = left_behind
        self._keeps: bool | None = None

    def keeps_something(self) -> bool:
        """Whether any of them keeps what it gets, or looks at recording."""
        if self._keeps is None:
            self._keeps = False  # while the functions are looked at, which may call each other
            self._keeps = any(map(self._is_keeper, self._values())) or any(
                map(self._matters, self._bodies())
            )
        return self._keeps

    def _values(self) -> Iterator[ast.expr]:
        """Names and attributes that are read, and not called at once or taken apart."""
        for node in self._bindings.values_read:
            if not isinstance(self._bindings.parents[node], ast.Attribute):
                yield node

    def _is_keeper(self, node: ast.expr) -> bool:
        return isinstance(node, ast.Attribute) and node.attr in KEEPING

    def _bodies(self) -> Iterator[Function]:
        names = set(map(own_name, self._values()))
        made = {last_name(node.func) for node in self._bindings.nodes if isinstance(node, ast.Call)}
        for function in self._functions:
            node, owner = function.node, function.owner
            is_called_object = (
                function.name == "__call__" and owner is not None and owner.name in made
            )
            is_given = isinstance(node, FunctionNode) and function.name in names
            if isinstance(node, ast.Lambda) or is_given or is_called_object:
                yield function

    def _matters(self, function: Function) -> bool:
        node = function.node
        code = [node.body] if isinstance(node, ast.Lambda) else function.body
        why = self._left_behind(code, function)
        return why is not None and not why.startswith("differentiates")
