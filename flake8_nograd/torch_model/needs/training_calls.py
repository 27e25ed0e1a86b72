"""Which code differentiates, so that no guard is ever put around it.

A look at names alone, and rather too careful: a guard that covers a training step by mistake would
break it, whatever the file shows of what is called.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterable

from flake8_nograd.syntax.bindings import Bindings, FunctionNode
from flake8_nograd.syntax.expressions import all_nodes, children_of, dotted
from flake8_nograd.vocabulary import training_names


class Training:
    """The functions of a file that differentiate, directly or through each other."""

    def __init__(self, bindings: Bindings) -> None:
        tree = bindings.tree
        self._imported = _imported_from_autograd(bindings.nodes)
        self._bodies: defaultdict[tuple[str, bool], list[FunctionNode]] = defaultdict(list)
        self._collect(tree, in_class=False)
        self._names: set[tuple[str, bool]] = set()
        self._close()

    def first_in(self, roots: Iterable[ast.AST]) -> ast.Call | None:
        """The first call in the trees, nested functions included, that differentiates."""
        calls = [
            node
            for node in all_nodes(roots)
            if isinstance(node, ast.Call) and (_clears(node) or self._differentiates(node))
        ]
        return min(calls, key=lambda call: (call.lineno, call.col_offset), default=None)

    def _differentiates(self, call: ast.Call) -> bool:
        name = dotted(call.func)
        last = name.rpartition(".")[2]
        if last in training_names.DIFFERENTIATES or name in self._imported:
            return not _freezes(call)
        if training_names.AUTOGRAD.search(name) or training_names.STEP_OF_OPTIMIZER.search(name):
            return True
        if (last, isinstance(call.func, ast.Attribute)) in self._names:
            return not _is_mode_switch(call) or name == "self.train"
        if training_names.WANTS_GRADIENTS.search(last.lower()):
            return True
        return bool(training_names.TRAINING_VERB.fullmatch(last)) and not _is_mode_switch(call)

    def _collect(self, node: ast.AST, in_class: bool) -> None:
        for child in children_of(node):
            if isinstance(child, FunctionNode):
                self._bodies[child.name, in_class].append(child)
                self._collect(child, in_class=False)
            else:
                self._collect(child, in_class=in_class or isinstance(child, ast.ClassDef))

    def _close(self) -> None:
        """Add callers of what differentiates until nothing is added."""
        added = True
        while added:
            found = {
                key
                for key, functions in self._bodies.items()
                if key not in self._names and self._differentiate(functions)
            }
            self._names |= found
            added = bool(found)

    def _differentiate(self, functions: Iterable[FunctionNode]) -> bool:
        nodes = all_nodes(all_bodies(functions))
        return any(isinstance(node, ast.Call) and self._differentiates(node) for node in nodes)


def _clears(call: ast.Call) -> bool:
    """Whether gradients are cleared here, as at the head of a training step.

    A function that does no more than that needs no graph: some clear them in every forward pass.
    """
    return dotted(call.func).endswith("zero_grad")


def all_bodies(functions: Iterable[FunctionNode]) -> list[ast.stmt]:
    """The statements of several functions."""
    return [statement for function in functions for statement in function.body]


def _imported_from_autograd(nodes: Iterable[ast.AST]) -> set[str]:
    return {
        alias.asname or alias.name
        for node in nodes
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("torch.autograd")
        for alias in node.names
        if alias.name in training_names.AUTOGRAD_FUNCTIONS
    }


def _is_mode_switch(call: ast.Call) -> bool:
    """Whether `x.train(...)` sets the mode of a model, as against a method that trains."""
    if not isinstance(call.func, ast.Attribute) or call.func.attr != "train":
        return False
    arguments = [*call.args, *(keyword.value for keyword in call.keywords)]
    if len(arguments) > 1 or not all(_may_be_flag(argument) for argument in arguments):
        return False
    owner = dotted(call.func.value).rpartition(".")[2].lower()
    return not any(word in owner for word in training_names.TRAINERS)


def _may_be_flag(argument: ast.expr) -> bool:
    return isinstance(argument, ast.Constant | ast.Name | ast.Attribute)


def _freezes(call: ast.Call) -> bool:
    """Whether the call is `x.requires_grad_(False)`."""
    first = call.args[0] if call.args else None
    return dotted(call.func).endswith("requires_grad_") and (
        isinstance(first, ast.Constant) and first.value is False
    )
