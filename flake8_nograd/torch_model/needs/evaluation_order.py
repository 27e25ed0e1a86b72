"""Whether a call can be evaluated before the rest of its statement without anybody noticing."""

from __future__ import annotations

import ast
from collections.abc import Collection, Sequence
from functools import cached_property

from flake8_nograd.elsewhere import Elsewhere
from flake8_nograd.findings import Hoisted
from flake8_nograd.syntax.bindings import Bindings
from flake8_nograd.syntax.evaluation import before, is_evaluated_once, parts
from flake8_nograd.syntax.expressions import nodes_of, own_name
from flake8_nograd.torch_model.needs.callees import Callees, Does
from flake8_nograd.torch_model.needs.in_place import written_by
from flake8_nograd.vocabulary import escapes, methods

_WITHOUT_EFFECT = (
    *(ast.Name, ast.Constant, ast.Attribute, ast.Subscript, ast.BinOp, ast.UnaryOp, ast.Slice),
    *(ast.Tuple, ast.List, ast.Set, ast.Dict, ast.Starred, ast.keyword, ast.operator),
    *(ast.unaryop, ast.expr_context, ast.Compare, ast.cmpop),
)
_MOST_MOVED = 8  # calls that move along with a forward pass: more would be hard to read
_COMPUTING = (Does.PASSES_ON, Does.PASSES, Does.READS)
_SUSPENDING = (ast.Await, ast.Yield, ast.YieldFrom, ast.NamedExpr)
_RANDOM = (
    *("rand", "dropout", "bernoulli", "multinomial", "normal", "sample", "seed", "gumbel"),
    *("poisson", "rrelu", "shuffle", "choice", "exponential", "uniform", "geometric", "cauchy"),
    *("perm", "attention", "rng"),
)
_HAS_EFFECTS = frozenset(
    "print next input iter pop popleft setdefault get_rng_state synchronize".split()
)


def cut_off(node: ast.Call, bindings: Bindings) -> ast.Call:
    """The call with the methods that are called on its result, up to one that cuts the graph."""
    current: ast.AST = node
    while True:
        outer = bindings.parents.get(current)
        if isinstance(outer, ast.Subscript) and outer.value is current:
            current = outer
            continue
        if not isinstance(outer, ast.Attribute):
            return node
        call = bindings.parents.get(outer)
        if not isinstance(call, ast.Call) or call.func is not outer:
            return node
        if outer.attr in methods.CUTS:
            return call
        current = call


class EvaluationOrder:
    """Answers for the statements of one file.

    `changed` are the names of attributes that forward passes set, and of properties. Whether other
    objects have effects where they are read is told by `is_overloaded`.
    """

    def __init__(
        self,
        bindings: Bindings,
        callees: Callees,
        changed: Collection[str],
        is_overloaded: bool,
        changes_parts: bool,
        elsewhere: Elsewhere,
    ) -> None:
        self._elsewhere = elsewhere
        self._bindings = bindings
        self._callees = callees
        self._changed = changed
        self._is_overloaded = is_overloaded
        self._changes_parts = changes_parts

    def hoisted(self, node: ast.Call) -> Hoisted:
        """How a forward pass could be evaluated before its statement."""
        whole = cut_off(node, self._bindings)
        statement = self._bindings.statement_of(node)
        path = self._path_to(whole, statement)
        why_not = self._why_not(whole, path, self._bindings.scope_of(statement))
        if why_not:
            return Hoisted(whole, why_not)
        earlier: list[ast.Call] = []
        left: list[ast.AST] = []
        for part in before(path):
            why_not = why_not or self._part(part, statement, earlier, left)
            if len(earlier) > _MOST_MOVED:
                return Hoisted(whole, "too much of the statement would have to move with it")
        return Hoisted(whole, "", tuple(earlier), why_not or self._seen_by(earlier, left))

    def _path_to(self, node: ast.AST, statement: ast.stmt) -> list[ast.AST]:
        """What stands around a part of a statement, from that down to the part itself."""
        path = [node]
        while path[-1] is not statement:
            path.append(self._bindings.parents[path[-1]])
        return path[::-1]

    def _why_not(self, node: ast.Call, path: Sequence[ast.AST], scope: ast.AST) -> str:
        """Why a call cannot be moved above its statement, whatever else that computes."""
        if _suspends(node):
            return "it binds a name or suspends"
        if isinstance(scope, ast.ClassDef) or self._lists_names(scope):
            return "a further name would be seen"
        if not is_evaluated_once(path):
            return "it is evaluated under a condition, again and again, or later"
        return ""

    def _lists_names(self, scope: ast.AST) -> bool:
        names = escapes.REFLECTION | {"dir"}
        return any(
            isinstance(part, ast.Call) and getattr(part.func, "id", "") in names
            for part in nodes_of(scope)
        )

    def _part(
        self, part: ast.AST, statement: ast.stmt, earlier: list[ast.Call], left: list[ast.AST]
    ) -> str:
        """Sort what is evaluated before: calls to be made earlier as well, and what can be left."""
        if self._is_quiet(part):
            left.append(part)
            whys = [self._part(inner, statement, earlier, left) for inner in parts(part)]
            return next(filter(None, whys), "")
        if isinstance(part, ast.Call) and self._is_movable(part, statement):
            earlier.append(part)
            return ""
        line = getattr(part, "lineno", statement.lineno)
        return f"what comes before it in the statement may have effects (line {line})"

    def _is_movable(self, node: ast.Call, statement: ast.stmt) -> bool:
        """Whether a call can be moved above its statement, if what comes before it moves too."""
        return not _suspends(node) and is_evaluated_once(self._path_to(node, statement))

    def _seen_by(self, earlier: Sequence[ast.Call], left: Sequence[ast.AST]) -> str:
        """Whether calls that are made earlier may change what is still read where it stands."""
        for call in earlier:
            does = self._callees.of(call).does
            if does in _COMPUTING or self._callees.is_layer(call):
                continue
            settled = self._set_once if does is Does.RUNS else frozenset()
            if not all(self._is_settled(part, earlier, settled) for part in left):
                name = ast.unparse(call.func)[:40]
                return f"{name}() may change what the statement reads (line {call.lineno})"
        return ""

    def _is_settled(
        self, part: ast.AST, earlier: Sequence[ast.Call], settled: Collection[str]
    ) -> bool:
        """Whether no call can change what an expression gives."""
        match part:
            case ast.Attribute(value=value, attr=name):
                return value in earlier or name in settled or self._is_of_import(part)
            case ast.Call():
                return False
            case ast.Subscript() | ast.BinOp() | ast.UnaryOp() | ast.Compare() | ast.Starred():
                return False
        return True

    @cached_property
    def _acts(self) -> bool:
        """Whether operators and subscripts may run functions of this file or of another."""
        return self._is_overloaded or self._elsewhere.is_overloaded()

    @cached_property
    def _set_once(self) -> frozenset[str]:
        """Attributes that the file sets in constructors only."""
        set_early: set[str] = set()
        set_later: set[str] = set()
        for node in self._bindings.nodes:
            if isinstance(node, ast.Attribute) and not isinstance(node.ctx, ast.Load):
                around = getattr(self._bindings.function_of(node), "name", "")
                (set_early if around == "__init__" else set_later).add(node.attr)
        return frozenset(set_early - set_later)

    def _is_of_import(self, node: ast.expr) -> bool:
        """Whether an attribute is one of a module, which nobody changes."""
        while isinstance(node, ast.Attribute):
            node = node.value
        if not isinstance(node, ast.Name):
            return False
        stores = self._bindings.stores.get(self._bindings.of(node), ())
        return bool(stores) and all(
            isinstance(item, ast.Import | ast.ImportFrom) for item in stores
        )

    @cached_property
    def _rebound(self) -> frozenset[str]:
        """Names that functions of the file bind outside of themselves."""
        return frozenset(
            name
            for node in self._bindings.nodes
            if isinstance(node, ast.Global | ast.Nonlocal)
            for name in node.names
        )

    def _is_quiet(self, node: ast.AST) -> bool:
        """Whether evaluating an expression changes nothing, and gives the same a little later."""
        match node:
            case ast.Call():
                return self._is_pure_call(node)
            case ast.Name(id=name):
                return name not in self._rebound
            case ast.Attribute(attr=name):
                is_settled = name not in self._changed and not self._elsewhere.varies(name)
                return is_settled and not self._is_overloaded
            case ast.Subscript():
                return not self._changes_parts and not self._acts
            case ast.BinOp() | ast.UnaryOp() | ast.Compare():
                return not self._acts
        return isinstance(node, _WITHOUT_EFFECT)

    def _is_pure_call(self, node: ast.Call) -> bool:
        """Whether a call computes something, without effects and without chance."""
        name = own_name(node.func)
        if name in _HAS_EFFECTS or any(word in name for word in _RANDOM) or written_by(node):
            return False
        if any("training" in (item.arg or "") for item in node.keywords):
            return False
        record = self._callees.record(node)
        is_function = record is not None and record.imported is not None
        is_pure = self._callees.of(node).does is Does.PASSES
        if is_function and not self._callees.is_of_library(node):
            return False
        if not is_function and self._callees.is_layer(node):
            return False
        return is_pure and isinstance(node.func, ast.Attribute)


def _suspends(node: ast.AST) -> bool:
    """Whether an expression binds a name that others may read, or hands control to other code."""
    return any(isinstance(part, _SUSPENDING) for part in nodes_of(node))
