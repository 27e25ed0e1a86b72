"""The recipes: which packages are judged, how they are installed, and what is run of them."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

HERE = Path(__file__).parent


class RecipeError(Exception):
    """A recipe or a judgement cannot be used; one line that says why."""


class RegistryError(RecipeError):
    """The registry of packages cannot be reached."""


@dataclass(frozen=True)
class Recipe:
    """One package of the registry.

    `folder` is what is imported. With `tests`, the source distribution is run, and these are
    arguments of pytest in it; without, `drivers/use_FOLDER.py` runs with the installed package.
    `alone` installs it without what it says it requires.
    """

    name: str
    version: str
    folder: str
    tests: tuple[str, ...] = ()
    requires: tuple[str, ...] = ()
    alone: bool = False
    seconds: int = 300
    environ: dict[str, str] = field(default_factory=dict)

    @property
    def driver(self) -> Path:
        """The program that stands in for tests."""
        return HERE / "drivers" / f"use_{self.folder}.py"


def read(path: Path, names: Sequence[str]) -> list[Recipe]:
    """The recipes of a file, or those named; raises `RecipeError`."""
    tables = _tables(path)
    unknown = sorted(set(names) - set(tables))
    if unknown:
        raise RecipeError(f"{path}: no recipe for {', '.join(unknown)}")
    return [_recipe(path, name, tables[name]) for name in tables if not names or name in names]


def _tables(path: Path) -> dict[str, dict[str, Any]]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise RecipeError(f"{path}: {error}") from error


def _recipe(path: Path, name: str, values: dict[str, Any]) -> Recipe:
    for key in ("tests", "requires"):
        values[key] = tuple(values.get(key, ()))
    values.setdefault("folder", name.replace("-", "_"))
    try:
        recipe = Recipe(name=name, **values)
    except TypeError as error:
        raise RecipeError(f"{path}: {name}: {error}") from error
    if not recipe.tests and not recipe.driver.is_file():
        raise RecipeError(f"{path}: {name}: neither tests nor {recipe.driver}")
    return recipe


@dataclass(frozen=True)
class Judgement:
    """What a person who read the code says of a place that the run alone cannot judge."""

    package: str
    version: str
    path: str
    function: str
    verdict: str
    reason: str


def judgements(path: Path) -> list[Judgement]:
    """The judgements of a file; raises `RecipeError`."""
    try:
        return [Judgement(**values) for values in _tables(path).get("judgement", ())]
    except TypeError as error:
        raise RecipeError(f"{path}: {error}") from error
