"""What else a guard would cover beside the forward passes it is meant for.

A `with` around several statements, an extended guard and a decorator all cover more than the
forward passes themselves. They are only as safe as a `with` around each single pass if nothing
else in there records a graph that somebody needs. What is not known to be harmless counts as
recording.
"""

from __future__ import annotations

import ast
import builtins
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from flake8_nograd.fixing.outline import Block, Statement
from flake8_nograd.fixing.syntax import body_nodes, dotted, last_name, own_nodes

_PLAIN_LIBRARIES = sys.stdlib_module_names | {
    *("numpy", "np", "pandas", "pd", "matplotlib", "plt", "tqdm", "PIL", "Image", "cv2", "sklearn"),
    *("scipy", "logger", "wandb", "writer"),
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
    *(
        "view",
        "reshape",
        "unsqueeze",
        "squeeze",
        "float",
        "long",
        "flatten",
        "permute",
        "transpose",
    ),
}
_MUTATORS = frozenset({"append", "extend", "add", "insert", "update", "put", "setdefault"})


def stranger(statements: Sequence[ast.stmt], forward: ast.Call) -> ast.Call | None:
    """The first call in the statements that may record a graph of its own.

    Calls of the model that runs the forward pass, what stands in one expression with them, and
    what is computed from their results are no strangers.
    """
    nodes = list(own_nodes(statements))
    owner = _owner(forward)
    with_passes = [node for node in nodes if isinstance(node, ast.expr) and _runs(node, owner)]
    expected = {id(inner) for outer in with_passes for inner in ast.walk(outer)}
    derived = _Flow(nodes).close(_bound_by_passes(nodes, owner))
    found = [
        node
        for node in nodes
        if isinstance(node, ast.Call) and id(node) not in expected and _may_record(node, derived)
    ]
    return min(found, key=lambda call: (call.lineno, call.col_offset), default=None)


def runs_forward(trees: Iterable[ast.AST], forward: ast.Call) -> bool:
    """Whether some code calls the model that runs the forward pass."""
    owner = _owner(forward)
    return any(_runs(tree, owner) for tree in trees)


def handed_on(function: Statement, blocks: Iterable[Block]) -> ast.Call | None:
    """A call outside the blocks that may record, and whose result leaves the function."""
    assert isinstance(function.node, ast.FunctionDef | ast.AsyncFunctionDef)
    inside = [node for block in blocks for node in block.nodes]
    covered = {id(inner) for node in inside for inner in ast.walk(node)}
    flow = _Flow(node for node in body_nodes(function.node) if id(node) not in covered)
    derived = flow.close(_names_bound(inside))
    return next((call for call in flow.calls_leaving() if _may_record(call, derived)), None)


def _owner(forward: ast.Call) -> str:
    """The object that runs a forward pass: `self.model` of `self.model.encode(x)`."""
    name = dotted(forward.func)
    before, _, last = name.rpartition(".")
    return before if before not in ("", "self") else last if not before else name


def _runs(tree: ast.AST, owner: str) -> bool:
    """Whether a tree calls an object or a method of it."""
    return any(
        dotted(node.func) == owner or dotted(node.func).startswith(f"{owner}.")
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
    )


def _bound_by_passes(nodes: Iterable[ast.AST], owner: str) -> set[str]:
    """The names to which the result of a forward pass is bound."""
    return {
        name
        for node in nodes
        if isinstance(node, ast.Assign | ast.AnnAssign | ast.AugAssign | ast.NamedExpr)
        if node.value is not None and _runs(node.value, owner)
        for name in _names_bound([node])
    }


def _names_bound(nodes: Iterable[ast.AST]) -> set[str]:
    return {
        node.id
        for node in own_nodes(nodes)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }


def _may_record(call: ast.Call, derived: set[str]) -> bool:
    """Whether a call is neither known to be plain nor fed by what the block computes."""
    name = dotted(call.func)
    root, last = name.partition(".")[0], name.rpartition(".")[2]
    if last in _PLAIN_CALLS or root in _PLAIN_LIBRARIES or last[:1].isupper():
        return isinstance(call.func, ast.Call)
    return not _mentions(call, derived)


def _mentions(value: ast.expr, names: set[str]) -> bool:
    return any(isinstance(node, ast.Name) and node.id in names for node in ast.walk(value))


class _Flow:
    """Which expressions the names and results of some code are made of, regardless of order."""

    def __init__(self, nodes: Iterable[ast.AST]) -> None:
        self._sources: defaultdict[str, list[ast.expr]] = defaultdict(list)
        self._leaving: list[ast.expr] = []
        for node in nodes:
            self._read(node)

    def calls_leaving(self) -> Iterator[ast.Call]:
        """The calls that take part in what is returned, yielded or stored in an object."""
        pending, seen = list(self._leaving), set[str]()
        while pending:
            for node in own_nodes([pending.pop()]):
                if isinstance(node, ast.Call):
                    yield node
                elif isinstance(node, ast.Name) and node.id not in seen:
                    seen.add(node.id)
                    pending.extend(self._sources[node.id])

    def close(self, names: set[str]) -> set[str]:
        """The names, and all that is computed from them."""
        derived = set(names)
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
