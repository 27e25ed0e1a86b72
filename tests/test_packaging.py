"""Who has the source distribution has what the tests and the hooks need."""

from __future__ import annotations

import subprocess
from fnmatch import fnmatch
from pathlib import Path

import pytest

try:
    import tomllib
except ModuleNotFoundError:
    import tomli as tomllib

ROOT = Path(__file__).parents[1]
OF_THE_HOST_ALONE = {".github"}
ALWAYS = {".gitignore", "pyproject.toml"}  # hatchling puts them in unasked


def test_source_distribution_has_all_that_is_in_the_repository():
    if not (ROOT / ".git").exists():
        pytest.skip("no repository")
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, check=True, capture_output=True)
    tops = {path.split("/")[0] for path in listed.stdout.decode().splitlines()}
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    patterns = settings["tool"]["hatch"]["build"]["targets"]["sdist"]["include"]
    left_out = {
        name for name in tops if not any(fnmatch(name, item.lstrip("/")) for item in patterns)
    }
    assert left_out == OF_THE_HOST_ALONE | ALWAYS
