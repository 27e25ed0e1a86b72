"""Whether a call can be evaluated before the rest of its statement without anybody noticing."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator

from flake8_nograd.syntax.bindings import Bindings
from flake8_nograd.syntax.expressions import own_name
from flake8_nograd.torch_model.needs.callees import Callees, Does
from flake8_nograd.torch_model.needs.in_place import written_by
from flake8_nograd.vocabulary import escapes, methods

_ALWAYS_EVALUATED = (
    *(ast.Call, ast.keyword, ast.BinOp, ast.UnaryOp, ast.Attribute, ast.Subscript, ast.Starred),
    *(ast.Tuple, ast.List, ast.Set, ast.Dict),
)
_WITHOUT_EFFECT = (
    *(ast.Name, ast.Constant, ast.Attribute, ast.Subscript, ast.BinOp, ast.UnaryOp, ast.Slice),
    *(ast.Tuple, ast.List, ast.Set, ast.Dict, ast.Starred, ast.keyword, ast.operator),
    *(ast.unaryop, ast.expr_context, ast.Compare, ast.cmpop),
)
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
    ) -> None:
        self._bindings = bindings
        self._callees = callees
        self._changed = changed
        self._is_overloaded = is_overloaded
        self._changes_parts = changes_parts

    def why_not_hoisted(self, node: ast.Call) -> str:
        """Why a call cannot be moved above its statement; empty if it can."""
        if any(isinstance(part, _SUSPENDING) for part in ast.walk(node)):
            return "it binds a name or suspends"
        statement = self._bindings.statement_of(node)
        scope = self._bindings.scope_of(statement)
        if isinstance(scope, ast.ClassDef) or self._lists_names(scope):
            return "a further name would be seen"
        if not _is_evaluated(node, statement, self._bindings):
            return "it is evaluated under a condition, again and again, or later"
        for other in _before(node, statement):
            if not self._is_quiet(other):
                return (
                    f"what comes before it in the statement may have effects (line {other.lineno})"
                )
        return ""

    def _lists_names(self, scope: ast.AST) -> bool:
        names = escapes.REFLECTION | {"dir"}
        return any(
            isinstance(part, ast.Call) and getattr(part.func, "id", "") in names
            for part in ast.walk(scope)
        )

    def _is_quiet(self, node: ast.expr) -> bool:
        """Whether evaluating an expression changes nothing, and gives the same a little later."""
        match node:
            case ast.Call():
                return self._is_pure_call(node)
            case ast.Attribute(attr=name):
                return name not in self._changed and not self._is_overloaded
            case ast.Subscript():
                return not self._changes_parts and not self._is_overloaded
            case ast.BinOp() | ast.UnaryOp() | ast.Compare():
                return not self._is_overloaded
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
        if not is_function and self._callees.is_layer(node):
            return False
        return is_pure and isinstance(node.func, ast.Attribute)


def _is_evaluated(node: ast.expr, statement: ast.stmt, bindings: Bindings) -> bool:
    """Whether the statement evaluates the call exactly once, whatever happens."""
    inner: ast.AST = node
    for outer in list(bindings.around(node))[1:]:
        if outer is statement:
            return _is_header_once(inner, statement)
        if isinstance(outer, ast.IfExp):
            if inner is not outer.test:
                return False
        elif isinstance(outer, ast.BoolOp):
            if inner is not outer.values[0]:
                return False
        elif isinstance(outer, ast.Compare):
            if inner is not outer.left and inner is not outer.comparators[0]:
                return False
        elif not isinstance(outer, _ALWAYS_EVALUATED):
            return False
        inner = outer
    return False


def _is_header_once(part: ast.AST, statement: ast.stmt) -> bool:
    match statement:
        case ast.Assign(value=value) | ast.AnnAssign(value=value) | ast.Return(value=value):
            return part is value
        case ast.Expr(value=value):
            return part is value
        case ast.AugAssign(target=ast.Name(), value=value):
            return part is value
        case ast.If(test=test):
            return part is test
    return False


def _before(node: ast.expr, statement: ast.stmt) -> Iterator[ast.expr]:
    """The expressions of a statement that are evaluated before a call."""
    start = (node.lineno, node.col_offset)
    todo: list[ast.AST] = [
        child for child in ast.iter_child_nodes(statement) if not isinstance(child, ast.stmt)
    ]
    if isinstance(statement, ast.Assign):
        todo = [statement.value]
    while todo:
        part = todo.pop()
        if part is node:
            continue
        todo.extend(ast.iter_child_nodes(part))
        if isinstance(part, ast.expr):
            end = (part.end_lineno or 0, part.end_col_offset or 0)
            if end <= start:
                yield part
