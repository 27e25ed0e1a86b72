"""The fixer knows places, not reasons: it imports neither rules nor the analysis."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import flake8_nograd.fixing

ALLOWED = tuple(
    f"flake8_nograd.{room}" for room in ("findings", "source", "syntax", "vocabulary", "fixing")
)


def test_fixing_imports_lower_layers_only():
    for path in Path(flake8_nograd.fixing.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            modules = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            modules += [item.name for item in node.names] if isinstance(node, ast.Import) else []
            own = [module for module in modules if module.startswith("flake8_nograd")]
            assert all(module.startswith(ALLOWED) for module in own), path


def test_libcst_and_rich_are_imported_only_when_needed():
    code = (
        "import sys, flake8_nograd.cli, flake8_nograd.fix_engine as e\n"
        "e.fix(b'import torch\\nprint(torch.ones(2))\\n')\n"
        "print([name for name in ('libcst', 'rich', 'torch') if name in sys.modules])\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
