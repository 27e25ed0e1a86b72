"""python-lsp-server with flake8 switched on, beside our own server, spoken to by one client."""

from __future__ import annotations

import queue
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pylsp_jsonrpc.endpoint import Endpoint
from pylsp_jsonrpc.streams import JsonRpcStreamReader, JsonRpcStreamWriter

from flake8_nograd import fix_engine

FIXTURES = Path(__file__).parents[2] / "fixtures"
HEAD = "import torch\nfrom torch import nn\n\nmodel = nn.Linear(4, 2).eval()\n"
SAFE = f"{HEAD}print('😀', model(torch.ones(4)).argmax().item())\n"
UNSAFE = f"{HEAD}\n\ndef predict(x):\n    return model.eval()(x)\n"
PROGRAMS = {
    "safe": SAFE,
    "unsafe beside safe": SAFE + UNSAFE.removeprefix(HEAD),
    "windows": SAFE.replace("\n", "\r\n"),
    **{
        name: (FIXTURES / name).read_text("utf-8")
        for name in (
            "NGR102/test_beside_train.py",
            "NGR102/distillation_in_one_statement.py",
            "NGR105/only_the_batch_is_guarded.py",
            "NGR201/criterion_in_guard.py",
            "NGR304/guard_above_classmethod.py",
        )
    },
}
OTHERS = ("pycodestyle", "pyflakes", "mccabe", "jedi_completion", "jedi_definition")
SETTINGS = {
    "flake8": {"enabled": True, "executable": "flake8", "config": None},
    **{name: {"enabled": False} for name in OTHERS},
}
PATIENCE = 60
Json = dict[str, Any]


class Server:
    """A language server, which is asked over its standard input and output."""

    def __init__(self, folder: Path, *command: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", *command],
            cwd=folder,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        self._published: queue.Queue[Json] = queue.Queue()
        told = {"textDocument/publishDiagnostics": self._published.put}
        self._endpoint = Endpoint(told, JsonRpcStreamWriter(self._process.stdin).write)
        reader = JsonRpcStreamReader(self._process.stdout)
        listening = threading.Thread(
            target=reader.listen, args=(self._endpoint.consume,), daemon=True
        )
        listening.start()
        self._ask("initialize", {"rootUri": folder.as_uri(), "capabilities": {}})
        self._endpoint.notify("initialized", {})
        settings = {"pylsp": {"plugins": SETTINGS}}
        self._endpoint.notify("workspace/didChangeConfiguration", {"settings": settings})

    def open(self, path: Path) -> list[Json]:
        """Open a file; what is found in it, of ours."""
        text = path.read_bytes().decode()
        document = {"uri": path.as_uri(), "languageId": "python", "version": 1, "text": text}
        self._endpoint.notify("textDocument/didOpen", {"textDocument": document})
        while True:
            told = self._published.get(timeout=PATIENCE)
            ours = [item for item in told["diagnostics"] if str(item["code"]).startswith("NGR")]
            if told["uri"] == path.as_uri() and ours:
                return ours

    def actions(self, path: Path, found: list[Json]) -> list[Json]:
        """What can be done about findings."""
        lines = path.read_bytes().count(b"\n")
        everywhere = {
            "start": {"line": 0, "character": 0},
            "end": {"line": lines, "character": 0},
        }
        return self._ask(
            "textDocument/codeAction",
            {
                "textDocument": {"uri": path.as_uri()},
                "range": everywhere,
                "context": {"diagnostics": found},
            },
        )

    def stop(self) -> None:
        self._process.kill()
        self._process.wait()

    def _ask(self, method: str, params: Json) -> Any:
        return self._endpoint.request(method, params).result(timeout=PATIENCE)


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """One folder for each program, which is a project of its own."""
    top = tmp_path_factory.mktemp("work")
    for name, text in PROGRAMS.items():
        path = top / Path(name).stem / "a.py"
        path.parent.mkdir()
        path.write_bytes(text.encode())
        (path.parent / "pyproject.toml").touch()
    return top


@pytest.fixture(scope="module")
def servers(folder) -> Iterator[tuple[Server, Server]]:
    """python-lsp-server and ours."""
    both = Server(folder, "pylsp"), Server(folder, "flake8_nograd", "server")
    yield both
    for server in both:
        server.stop()


@pytest.mark.parametrize("name", PROGRAMS)
def test_diagnostics_of_flake8_get_the_actions_of_our_server(folder, servers, name):
    path = folder / Path(name).stem / "a.py"
    found = [server.open(path) for server in servers]
    assert places(found[0]) == places(found[1])
    theirs, ours = (
        server.actions(path, items) for server, items in zip(servers, found, strict=True)
    )
    assert ours
    assert [shown(action) for action in theirs] == [shown(action) for action in ours]


def test_the_edit_is_that_of_the_command(folder, servers):
    path = folder / "safe" / "a.py"
    pylsp, _ = servers
    actions = pylsp.actions(path, pylsp.open(path))
    fix = next(action for action in actions if action["title"].startswith("Wrap in"))
    (edit,) = fix["edit"]["changes"][path.as_uri()]
    lines = SAFE.splitlines(keepends=True)
    first, last = (edit["range"][side]["line"] for side in ("start", "end"))
    lines[first:last] = [edit["newText"]]
    assert "".join(lines) == fix_engine.fix(SAFE.encode()).after.decode()


def places(found: list[Json]) -> list[tuple[str, int]]:
    return [(item["code"], item["range"]["start"]["line"]) for item in found]


def shown(action: Json) -> Json:
    """All that an editor shows or does, whichever diagnostics it belongs to."""
    return {name: action.get(name) for name in ("title", "kind", "isPreferred", "edit")}
