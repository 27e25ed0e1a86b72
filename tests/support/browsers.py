"""A real browser, without a window, that looks at pages of a folder."""

from __future__ import annotations

import functools
import json
import os
import re
import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from html import unescape
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

_NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome", "microsoft-edge")
_FLAGS = ("--headless", "--disable-gpu", "--no-first-run", "--virtual-time-budget=10000")
# The page is watched from outside: its own policy forbids every script but its own.
_OBSERVER = """<!doctype html><pre id="told"></pre>
<iframe src="%s" width="1200" height="900"></iframe>
<script>
const told = (value) => { document.getElementById("told").textContent = JSON.stringify(value); };
document.querySelector("iframe").addEventListener("load", (event) => {
  const page = event.target.contentDocument, win = event.target.contentWindow;
  try { told((%s)(page, win)); } catch (error) { told(String(error)); }
});
</script>"""


def browser() -> str | None:
    """The program, if one is installed."""
    return next(filter(None, map(shutil.which, _NAMES)), None)


class _Quiet(SimpleHTTPRequestHandler):
    asked: list[str] = []  # noqa: RUF012 - each server has a subclass of its own

    def do_GET(self) -> None:
        """Remember what the browser asks for."""
        self.asked.append(self.path)
        super().do_GET()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def _served(folder: Path) -> Iterator[tuple[str, list[str]]]:
    asked: list[str] = []
    handler = functools.partial(type("Handler", (_Quiet,), {"asked": asked}), directory=folder)
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", asked
    finally:
        server.shutdown()
        server.server_close()


def seen(path: Path, script: str, profile: Path) -> tuple[Any, list[str]]:
    """What a function `(page, window) => value` sees, and all that the browser asked for."""
    program = browser()
    assert program is not None
    watcher = path.parent / "watcher.html"
    watcher.write_text(_OBSERVER % (path.name, script), "utf-8")
    as_root = ["--no-sandbox"] if getattr(os, "geteuid", lambda: 1)() == 0 else []
    with _served(path.parent) as (address, asked):
        command = [program, *_FLAGS, *as_root, f"--user-data-dir={profile}", "--dump-dom"]
        done = subprocess.run(
            [*command, f"{address}/{watcher.name}"],
            check=False,
            capture_output=True,
            encoding="utf-8",
            timeout=120,
        )
    told = re.search(r'<pre id="told">(.*?)</pre>', done.stdout, re.DOTALL)
    assert told, done.stderr
    return json.loads(unescape(told[1])), [name for name in asked if name != "/favicon.ico"]
