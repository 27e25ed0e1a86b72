"""How a file calls torch at a given place, and the import it needs if it does not."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from flake8_nograd.fixing.edits import Import
from flake8_nograd.fixing.import_placement import is_optional, place_import, runs_elsewhere
from flake8_nograd.fixing.outline import Outline, Statement
from flake8_nograd.syntax.bindings import FunctionNode
from flake8_nograd.syntax.expressions import header, own_nodes

_HOMES = ("torch", "torch.autograd", "torch.autograd.grad_mode")


@dataclass(frozen=True, slots=True)
class Spelling:
    """The text of a guard, and the import that makes it valid if one is missing.

    `is_optional` says that the place may be reached although the name could not be imported.
    """

    text: str
    needs: Import | None = None
    is_optional: bool = False


class _Scope:
    """A module, class or function: the names it binds and the imports among them."""

    def __init__(self, owner: Statement | None, statements: Sequence[Statement]) -> None:
        self.owner = owner
        self.bound: set[str] = set()
        self.imports: defaultdict[str, list[tuple[Statement, str]]] = defaultdict(list)
        if owner is not None and isinstance(owner.node, FunctionNode):
            self.bound.update(_parameters(owner.node))
        for statement in statements:
            self._read(statement)

    def _read(self, statement: Statement) -> None:
        node = statement.node
        if isinstance(node, ast.Import | ast.ImportFrom):
            for name, origin in _imported(node):
                self.imports[name].append((statement, origin))
        elif not _is_fallback(statement):
            self.bound.update(_bound_by(node))


class Names:
    """Looks up how torch's guards can be spelled."""

    def __init__(self, outline: Outline) -> None:
        self._outline = outline
        members: defaultdict[Statement | None, list[Statement]] = defaultdict(list)
        for statement in outline.statements:
            members[_scope_owner(statement)].append(statement)
        owners = [None, *(item for item in outline.statements if _opens_scope(item.node))]
        self._scopes = {owner: _Scope(owner, members[owner]) for owner in owners}

    def spell(self, guard: str, place: Statement) -> Spelling | None:
        """How to call a guard in a statement at this place; None if every name is taken."""
        scopes = list(self._visible(place))
        for number, scope in enumerate(scopes):
            nearer = scopes[:number]
            for name, origin in self._torch_names(scope, place, is_own=number == 0):
                if any(name in other.bound or name in other.imports for other in nearer):
                    continue
                text = _spelling(guard, name, origin)
                if text is not None:
                    imports = scope.imports[name]
                    optional = all(is_optional(statement, place) for statement, _ in imports)
                    return Spelling(text, is_optional=optional)
        return self._with_import(guard, scopes, place)

    def _visible(self, place: Statement) -> Iterator[_Scope]:
        """The scopes in which a name is looked up, innermost first."""
        own = _scope_owner(place)
        yield self._scopes[own]
        if own is None:
            return
        for around in own.chain:
            if around is not own and isinstance(around.node, FunctionNode):
                yield self._scopes[around]
        yield self._scopes[None]

    def _torch_names(self, scope: _Scope, place: Statement, is_own: bool) -> list[tuple[str, str]]:
        """Names bound to torch, to a module of it or to a guard; guards first."""
        found = [
            (name, origins[0][1])
            for name, origins in scope.imports.items()
            if name not in scope.bound
            and len({origin for _, origin in origins}) == 1
            and any(_reaches(statement, place, is_own) for statement, _ in origins)
        ]
        return sorted(found, key=lambda pair: (pair[1] in _HOMES, pair[1] != "torch"))

    def _with_import(
        self, guard: str, scopes: Sequence[_Scope], place: Statement
    ) -> Spelling | None:
        taken: set[str] = set()
        for scope in scopes:
            taken |= scope.bound
            taken |= {
                name
                for name, rows in scope.imports.items()
                if scope.owner is not None or any(origin != "torch" for _, origin in rows)
            }
        for name, text, code in (
            ("torch", f"torch.{guard}()", "import torch"),
            (guard, f"{guard}()", f"from torch import {guard}"),
        ):
            if name not in taken:
                needs = place_import(self._outline, code, place)
                anchor = self._outline.statements[needs.anchor]
                return Spelling(text, needs, is_optional(anchor, place))
        return None


def _spelling(guard: str, name: str, origin: str) -> str | None:
    if origin in _HOMES:
        return f"{name}.{guard}()"
    home, _, last = origin.rpartition(".")
    return f"{name}()" if home in _HOMES and last == guard else None


def _scope_owner(statement: Statement) -> Statement | None:
    around = statement.around
    return (
        next((item for item in around.chain if _opens_scope(item.node)), None) if around else None
    )


def _opens_scope(node: ast.stmt) -> bool:
    return isinstance(node, FunctionNode | ast.ClassDef)


def _reaches(statement: Statement, place: Statement, is_own: bool) -> bool:
    """Whether an import has run when the place is reached."""
    for around in statement.chain:
        if isinstance(around.node, ast.If) and runs_elsewhere(around.node.test):
            return around in place.chain
        if around in place.chain:
            break
    if not is_own:
        return True
    for around in statement.chain:
        beside = next((item for item in place.chain if item.suite is around.suite), None)
        if beside is not None:
            return around.index < beside.index
        if not isinstance(around.around and around.around.node, ast.Try | ast.With):
            return False
    return False


def _imported(node: ast.Import | ast.ImportFrom) -> Iterator[tuple[str, str]]:
    """The names an import binds and where each comes from."""
    for alias in node.names:
        if isinstance(node, ast.ImportFrom):
            home = "." * node.level + (node.module or "")
            yield alias.asname or alias.name, f"{home}.{alias.name}"
        elif alias.asname:
            yield alias.asname, alias.name
        else:
            root = alias.name.split(".")[0]
            yield root, root


def _is_fallback(statement: Statement) -> bool:
    """Whether this is the `torch = None` of a failed import."""
    return (
        isinstance(statement.node, ast.Assign)
        and isinstance(statement.node.value, ast.Constant)
        and statement.node.value.value is None
        and statement.around is not None
        and isinstance(statement.around.node, ast.Try)
    )


def _parameters(node: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[str]:
    arguments = node.args
    for argument in (
        *arguments.posonlyargs,
        *arguments.args,
        *arguments.kwonlyargs,
        *filter(None, (arguments.vararg, arguments.kwarg)),
    ):
        yield argument.arg


def _bound_by(node: ast.stmt) -> Iterator[str]:
    """The names a statement binds itself, imports and nested statements left out."""
    if isinstance(node, FunctionNode | ast.ClassDef):
        yield node.name
        return
    if isinstance(node, ast.Try):
        yield from (handler.name for handler in node.handlers if handler.name)
        return
    for inner in own_nodes(header(node)):
        if isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Store | ast.Del):
            yield inner.id
        elif isinstance(inner, ast.MatchAs | ast.MatchStar) and inner.name:
            yield inner.name
        elif isinstance(inner, ast.MatchMapping) and inner.rest:
            yield inner.rest
