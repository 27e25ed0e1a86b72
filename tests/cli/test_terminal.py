"""Colours and progress for people, plain text for programs."""

from __future__ import annotations

import contextlib
import io
import os
import subprocess
import sys
from collections.abc import Iterator

from flake8_nograd.command.terminal import Terminal

DIFF = [b"--- a.py\n", b"+++ a.py\n", b"@@ -1 +1 @@\n", b"-[a]\n", b"+b\xff\n"]


class Screen(io.TextIOWrapper):
    """A stream that says it is a terminal."""

    def __init__(self) -> None:
        super().__init__(io.BytesIO(), "utf-8", write_through=True)

    def isatty(self) -> bool:
        return True

    def getvalue(self) -> str:
        self.seek(0)
        return self.buffer.read().decode("utf-8", "replace")


@contextlib.contextmanager
def terminal(monkeypatch) -> Iterator[Screen]:
    """Standard output and error of a terminal that knows colours."""
    screen = Screen()
    monkeypatch.setenv("TERM", "xterm-256color")
    with contextlib.redirect_stdout(screen), contextlib.redirect_stderr(screen):
        yield screen


def test_diff_in_colour(monkeypatch):
    monkeypatch.delenv("NO_COLOR", raising=False)
    with terminal(monkeypatch) as screen:
        Terminal("auto").diff(DIFF)
    assert "\x1b[31m-[a]" in screen.getvalue()
    assert "\x1b[32m+b" in screen.getvalue()


def test_no_color_is_honoured(monkeypatch):
    monkeypatch.setenv("NO_COLOR", "1")
    with terminal(monkeypatch) as screen:
        Terminal("auto").diff(DIFF)
    assert "\x1b" not in screen.getvalue()
    assert "-[a]" in screen.getvalue()


def test_colour_on_request_beats_no_color(monkeypatch, capsysbinary):
    monkeypatch.setenv("NO_COLOR", "1")
    Terminal("always").diff(DIFF)
    assert b"\x1b[31m-[a]" in capsysbinary.readouterr().out


def test_diff_to_a_program_is_the_bytes_of_the_file(capsysbinary):
    Terminal("auto").diff(DIFF)
    assert capsysbinary.readouterr().out == b"".join(DIFF)


def test_colour_on_request(capsysbinary):
    Terminal("always").diff(DIFF)
    assert b"\x1b[31m-[a]" in capsysbinary.readouterr().out


def test_progress_where_someone_watches(monkeypatch):
    with terminal(monkeypatch) as screen:
        assert list(Terminal("auto").track(range(60), 60)) == list(range(60))
    assert "nograd-fix" in screen.getvalue()


def test_no_progress_for_programs(capsys):
    assert list(Terminal("auto").track(range(60), 60)) == list(range(60))
    assert capsys.readouterr().err == ""


def test_names_that_the_terminal_cannot_write(monkeypatch):
    screen = io.TextIOWrapper(io.BytesIO(), "ascii", write_through=True)
    with contextlib.redirect_stdout(screen):
        Terminal("auto").result("mod\xe8le \udcff")
    screen.seek(0)
    assert screen.read() == "mod\\xe8le \\udcff\n"


def test_closed_pipe_is_no_traceback(tmp_path):
    program = (
        "import torch\nfrom torch import nn\nmodel = nn.Linear(4, 2).eval()\n"
        "print(model(torch.ones(4)).item())\n"
    )
    for number in range(400):
        (tmp_path / f"{number}_with_a_rather_long_name_to_fill_the_pipe.py").write_text(program)
    command = [sys.executable, "-m", "flake8_nograd", "--check", "-q", "."]
    with subprocess.Popen(
        command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=os.environ
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        assert b"Traceback" not in process.stderr.read()
