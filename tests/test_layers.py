"""The parts import downwards only, and stay small."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import flake8_nograd

PACKAGE = Path(flake8_nograd.__file__).parent
MODULES = sorted(PACKAGE.rglob("*.py"))
# From the lowest layer to the highest; rooms of one layer do not know each other.
LAYERS = (
    {"torch_versions", "patterns", "completion"},
    {"options", "text_edits", "syntax", "roots", "notebook_cells"},
    {"findings"},
    {"source"},
    {"noqa"},
    {"flow"},
    {"vocabulary"},
    {"elsewhere", "mentions"},
    {"project"},
    {"triage", "torch_model/semantics"},
    {"torch_model/points_to"},
    {"torch_model/fate"},
    {"torch_model/models"},
    {"torch_model/recording"},
    {"torch_model/inference"},
    {"torch_model/needs"},
    {"torch_model/facts"},
    {"torch_model/verdict", "torch_model/guard_misuse"},
    {"torch_model/answers"},
    {"torch_model/flags"},
    {"torch_model/unknown_names"},
    {"torch_model/analysis"},
    {"rules", "explanation"},
    {"respellings"},
    {"reported"},
    {"fixing"},
    {"engine", "selection"},
    {"fix_engine"},
    {"quick_fix"},
    {"report", "files", "plugin"},
    {"output"},
    {"command"},
    {"lsp", "survey"},
    {"cli", "codemod"},
    {"__main__"},
)
ROOMS = frozenset().union(*LAYERS)
# What a room must not import although it lies lower, and what stands beside all layers.
FORBIDDEN = {
    "fixing": {
        room for room in ROOMS if room.startswith(("options", "flow", "torch_model", "rules"))
    },
    "triage": {room for room in ROOMS if room.startswith("torch_model")} | {"project"},
    **{room: {"project"} for room in ROOMS if room.startswith(("torch_model", "rules"))},
}
OUTSIDE = "trace"  # may import what knows nothing else
BRIDGES = {"trace/lint.py", "trace/cures.py"}
LONGEST_FILE, LONGEST_FUNCTION = 350, 50


def room_of(parts: tuple[str, ...]) -> str:
    """The room of a module: `flow`, or inside of `torch_model` a room of a question there."""
    return "/".join(parts[: 2 if parts[0] == "torch_model" else 1])


def part_of(path: Path) -> str:
    return room_of(path.relative_to(PACKAGE).with_suffix("").parts)


def name(path: Path) -> str:
    return path.relative_to(PACKAGE).as_posix()


def parts_imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        else:
            continue
        for dotted in names:
            package, _, rest = dotted.partition(".")
            if package == PACKAGE.name:
                yield room_of(tuple(rest.split(".")))


def height(part: str) -> int:
    return next(level for level, parts in enumerate(LAYERS) if part in parts)


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_imports_lead_downwards(path):
    part = part_of(path)
    others = set(parts_imported(path)) - {part, ""}
    if part == OUTSIDE:
        assert others <= LAYERS[0] or name(path) in BRIDGES
        return
    if part.endswith("__init__"):
        return
    assert OUTSIDE not in others
    assert not others & FORBIDDEN.get(part, set())
    assert all(height(other) < height(part) for other in others)


def test_every_part_has_its_layer():
    parts = {part_of(path) for path in MODULES} - {"__init__", "torch_model/__init__", OUTSIDE}
    assert parts == ROOMS


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_files_and_functions_are_small(path):
    text = path.read_text("utf-8")
    assert len(text.splitlines()) <= LONGEST_FILE
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert node.end_lineno is not None
            assert node.end_lineno - node.lineno + 1 <= LONGEST_FUNCTION, node.name
