"""The tools that are compared, each in a virtual environment of its own."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from measuring import Command

_CHECKOUT = Path(__file__).parents[2]
_FLAKE8 = ("-m", "flake8", "--isolated", "--jobs=1")
_PREFLIGHT = "from torch_preflight.cli import main; raise SystemExit(main())"
_VERSIONS = """
import platform
from importlib.metadata import distributions
print("CPython", platform.python_version())
for item in distributions():
    print(item.name, item.version)
"""


@dataclass(frozen=True)
class Tool:
    """A tool: the environment it lives in, and the arguments of its Python, paths last."""

    name: str
    environment: str
    arguments: tuple[str, ...]


ALONE = Tool("flake8", "flake8", _FLAKE8)
PLUGIN = Tool("flake8 + flake8-nograd", "flake8-nograd", _FLAKE8)
TORCHFIX = Tool("flake8 + TorchFix", "torchfix", _FLAKE8)
PREFLIGHT = Tool(
    "torch-preflight, one rule",
    "torch-preflight",
    ("-c", _PREFLIGHT, "check", "--select=TG002", "--jobs=1"),
)
CHECK = Tool(
    "nograd-fix --check",
    "flake8-nograd",
    ("-m", "flake8_nograd", "--isolated", "--jobs=1", "--quiet", "--check"),
)
TOOLS = (ALONE, PLUGIN, TORCHFIX, PREFLIGHT, CHECK)
_DISTRIBUTIONS = {tool.environment for tool in TOOLS}


class Environments:
    """Virtual environments below one folder, named after what pip installs; made when missing."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._ready: dict[str, str] = {}

    def python(self, name: str) -> str:
        """The interpreter of an environment; ours holds this checkout as it is now."""
        if name not in self._ready:
            folder = self._folder / name
            python = str(folder / ("Scripts" if sys.platform == "win32" else "bin") / "python")
            is_ours = name == "flake8-nograd"
            if not folder.exists():
                subprocess.run((sys.executable, "-m", "venv", folder), check=True)
                _install(python, str(_CHECKOUT) if is_ours else name)
            elif is_ours:
                _install(python, "--force-reinstall", "--no-deps", str(_CHECKOUT))
            self._ready[name] = python
        return self._ready[name]

    def command(self, tool: Tool, paths: Sequence[str], stdin: Path | None = None) -> Command:
        """The command line that runs a tool over paths."""
        return Command(tool.name, (self.python(tool.environment), *tool.arguments, *paths), stdin)

    def versions(self, tools: Iterable[Tool]) -> str:
        """The versions of the interpreter and of all that is compared, in one line."""
        found: dict[str, None] = {}
        for name in dict.fromkeys(tool.environment for tool in tools):
            argv = (self.python(name), "-c", _VERSIONS)
            done = subprocess.run(argv, capture_output=True, text=True, check=True)
            for line in done.stdout.splitlines():
                if line.split(" ")[0].lower() in {"cpython", *_DISTRIBUTIONS}:
                    found[line] = None
        return ", ".join(found)


def _install(python: str, *what: str) -> None:
    pip = ("-m", "pip", "--quiet", "--disable-pip-version-check", "install")
    subprocess.run((python, *pip, *what), check=True)
