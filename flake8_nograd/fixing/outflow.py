"""What a wider guard would reach beside the forward passes it is meant for.

A decorator covers the whole function, an extended guard everything up to the block. Both are only
as safe as a `with` around the block if nothing else in there records a graph that is handed on.
"""

from __future__ import annotations

import ast
import builtins
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator

from flake8_nograd.fixing.outline import Block, Statement
from flake8_nograd.fixing.syntax import body_nodes, dotted, last_name, own_nodes

_PLAIN_LIBRARIES = sys.stdlib_module_names | {
    *("numpy", "np", "pandas", "pd", "matplotlib", "plt", "tqdm", "PIL", "cv2", "sklearn"),
    *("scipy", "logger", "logging", "wandb", "writer"),
}
_PLAIN_CALLS = frozenset(dir(builtins)) | {
    *("to", "cuda", "cpu", "eval", "train", "item", "tolist", "numpy", "detach", "size", "numel"),
    *("parameters", "state_dict", "load_state_dict", "named_parameters", "requires_grad_", "dim"),
    *("format", "join", "split", "strip", "lower", "upper", "items", "keys", "values", "get"),
    *("append", "extend", "update", "add", "insert", "copy", "pop", "close", "write", "info"),
    *("debug", "warning", "log", "tqdm", "device", "argmax", "no_grad", "inference_mode"),
    *("manual_seed", "load", "zeros", "ones", "rand", "randn", "arange", "tensor", "empty"),
    *("full", "from_numpy", "as_tensor", "zeros_like", "ones_like", "randn_like", "rand_like"),
    *("dataset", "dataloader", "loader", "autocast", "synchronize", "is_available", "exists"),
}
_MUTATORS = frozenset({"append", "extend", "add", "insert", "update", "put", "setdefault"})


def unknown_call(block: Block, around: Iterable[ast.stmt]) -> ast.Call | None:
    """A call in the statements around a block that may record a graph of its own."""
    inside = {id(node) for node in own_nodes(block.nodes)}
    derived = names_bound(block.nodes)
    beside = (node for node in own_nodes(around) if id(node) not in inside)
    calls = (node for node in beside if isinstance(node, ast.Call) and _may_record(node, derived))
    return next(calls, None)


def handed_on(function: Statement, blocks: Iterable[Block]) -> ast.Call | None:
    """A call outside the blocks that may record, and whose result leaves the function."""
    inside = [node for block in blocks for node in block.nodes]
    flow = _Flow(function, inside)
    return next((call for call in flow.calls_leaving() if _may_record(call, flow.derived)), None)


def names_bound(statements: Iterable[ast.stmt]) -> set[str]:
    """The local names that statements assign."""
    return {
        node.id
        for node in own_nodes(statements)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }


def _may_record(call: ast.Call, derived: set[str]) -> bool:
    """Whether a call is neither known to be plain nor fed by what the block computes."""
    name = dotted(call.func)
    root, last = name.partition(".")[0], name.rpartition(".")[2]
    if last in _PLAIN_CALLS or root in _PLAIN_LIBRARIES or last[:1].isupper():
        return isinstance(call.func, ast.Call)
    mentioned = {node.id for node in ast.walk(call) if isinstance(node, ast.Name)}
    return mentioned.isdisjoint(derived)


class _Flow:
    """Which expressions a function's results are made of, by name and regardless of order."""

    def __init__(self, function: Statement, inside: list[ast.stmt]) -> None:
        assert isinstance(function.node, ast.FunctionDef | ast.AsyncFunctionDef)
        covered = {id(inner) for node in inside for inner in ast.walk(node)}
        self._nodes = [node for node in body_nodes(function.node) if id(node) not in covered]
        self._sources: defaultdict[str, list[ast.expr]] = defaultdict(list)
        self._leaving: list[ast.expr] = []
        for node in self._nodes:
            self._read(node)
        self.derived = self._close(names_bound(inside))

    def calls_leaving(self) -> Iterator[ast.Call]:
        """The calls that take part in what the function returns, yields or stores."""
        pending, seen = list(self._leaving), set[str]()
        while pending:
            for node in own_nodes([pending.pop()]):
                if isinstance(node, ast.Call):
                    yield node
                elif isinstance(node, ast.Name) and node.id not in seen:
                    seen.add(node.id)
                    pending.extend(self._sources[node.id])

    def _read(self, node: ast.AST) -> None:
        if isinstance(node, ast.Return | ast.Yield | ast.YieldFrom) and node.value is not None:
            self._leaving.append(node.value)
        elif isinstance(node, ast.Assign):
            self._bind(node.targets, node.value)
        elif isinstance(node, ast.AnnAssign | ast.AugAssign | ast.NamedExpr) and node.value:
            self._bind([node.target], node.value)
        elif isinstance(node, ast.For | ast.AsyncFor | ast.comprehension):
            self._bind([node.target], node.iter)
        elif isinstance(node, ast.withitem) and node.optional_vars is not None:
            self._bind([node.optional_vars], node.context_expr)
        elif isinstance(node, ast.Call) and last_name(node.func) in _MUTATORS:
            owner = node.func.value if isinstance(node.func, ast.Attribute) else node.func
            for argument in node.args:
                self._bind([owner], argument)

    def _bind(self, targets: Iterable[ast.expr], value: ast.expr) -> None:
        for target in targets:
            for part in ast.walk(target):
                if isinstance(part, ast.Name):
                    self._sources[part.id].append(value)
                elif isinstance(part, ast.Attribute | ast.Subscript) and part is target:
                    self._leaving.append(value)

    def _close(self, derived: set[str]) -> set[str]:
        """Add what is computed from what the blocks compute."""
        added = True
        while added:
            found = {
                name
                for name, values in self._sources.items()
                if name not in derived and any(_mentions(value, derived) for value in values)
            }
            derived |= found
            added = bool(found)
        return derived


def _mentions(value: ast.expr, names: set[str]) -> bool:
    return any(isinstance(node, ast.Name) and node.id in names for node in ast.walk(value))
