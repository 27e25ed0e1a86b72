"""The names that a value comes from within one function: what is called, read and derived."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterable, Iterator

from flake8_nograd.syntax.access_path import access_path
from flake8_nograd.syntax.expressions import children_of
from flake8_nograd.vocabulary import methods

TRAINED, RETURNED, STORED = "<trained>", "<returned>", "<stored>"
_SAME = methods.RETURNS_SELF | methods.WRAPPED_MODULE


class ValueNames:
    """Where values go between the names of a function, without regard to the order.

    A call is a name too, `#` and the place of its expression; so are the ends TRAINED, RETURNED
    and STORED.
    """

    def __init__(self) -> None:
        self._sources: defaultdict[str, set[str]] = defaultdict(set)

    def lead(self, sources: Iterable[str], target: str) -> None:
        """A target is computed from sources."""
        self._sources[target].update(sources)

    def attributes_reached(self) -> dict[str, list[str]]:
        """Of each name the attributes of `self` into which its value may get."""
        found: defaultdict[str, list[str]] = defaultdict(list)
        for path in [name for name in self._sources if name.startswith("self.")]:
            for name in self.reaching(path):
                found[name].append(path)
        return found

    def reaching(self, end: str) -> set[str]:
        """All names from which a value may get to an end."""
        seen = {end}
        todo = [end]
        while todo:
            for source in self._sources.get(todo.pop(), ()):
                if source not in seen:
                    seen.add(source)
                    todo.append(source)
        return seen


def name_of_call(node: ast.Call) -> str:
    """The name of a call among the values of its function."""
    return f"#{node.lineno}:{node.col_offset}:{node.end_col_offset}"


def sources_of(node: ast.expr) -> Iterator[str]:
    """The names and calls from which the value of an expression is computed with its graph."""
    todo: list[ast.AST] = [node]
    while todo:
        part = todo.pop()
        if isinstance(part, ast.Call):
            function = part.func
            if isinstance(function, ast.Attribute) and function.attr in methods.CUTS:
                continue
            yield name_of_call(part)
            todo += part.args
            todo += (keyword.value for keyword in part.keywords)
            if isinstance(function, ast.Attribute):
                todo.append(function.value)
        elif isinstance(part, ast.Attribute):
            if part.attr not in methods.CUT_ATTRIBUTES:
                yield access_path(part)
                todo.append(part.value)
        elif isinstance(part, ast.Name):
            yield part.id
        elif not isinstance(part, ast.Compare | ast.Lambda | ast.Constant):
            todo += children_of(part)


def _leaves_out_gradient(keyword: ast.keyword) -> bool:
    """Whether an argument says that what is made is not trained."""
    value = keyword.value
    is_off = isinstance(value, ast.Constant) and value.value is False
    return keyword.arg == "requires_grad" and is_off


def makers_of(value: ast.expr) -> list[str]:
    """What makes a value, in either branch of a conditional expression; see `made_by`."""
    if isinstance(value, ast.IfExp):
        made = dict.fromkeys((*makers_of(value.body), *makers_of(value.orelse)))
        return [item for item in made if item not in ("None", "0")] or list(made)
    return [made_by(value)]


def methods_in(makers: Iterable[str]) -> Iterator[str]:
    """The methods that a variable stands for: `run = self.fast if quick else self.slow`."""
    return (item for item in makers if "." in item and not item.endswith("()"))


def made_by(node: ast.expr | None) -> str:
    """What makes a value: `Net()` for a call of `Net`, `net` for a name, "" for anything else."""
    while node is not None:
        if isinstance(node, ast.Call):
            if any(map(_leaves_out_gradient, node.keywords)):
                return "0"
            function = node.func
            if isinstance(function, ast.Attribute) and function.attr in _SAME:
                node = function.value
                continue
            path = access_path(function)
            return f"{path}()" if path and "[" not in path else ""
        if isinstance(node, ast.Attribute) and node.attr in _SAME:
            node = node.value
            continue
        if isinstance(node, ast.Constant):
            return repr(node.value)[:20] or "''"
        if isinstance(node, ast.BinOp | ast.UnaryOp | ast.Compare | ast.JoinedStr):
            return "0"  # something that is computed
        if isinstance(node, ast.Dict) and not node.keys:
            return "0"
        if isinstance(node, ast.List) and not node.elts:
            return "0"
        if isinstance(node, ast.IfExp):
            made = made_by(node.body)
            node = node.orelse if made in ("None", "0") else node.body
            continue
        if isinstance(node, ast.Await | ast.NamedExpr):
            node = node.value
            continue
        path = access_path(node)
        return "" if "[" in path else path
    return "None"


def unscaled(node: ast.expr) -> ast.expr:
    """The loss in `(loss / steps)` and in `scaler.scale(loss)`."""
    match node:
        case ast.BinOp(op=ast.Div() | ast.Mult()):
            return node.left
        case ast.Call(func=ast.Attribute(attr="scale"), args=[scaled]):
            return scaled
        case _:
            return node
