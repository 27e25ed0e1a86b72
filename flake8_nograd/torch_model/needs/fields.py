"""What a file stores under the name of an attribute, in whatever object."""

from __future__ import annotations

import ast
import sys
from collections import defaultdict
from collections.abc import Callable, Container, Iterator

from flake8_nograd.syntax.accumulations import names_in
from flake8_nograd.syntax.bindings import Bindings
from flake8_nograd.syntax.expressions import nodes_of, own_name
from flake8_nograd.torch_model.needs.in_place import written_by
from flake8_nograd.vocabulary import escapes

_STORING = frozenset("setattr __setattr__".split())
_ALIASING = (
    *(ast.Assign, ast.AnnAssign, ast.NamedExpr, ast.Return, ast.Yield, ast.For, ast.comprehension),
    *(ast.Tuple, ast.List, ast.Dict, ast.IfExp, ast.BoolOp, ast.Starred),
)
_REBINDS = frozenset("exec globals".split())


class Stores:
    """What a file stores where, by its syntax alone."""

    def __init__(self, bindings: Bindings) -> None:
        self.values: defaultdict[str, list[ast.expr | None]] = defaultdict(list)
        self.aliased: set[str] = set()
        self.asked_to_record: set[str] = set()
        self.star_imports: list[int] = []
        self.any_name = False
        self.rebinds_globals = False
        self.keeps_graph_of_gradients = False
        for node in bindings.parents:
            self._note(node, bindings)

    def _note(self, node: ast.AST, bindings: Bindings) -> None:
        if isinstance(node, ast.Attribute):
            if isinstance(node.ctx, ast.Store):
                self.values[node.attr].append(_assigned(node, bindings))
                if node.attr == "requires_grad":
                    self.asked_to_record.update(names_in([node.value]))
            elif node.attr in ("__dict__", "modules"):
                self.any_name = self.any_name or node.attr == "__dict__"
                self.rebinds_globals = True
            elif isinstance(bindings.parents[node], _ALIASING):
                self.aliased.add(node.attr)
        elif isinstance(node, ast.Subscript):
            if isinstance(node.ctx, ast.Store) and isinstance(node.value, ast.Attribute):
                self.values[node.value.attr].append(_assigned(node, bindings))
        elif isinstance(node, ast.Call):
            self._note_call(node)
        elif isinstance(node, ast.ClassDef):
            for statement in node.body:
                for name, value in _named_in_class(statement):
                    self.values[name].append(value)
        elif isinstance(node, ast.ImportFrom) and node.names[0].name == "*":
            self.star_imports += [] if is_known_import(node, "*") else [node.lineno]

    def _note_call(self, node: ast.Call) -> None:
        name = own_name(node.func)
        self.rebinds_globals |= name in _REBINDS or (name in ("vars", "locals") and not node.args)
        self.any_name |= name == "vars" and bool(node.args)
        self.keeps_graph_of_gradients |= any(item.arg == "create_graph" for item in node.keywords)
        for target in written_by(node):
            if isinstance(target, ast.Attribute):
                self.values[target.attr] += [item for item in node.args if item is not target]
        if name == "requires_grad_" and isinstance(node.func, ast.Attribute):
            self.asked_to_record.update(names_in([node.func.value]))
        if name == "register_buffer" and len(node.args) > 1:
            self.values[str(getattr(node.args[0], "value", ""))].append(node.args[1])
        if name in _STORING and len(node.args) >= 3 - (name != "setattr"):
            key, value = node.args[-2:]
            if isinstance(key, ast.Constant):
                self.values[str(key.value)].append(value)
            elif not isinstance(value, ast.Constant):
                self.any_name = True
            self.rebinds_globals |= name == "setattr" and not isinstance(node.args[0], ast.Name)


class Fields:
    """Whether the values that are given to attributes have a graph."""

    def __init__(self, stores: Stores, is_plain: Callable[[ast.expr], bool]) -> None:
        self._stores = stores
        self._is_plain = is_plain
        self._known: dict[str, bool] = {}

    def is_kept_plain(self, name: str) -> bool:
        """Whether the file itself makes what an attribute is, and puts nothing else into it."""
        stores = self._stores
        return name in stores.values and name not in stores.aliased and self.is_plain(name)

    def is_plain(self, name: str) -> bool:
        """Whether nothing with a graph is stored in attributes of a name."""
        if self._stores.any_name:
            return False
        known = self._known.get(name)
        if known is None:
            self._known[name] = True
            known = all(
                value is not None and self._is_plain(value)
                for value in self._stores.values.get(name, ())
            )
            self._known[name] = known
            if not known:  # what was claimed on the way may have rested on this
                self._known = {key: value for key, value in self._known.items() if not value}
        return known


def _assigned(node: ast.expr, bindings: Bindings) -> ast.expr | None:
    """What an assignment gives to a target; None if it is taken apart or looped over."""
    outer = bindings.parents[node]
    if isinstance(outer, ast.Assign | ast.AnnAssign | ast.AugAssign):
        return outer.value
    if isinstance(outer, ast.Tuple | ast.List):
        assign = bindings.parents[outer]
        value = assign.value if isinstance(assign, ast.Assign) else None
        if isinstance(value, ast.Tuple | ast.List) and len(value.elts) == len(outer.elts):
            return value.elts[outer.elts.index(node)]
        return value
    return None


def _named_in_class(statement: ast.stmt) -> Iterator[tuple[str, ast.expr | None]]:
    if isinstance(statement, ast.Assign):
        for target in statement.targets:
            for part in nodes_of(target):
                if isinstance(part, ast.Name):
                    yield part.id, statement.value
    elif isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
        if statement.value is not None:
            yield statement.target.id, statement.value
    elif isinstance(statement, ast.With | ast.For | ast.If | ast.Try | ast.While):
        for part in nodes_of(statement):
            if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store):
                yield part.id, None


def is_known_import(node: ast.AST, name: str) -> bool:
    """Whether an import gives a name something of a package whose contents are known."""
    return is_import_of(node, name, escapes.KNOWN_PACKAGES | sys.stdlib_module_names)


def is_import_of(node: ast.AST, name: str, packages: Container[str]) -> bool:
    """Whether an import gives a name one of some packages, or something out of one."""
    if isinstance(node, ast.ImportFrom):
        return not node.level and (node.module or "").partition(".")[0] in packages
    if isinstance(node, ast.Import):
        aliases = (
            item for item in node.names if (item.asname or item.name.partition(".")[0]) == name
        )
        return all(item.name.partition(".")[0] in packages for item in aliases)
    return False
