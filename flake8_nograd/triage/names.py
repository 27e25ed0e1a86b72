"""Access paths: what an expression such as `self.net.encode` is called by."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping

# The names of an access such as `self.net.encode`. What is read from anything but a name begins
# with the last name in that and brackets: `nets[]`, `encode` for `nets[0].encode`.
Path = tuple[str, ...]


def path_of(node: ast.expr) -> tuple[Path, tuple[ast.expr, ...]]:
    """The names of an access, and what they are read from unless it is one of them."""
    names: list[str] = []
    while node.__class__ is ast.Attribute:
        names.append(node.attr)
        node = node.value
    if node.__class__ is ast.Name:
        return (node.id, *names[::-1]), ()
    return (f"{_last_name(node)}[]", *names[::-1]), (node,)


def dotted_names(path: Path, imported: Mapping[str, Iterable[str]]) -> list[str]:
    """What a path stands for if its first name is one of those that are imported."""
    names = imported.get(path[0], ())
    return [".".join((name, *path[1:])) for name in names]


def bare(name: str) -> str:
    """A name of a path without brackets."""
    return name.removesuffix("[]")


def _last_name(node: ast.expr) -> str:
    """The last name in an access such as `self.nets[0]`; empty if there is none."""
    while isinstance(node, ast.Subscript):
        node = node.value
    return str(getattr(node, "attr", "") or getattr(node, "id", ""))
