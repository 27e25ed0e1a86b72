"""python-lsp-server with flake8 switched on, spoken to by a client."""

from __future__ import annotations

import queue
import subprocess
import sys
import threading

from pylsp_jsonrpc.endpoint import Endpoint
from pylsp_jsonrpc.streams import JsonRpcStreamReader, JsonRpcStreamWriter

from flake8_nograd import fix_engine

HEAD = "import torch\nfrom torch import nn\n\nmodel = nn.Linear(4, 2).eval()\n"
SAFE = f"{HEAD}print(model(torch.ones(4)).argmax().item())\n"
OTHERS = ("pycodestyle", "pyflakes", "mccabe", "jedi_completion", "jedi_definition")
SETTINGS = {
    "flake8": {"enabled": True, "executable": "flake8", "config": None},
    **{name: {"enabled": False} for name in OTHERS},
}
PATIENCE = 60


def test_diagnostics_of_flake8_get_our_actions(tmp_path):
    path = tmp_path / "a.py"
    path.write_text(SAFE)
    published: queue.Queue[list[dict]] = queue.Queue()
    told = {"textDocument/publishDiagnostics": lambda it: published.put(it["diagnostics"])}
    server = subprocess.Popen(
        [sys.executable, "-m", "pylsp"],
        cwd=tmp_path,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    endpoint = Endpoint(told, JsonRpcStreamWriter(server.stdin).write)
    reader = JsonRpcStreamReader(server.stdout)
    threading.Thread(target=reader.listen, args=(endpoint.consume,), daemon=True).start()
    document = {"uri": path.as_uri()}
    try:
        ask(endpoint, "initialize", {"rootUri": tmp_path.as_uri(), "capabilities": {}})
        endpoint.notify("initialized", {})
        settings = {"pylsp": {"plugins": SETTINGS}}
        endpoint.notify("workspace/didChangeConfiguration", {"settings": settings})
        text = {**document, "languageId": "python", "version": 1, "text": SAFE}
        endpoint.notify("textDocument/didOpen", {"textDocument": text})
        found = next(
            item
            for _ in range(4)
            for item in published.get(timeout=PATIENCE)
            if item["code"] == "NGR102"
        )
        where = {"start": found["range"]["start"], "end": found["range"]["start"]}
        asked = {"textDocument": document, "range": where, "context": {"diagnostics": [found]}}
        actions = ask(endpoint, "textDocument/codeAction", asked)
        fix = next(action for action in actions if action["title"].startswith("Wrap in"))
        (edit,) = fix["edit"]["changes"][document["uri"]]
        lines = SAFE.splitlines(keepends=True)
        first, last = (edit["range"][side]["line"] for side in ("start", "end"))
        lines[first:last] = [edit["newText"]]
        assert "".join(lines) == fix_engine.fix(SAFE.encode()).after.decode()
    finally:
        server.kill()
        server.wait()


def ask(endpoint: Endpoint, method: str, params: dict) -> object:
    return endpoint.request(method, params).result(timeout=PATIENCE)
