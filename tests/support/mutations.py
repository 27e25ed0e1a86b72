"""Programs made from programs: statements taken out and put in, names that say nothing."""

from __future__ import annotations

import ast
import builtins
from random import Random
from typing import Any

_KEPT = frozenset(dir(builtins)) | {"self", "cls", "forward"}
_INSERTED = (
    "print({model}({x}).item())",
    "{model}.eval()",
    "{y} = {model}({x})",
    "{y} = {model}",
    "{y} = {model}.answer({x}).detach()",
    "print({model}.answer({x}).item())",
    "{y} = {model}.forward({x})",
    "for {y} in {model}: print({y}({x}).argmax())",
    "{model}.{part} = {x}",
    "{y} = {model}.{part}",
    "{y} = self({x}).item()",
    "{y} = lambda t: {model}(t).item()",
    "{x}.backward()",
    "with torch.no_grad():\n    {y} = {model}({x})",
    "def {y}(t):\n    return {model}(t)",
)
_METHODS = (
    "def answer(self, x):\n    return self.{part}(x)",
    "def answer(self, x):\n    self.eval()\n    return self.{part}(x).item()",
    "def answer(self, x):\n    return self(x).item()",
    "def answer(self, x):\n    return [step(self, x).item() for step in (type(self),)]",
    "def answer(self, x):\n    x.backward()\n    return self.{part}(x).item()",
    "def validate(self, x):\n    return self.{part}(x).item()",
    "def on_step(self, x):\n    print(self.{part}(x).item())",
    "@property\ndef answer(self):\n    return self.{part}",
)


def mutant(program: str, random: Random) -> str:
    """A program that Python can parse, in a few places another than the given one."""
    tree = ast.parse(program)
    if random.random() < 0.6:
        _take_out(tree, random, random.choice((0.05, 0.15, 0.3, 0.6)))
    if random.random() < 0.6:
        tree = _Renamer(tree, random, random.choice((0.3, 1.0))).visit(tree)
    if random.random() < 0.6:
        _put_in(tree, random, random.randint(1, 4))
    for node in [node for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]:
        if random.random() < 0.6:
            text = random.choice(_METHODS).format(part=random.choice(_parts(tree)))
            node.body.extend(ast.parse(text).body)
    return ast.unparse(ast.fix_missing_locations(tree))


def _suites(tree: ast.AST) -> list[list[ast.stmt]]:
    suites = (
        getattr(node, field, None)
        for node in ast.walk(tree)
        for field in ("body", "orelse", "finalbody")
    )
    return [suite for suite in suites if suite and isinstance(suite, list)]


def _parts(tree: ast.AST) -> list[str]:
    """The attributes that a program mentions; "part" in a program without any."""
    found = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    return sorted(found) or ["part"]


def _take_out(tree: ast.AST, random: Random, share: float) -> None:
    for suite in _suites(tree):
        suite[:] = [item for item in suite if random.random() >= share] or [ast.Pass()]


def _put_in(tree: ast.AST, random: Random, count: int) -> None:
    names = sorted({node.id for node in ast.walk(tree) if isinstance(node, ast.Name)} | {"self"})
    parts = _parts(tree)
    suites = _suites(tree)
    for _ in range(count):
        owner = f"self.{random.choice(parts)}"
        text = random.choice(_INSERTED).format(
            model=random.choice((random.choice(names), owner, f"{owner}[0]")),
            x=random.choice(names),
            y=random.choice([name for name in names if name != "self"] or ["y"]),
            part=random.choice(parts),
        )
        suite = random.choice(suites)
        suite[random.randint(0, len(suite)) : 0] = ast.parse(text).body


class _Renamer(ast.NodeTransformer):
    """Gives some of the names that a program binds a name without a meaning."""

    def __init__(self, tree: ast.AST, random: Random, share: float) -> None:
        names: set[str] = set()
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.ClassDef):
                names.add(node.name)
            elif isinstance(node, ast.arg):
                names.add(node.arg)
            elif isinstance(getattr(node, "ctx", None), ast.Store):
                names.add(getattr(node, "id", "") or getattr(node, "attr", ""))
        own = sorted(name for name in names - _KEPT if name and not name.startswith("__"))
        self._new = {old: f"zq{n}" for n, old in enumerate(own) if random.random() < share}

    def visit(self, node: ast.AST) -> Any:
        """Rename what a node says, and what is in it."""
        for field in ("id", "attr", "arg", "name"):
            name = getattr(node, field, None)
            if isinstance(name, str) and not isinstance(node, ast.alias):
                setattr(node, field, self._new.get(name, name))
        return super().visit(node)
