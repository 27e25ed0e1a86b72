"""What stands around some code, or in it, and speaks about a guard there."""

from __future__ import annotations

import ast
from collections.abc import Callable, Container, Iterator, Sequence
from functools import cached_property
from itertools import pairwise

from flake8_nograd.patterns import lazy_pattern
from flake8_nograd.syntax.bindings import Bindings, FunctionNode
from flake8_nograd.syntax.expressions import all_nodes, dotted, last_name, own_name
from flake8_nograd.vocabulary.grad_modes import GUARD_NAMES
from flake8_nograd.vocabulary.guard_calls import is_guard, is_recording_switch

_FAST_PATH = ("TransformerEncoder", "TransformerEncoderLayer")
_WHOLE = "Transformer"  # torch's has encoders inside; others may bear the name
_SCRIPTED = lazy_pattern(r"(^|\.)(jit\.(script\w*|export|ignore|unused)|script_method)$")
_TRANSPARENT = frozenset("staticmethod classmethod property abstractmethod override".split())
_CONTEXT_MANAGERS = frozenset({"contextmanager", "asynccontextmanager"})
_SEES_FRAMES = frozenset(
    "_getframe currentframe getouterframes extract_stack format_stack print_stack walk_stack"
    " format_exc extract_tb setrecursionlimit getrecursionlimit getfullargspec getsource"
    " getsourcelines".split()
)
_OF_FUNCTIONS = frozenset("__code__ __defaults__ __kwdefaults__ __globals__ __wrapped__".split())


def deferred(node: ast.Call, bindings: Bindings) -> str:
    """Why a forward pass does not run where it is written; empty if it does."""
    why = ""
    for inner, outer in pairwise(bindings.around(node)):
        if isinstance(inner, ast.Lambda):
            why = "the forward pass runs when the lambda is called, maybe out of reach of a guard"
        elif isinstance(inner, ast.GeneratorExp) and not isinstance(outer, ast.Call):
            why = "the forward pass runs when the generator expression is consumed"
        elif isinstance(inner, ast.stmt):
            break
    return why


def set_by_hand(statement: ast.stmt, bindings: Bindings) -> tuple[bool, int] | None:
    """Whether recording is switched on by hand around a statement, and the line.

    None if nothing in the function switches it on or off.
    """
    for expression in _modes(statement, bindings):
        if is_guard(expression):
            return False, expression.lineno
        if is_recording_switch(expression) or last_name(expression) == "enable_grad":
            return True, expression.lineno
    return None


def _modes(statement: ast.stmt, bindings: Bindings) -> Iterator[ast.expr]:
    """The context managers and decorators that a statement runs under, innermost first."""
    for around in list(bindings.around(statement))[1:]:
        if isinstance(around, ast.With):
            yield from (item.context_expr for item in around.items)
        elif isinstance(around, FunctionNode):
            if isinstance(around, ast.FunctionDef):
                yield from reversed(around.decorator_list)
            return


def asks_for_recording(code: Sequence[ast.AST]) -> str:
    """Why code has to record that differentiates nothing itself."""
    for node in all_nodes(code):
        if _asks_for_gradient(node):
            return f"the block asks for a gradient (line {getattr(node, 'lineno', 0)})"
        if isinstance(node, ast.Call) and is_recording_switch(node):
            return f"the block switches recording itself (line {node.lineno})"
    return ""


def _asks_for_gradient(node: ast.AST) -> bool:
    match node:
        case ast.Call(keywords=keywords):
            return any(
                isinstance(value, ast.Constant) and value.value is True
                for value in (item.value for item in keywords if item.arg == "requires_grad")
            )
        case ast.Assign(targets=targets, value=ast.Constant(value=True)):
            return any(last_name(target) == "requires_grad" for target in targets)
    return False


def autocasts_around(
    code: Sequence[ast.AST], bindings: Bindings
) -> Iterator[ast.With | ast.AsyncWith]:
    """The autocast blocks of the same function that stand around statements."""
    for around in list(bindings.around(code[0]))[1:]:
        if isinstance(around, FunctionNode):
            return
        if isinstance(around, ast.With | ast.AsyncWith) and any(
            "autocast" in last_name(item.context_expr) for item in around.items
        ):
            yield around


def _names_fast_path(node: ast.AST) -> bool:
    """Whether a module is named that computes otherwise when nothing is recorded."""
    match node:
        case ast.Name(id=name):
            return name in _FAST_PATH
        case ast.Attribute(attr=name, value=owner):
            return name in _FAST_PATH or (name == _WHOLE and last_name(owner) == "nn")
        case ast.ImportFrom(module=module, names=names):
            known = (*_FAST_PATH, _WHOLE) if module == "torch.nn" else _FAST_PATH
            return any(item.name in known for item in names)
    return False


def _has_keyword(node: ast.AST, names: Container[str]) -> bool:
    return isinstance(node, ast.keyword) and node.arg in names


_MASKED_ATTENTION: tuple[Callable[[ast.AST], bool], ...] = (
    lambda node: own_name(node) == "MultiheadAttention",
    lambda node: _has_keyword(node, {"batch_first"}),
    lambda node: _has_keyword(node, {"key_padding_mask", "attn_mask"}),
)


class WholeFile:
    """What the rest of a file means for any guard in it."""

    def __init__(self, nodes: Sequence[ast.AST]) -> None:
        self._nodes = nodes

    @cached_property
    def computes_other_values(self) -> str:
        """Why a guard may change numbers although nobody needs a graph."""
        if any(map(_names_fast_path, self._nodes)):
            return "nn.TransformerEncoder computes other values at padded positions"
        if all(any(does(node) for node in self._nodes) for does in _MASKED_ATTENTION):
            return "nn.MultiheadAttention computes other values where all is masked"
        return ""

    @cached_property
    def _owners(self) -> dict[ast.stmt, ast.ClassDef]:
        classes = (node for node in self._nodes if isinstance(node, ast.ClassDef))
        return {statement: cls for cls in classes for statement in cls.body}

    @cached_property
    def _scripted(self) -> set[str]:
        return {
            last_name(call.args[0])
            for call in self._nodes
            if isinstance(call, ast.Call) and last_name(call.func) == "script" and call.args
        }

    @cached_property
    def _looks_into_functions(self) -> str:
        for inner in self._nodes:
            if isinstance(inner, ast.Call) and _sees_frames(inner):
                return f"the file looks at its callers (line {inner.lineno})"
            if isinstance(inner, ast.Constant) and inner.value in _OF_FUNCTIONS:
                return f"the file looks into functions (line {inner.lineno})"
            if isinstance(inner, ast.Attribute) and inner.attr in _OF_FUNCTIONS:
                return f"the file looks into functions (line {inner.lineno})"
        return ""

    def is_scripted(self, node: FunctionNode) -> bool:
        """Whether TorchScript compiles a function; it silently drops a guard above the `def`."""
        if any(_SCRIPTED.search(dotted(decorator)) for decorator in node.decorator_list):
            return True
        owner = self._owners.get(node)
        if owner is not None and any(last_name(base) == "ScriptModule" for base in owner.bases):
            return True
        return node.name in self._scripted or (owner is not None and bool(self._scripted))

    def drops_decorators(self, node: FunctionNode) -> bool:
        """Whether a guard above a `def` would not work, or stands there already."""
        names = {last_name(decorator) for decorator in node.decorator_list}
        is_special = node.name == "forward" or self.is_scripted(node)
        return is_special or not names.isdisjoint(_CONTEXT_MANAGERS | GUARD_NAMES)

    def sees_decorators(self, node: FunctionNode) -> str:
        """Why others may see that a function is another one once it is decorated."""
        for decorator in node.decorator_list:
            if last_name(decorator) not in _TRANSPARENT:
                line = decorator.lineno
                return f"another decorator may do anything with the function (line {line})"
        return self._looks_into_functions


def _sees_frames(call: ast.Call) -> bool:
    """Whether a call tells of the functions around it, of which a decorator is one."""
    return last_name(call.func) in _SEES_FRAMES or dotted(call.func) == "inspect.stack"
