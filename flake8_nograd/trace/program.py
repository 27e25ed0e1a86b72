"""Running somebody's program the way `python script.py` and `python -m module` run it."""

from __future__ import annotations

import importlib.util
import io
import os
import sys
import types
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.machinery import ModuleSpec
from pathlib import Path


class ProgramError(Exception):
    """The program cannot be found or read; one line that says why."""


@dataclass(frozen=True, slots=True)
class Program:
    """A compiled main program, not yet run."""

    code: types.CodeType
    file: str
    spec: ModuleSpec | None
    argv: tuple[str, ...]

    @property
    def own(self) -> str:
        """What belongs to the program even when it is installed like a library."""
        is_package = self.spec is not None and bool(self.spec.parent)
        return str(Path(self.file).parent) + os.sep if is_package else self.file

    def run(self) -> None:
        """Execute as `__main__`; every exception, `SystemExit` too, is the program's own."""
        main = types.ModuleType("__main__")
        main.__dict__.update(
            __file__=self.file,
            __spec__=self.spec,
            __builtins__=__builtins__,
            __package__=self.spec.parent if self.spec else None,
            __loader__=self.spec.loader if self.spec else None,
            __cached__=None,
        )
        sys.modules["__main__"] = main
        sys.argv[:] = self.argv
        exec(self.code, main.__dict__)


def script(path: str, arguments: Sequence[str]) -> Program:
    """Load `python PATH ARGUMENTS`; raises `ProgramError`, and `SyntaxError` as Python does."""
    file = str(Path(path).absolute())
    _lead_path_with(str(Path(path).resolve().parent))
    try:
        # As the interpreter does: bytes, so that the coding cookie is honoured.
        code = compile(io.FileIO(path).read(), file, "exec")
    except OSError as error:
        raise ProgramError(f"{path}: {error.strerror or error}") from error
    except ValueError as error:  # a null byte, for Python 3.11
        raise SyntaxError(str(error), (path, None, None, None)) from error
    return Program(code, file, None, (path, *arguments))


def module(name: str, arguments: Sequence[str]) -> Program:
    """Load `python -m NAME ARGUMENTS`; raises `ProgramError` and `SyntaxError`."""
    _lead_path_with(str(Path.cwd()))
    spec = _main_spec(name)
    try:
        code = spec.loader.get_code(spec.name)  # type: ignore[union-attr]
    except (ImportError, AttributeError) as error:
        raise ProgramError(f"{name}: {error}") from error
    if code is None or spec.origin is None:
        raise ProgramError(f"{name}: has no Python source")
    return Program(code, spec.origin, spec, (spec.origin, *arguments))


def _main_spec(name: str) -> ModuleSpec:
    try:
        spec = importlib.util.find_spec(name)
        if spec is not None and spec.submodule_search_locations is not None:
            spec = importlib.util.find_spec(f"{name}.__main__")
    except (ImportError, ValueError) as error:
        raise ProgramError(f"{name}: {error}") from error
    if spec is None:
        raise ProgramError(f"{name}: no such module, or a package without __main__")
    return spec


def _lead_path_with(directory: str) -> None:
    if not getattr(sys.flags, "safe_path", False):
        sys.path[0] = directory
