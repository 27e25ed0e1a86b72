"""An environment and a tree of sources for each package, made once."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
import tarfile
import venv
import zipfile
from dataclasses import dataclass
from pathlib import Path

from recipe import Recipe, RecipeError, RegistryError

_TORCH = "torch==2.13.0"  # the build for CPUs, which the environment that runs us has already
_EVERYWHERE = ("coverage>=7",)


@dataclass(frozen=True)
class Workplace:
    """Where a package is installed, and its sources lie as they were released."""

    python: Path
    original: Path

    def package(self, recipe: Recipe, tree: Path | None = None) -> Path:
        """The folder that is imported, in the original tree or in a copy of it."""
        tree = tree or self.original
        found = [place for place in (tree / "src", tree) if (place / recipe.folder).is_dir()]
        if not found:
            raise RecipeError(f"{recipe.name}: {tree} has no folder {recipe.folder}")
        return found[0] / recipe.folder


def prepared(recipe: Recipe, work: Path) -> Workplace:
    """Install a package where that is not done yet.

    Raises `RegistryError` if pip finds no registry, `RecipeError` with its last word otherwise.
    """
    home = work / recipe.name
    place = Workplace(home / "environment" / "bin" / "python", home / "original")
    wanted = f"{recipe.version} {_TORCH} {' '.join(recipe.requires)} {bool(recipe.tests)}"
    wanted += " alone" * recipe.alone
    stamp = home / f"made-{hashlib.sha256(wanted.encode()).hexdigest()[:12]}"
    if stamp.exists():
        return place
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir(parents=True)
    _make_environment(home / "environment")
    constraints = home / "constraints.txt"
    constraints.write_text(f"{_TORCH}\n", "utf-8")
    own = f"{recipe.name}=={recipe.version}"
    options = ("--no-compile", "--constraint", str(constraints))
    if recipe.alone:
        _pip(place, "install", *options, "--no-deps", own)
    with_it = () if recipe.alone else (own,)
    _pip(place, "install", *options, *with_it, *recipe.requires, *_EVERYWHERE)
    if recipe.tests:
        _unpack(place, own, home)
    else:
        shutil.copytree(_installed(home, recipe), place.original / recipe.folder)
    stamp.touch()
    return place


def _make_environment(directory: Path) -> None:
    """A virtual environment that finds torch, pytest and ourselves where we find them."""
    venv.create(directory, with_pip=False)
    (packages,) = directory.glob("lib/python*/site-packages")
    shared = [path for path in sys.path if Path(path).name in ("site-packages", "dist-packages")]
    lines = [f"import site; site.addsitedir({path!r})" for path in shared]
    (packages / "shared.pth").write_text("\n".join(lines) + "\n", "utf-8")


def _pip(place: Workplace, *arguments: str) -> None:
    pip = (sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet")
    command = [*pip, "--python", str(place.python), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=900, check=False)
    if done.returncode:
        if "connection broken" in done.stderr and "from versions: none" in done.stderr:
            raise RegistryError("the registry of packages cannot be reached")
        raise RecipeError((done.stderr.strip().splitlines() or ["pip failed"])[-1])


def _unpack(place: Workplace, requirement: str, home: Path) -> None:
    name = requirement.partition("==")[0]
    options = ("--no-deps", "--no-binary", name, "--dest", str(home / "sdist"))
    _pip(place, "download", *options, requirement)
    (archive,) = (home / "sdist").iterdir()
    if archive.suffix == ".zip":
        zipfile.ZipFile(archive).extractall(home / "unpacked")
    else:
        with tarfile.open(archive) as file:
            file.extractall(home / "unpacked", filter="data")
    (tree,) = (home / "unpacked").iterdir()
    tree.rename(place.original)


def _installed(home: Path, recipe: Recipe) -> Path:
    found = list(home.glob(f"environment/lib/python*/site-packages/{recipe.folder}"))
    if not found:
        raise RecipeError(f"{recipe.name} installs no folder {recipe.folder}")
    return found[0]
