"""Whether `torch.inference_mode()` may stand where `torch.no_grad()` would.

A tensor made under inference mode can never take part in recording again, so a tensor that leaves
the guard, or a buffer that a module caches during the pass, breaks code far away. Everything that
is not visibly harmless is an objection.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from flake8_nograd.syntax.bindings import Bindings
from flake8_nograd.syntax.expressions import all_nodes, inwards, last_name, own_nodes
from flake8_nograd.torch_model.needs.training_calls import Training

_MAKES_PLAIN = frozenset(
    {*("item", "tolist", "numpy"), *("float", "int", "bool", "str", "len", "print", "repr")}
)
_MAKES_MODULES = frozenset(
    {*("deepcopy", "load_state_dict", "double", "half", "bfloat16", "Parameter", "to_empty")}
)
_SWITCHES_ON = frozenset({"enable_grad", "set_grad_enabled"})
_KEEPS = frozenset({"append", "extend", "update", "add", "put", "insert"})
_TRAINING_WORDS = ("optim", "trainer", "requires_grad", "autograd", "backward")


def objection(
    code: Sequence[ast.AST], outside: Sequence[ast.AST], bindings: Bindings, training: Training
) -> str | None:
    """Why inference mode is not safe around code; None if it is.

    `outside` is the function or module in which the code stands.
    """
    region = _Region(code)
    return _trains(bindings, training) or region.made_or_handed_out() or region.used_in(outside)


def _trains(bindings: Bindings, training: Training) -> str | None:
    call = training.first_in([bindings.tree])
    lines = [call.lineno] if call else []
    lines += [line for line, word in _words(bindings.nodes) if _speaks_of_training(word)]
    return f"the file trains or differentiates (line {min(lines)})" if lines else None


def _words(nodes: Iterable[ast.AST]) -> Iterator[tuple[int, str]]:
    for node in nodes:
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.Name):
            yield node.lineno, node.id
        elif isinstance(node, ast.Attribute):
            yield node.lineno, node.attr


def _speaks_of_training(word: str) -> bool:
    return any(part in word.lower() for part in _TRAINING_WORDS)


class _Region:
    """Statements that would run under inference mode."""

    def __init__(self, nodes: Sequence[ast.AST]) -> None:
        self._nodes = nodes
        self._plain: set[str] = set()
        self._bindings = _bindings(nodes)
        self._close()

    def made_or_handed_out(self) -> str | None:
        """What is made inside that may be trained later, or given to code outside."""
        for node in all_nodes(self._nodes):
            reason = self._makes_or_stores(node) or self._hands_out(node)
            if reason is not None:
                return f"{reason} (line {getattr(node, 'lineno', 1)})"
        return None

    def used_in(self, outside: Iterable[ast.AST]) -> str | None:
        """A tensor made inside whose name is used outside."""
        made = self._bindings.keys() - self._plain
        inside = {id(node) for node in all_nodes(self._nodes)}
        nodes = [node for node in all_nodes(outside) if id(node) not in inside]
        harmless = {id(name) for name in _read_as_numbers(nodes)}
        for node in nodes:
            if isinstance(node, ast.Name) and node.id in made and id(node) not in harmless:
                return f"{node.id} is used outside the guard (line {node.lineno})"
        return None

    def _close(self) -> None:
        """Find the names that only ever hold visibly plain values."""
        added = True
        while added:
            found = {
                name
                for name, values in self._bindings.items()
                if name not in self._plain and all(map(self._is_plain, values))
            }
            self._plain |= found
            added = bool(found)

    def _makes_or_stores(self, node: ast.AST) -> str | None:
        if isinstance(node, ast.Call):
            name = last_name(node.func)
            if name in _MAKES_MODULES:
                return f"what {name}() makes could not be trained later"
            if name in _SWITCHES_ON:
                return f"{name}() has no effect inside inference mode"
        if isinstance(node, ast.Attribute | ast.Subscript) and isinstance(node.ctx, ast.Store):
            return "a value is stored in an object"
        return None

    def _hands_out(self, node: ast.AST) -> str | None:
        if isinstance(node, ast.Return | ast.Yield | ast.YieldFrom):
            if node.value is not None and not self._is_plain(node.value):
                return "a value is handed to the caller"
        elif isinstance(node, ast.AugAssign) and not self._is_plain(node.value):
            return "a value is added up in place"
        elif self._keeps(node):
            return "a value is kept in a container"
        return None

    def _keeps(self, node: ast.AST) -> bool:
        return (
            isinstance(node, ast.Call)
            and last_name(node.func) in _KEEPS
            and not all(map(self._is_plain, node.args))
        )

    def _is_plain(self, value: ast.expr | None) -> bool:
        """Whether an expression is visibly not a tensor."""
        match value:
            case ast.Constant() | ast.JoinedStr() | ast.Compare(ops=[ast.Is() | ast.In()]):
                return True
            case ast.Name(id=name):
                return name in self._plain
            case ast.BinOp(left=left, right=right):
                return self._is_plain(left) and self._is_plain(right)
            case ast.Tuple(elts=parts) | ast.List(elts=parts) | ast.Dict(values=parts):
                return all(map(self._is_plain, parts))
            case ast.Call(func=function):
                return last_name(function) in _MAKES_PLAIN
            case _:
                return False


def _bindings(nodes: Iterable[ast.AST]) -> dict[str, list[ast.expr | None]]:
    """The values each name is bound to; None for one that is not a plain assignment."""
    found: defaultdict[str, list[ast.expr | None]] = defaultdict(list)
    simple: set[int] = set()
    for node in own_nodes(nodes):
        if isinstance(node, ast.Assign | ast.AugAssign | ast.NamedExpr):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            for target in targets:
                if isinstance(target, ast.Name):
                    simple.add(id(target))
                    found[target.id].append(node.value)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found[node.id] += [None] if id(node) not in simple else []
    return found


def _read_as_numbers(nodes: Iterable[ast.AST]) -> Iterator[ast.Name]:
    """Names that are only turned into plain values: `x.max().item()`, `float(x)`, `print(x)`."""
    for node in nodes:
        if not isinstance(node, ast.Call) or last_name(node.func) not in _MAKES_PLAIN:
            continue
        if not isinstance(node.func, ast.Attribute):
            yield from (item for item in node.args if isinstance(item, ast.Name))
            continue
        *chain, owner = inwards(node.func)
        changes = any(isinstance(part, ast.Attribute) and part.attr.endswith("_") for part in chain)
        if isinstance(owner, ast.Name) and not changes:
            yield owner
