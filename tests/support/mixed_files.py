"""Generated programs of two files: what stands alone is imported from the other one."""

from __future__ import annotations

import ast
import builtins
import contextlib
import importlib
import sys
from collections.abc import Iterator
from pathlib import Path

from behaviour import Behaviour, behaviour
from mixed_programs import Program
from mixed_trials import Trial, fix

from flake8_nograd.fixing import Style

_OTHER = "nets"
_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def parted(text: str) -> tuple[str, str] | None:
    """The text without the definitions that stand alone, and these; None if there are none."""
    tree = ast.parse(text)
    imports = [item for item in tree.body if isinstance(item, ast.Import | ast.ImportFrom)]
    known = {alias.asname or alias.name for item in imports for alias in item.names}
    moved: list[ast.stmt] = []
    for statement in tree.body:
        if isinstance(statement, _DEFINITIONS) and _free_names(statement) <= known:
            moved.append(statement)
            known.add(statement.name)
    if not moved:
        return None
    names = ", ".join(item.name for item in moved if isinstance(item, _DEFINITIONS))
    rest = [item for item in tree.body if item not in moved and item not in imports]
    head = "\n".join(map(ast.unparse, imports))
    main = "\n".join([head, f"from {_OTHER} import {names}", *map(ast.unparse, rest), ""])
    return main, "\n".join([head, *map(ast.unparse, moved), ""])


def _free_names(definition: ast.stmt) -> set[str]:
    """The names that a definition may take from the file around it."""
    names = {node.id for node in ast.walk(definition) if isinstance(node, ast.Name)}
    own = {node.arg for node in ast.walk(definition) if isinstance(node, ast.arg)}
    own |= {
        node.id
        for node in ast.walk(definition)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }
    return names - own - set(dir(builtins))


def try_out_in_two_files(program: Program, style: Style, folder: Path) -> Trial | None:
    """Part a program, run it, mend both files safely and run it again."""
    parts = parted(program.text)
    if parts is None:
        return None
    (folder / "pyproject.toml").touch()
    paths = [folder / "main.py", folder / f"{_OTHER}.py"]
    before = _run(paths, parts)
    fixed = [
        fix(text, str(path), style).after.decode() for path, text in zip(paths, parts, strict=True)
    ]
    after = before if tuple(fixed) == parts else _run(paths, fixed)
    return Trial(program, "".join(parts), "".join(fixed), before, after)


def _run(paths: list[Path], texts: tuple[str, ...] | list[str]) -> Behaviour:
    for path, text in zip(paths, texts, strict=True):
        path.write_text(text, encoding="utf-8")
    with _importable(paths[0].parent):
        return behaviour(texts[0], str(paths[0]))


@contextlib.contextmanager
def _importable(folder: Path) -> Iterator[None]:
    writes, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    sys.path.insert(0, str(folder))
    importlib.invalidate_caches()
    try:
        yield
    finally:
        sys.modules.pop(_OTHER, None)
        sys.path.remove(str(folder))
        sys.dont_write_bytecode = writes
