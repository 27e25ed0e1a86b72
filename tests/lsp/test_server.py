"""The language server, spoken to by a client over its standard input and output."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from lsprotocol import types
from pygls.lsp.client import LanguageClient

from flake8_nograd import fix_engine

HEAD = "import torch\nfrom torch import nn\n\nmodel = nn.Linear(4, 2).eval()\n"
SAFE = f"{HEAD}print('😀', model(torch.ones(4)).argmax().item())\n"
BOTH = f"{SAFE}\n\ndef predict(x):\n    return model.eval()(x)\n"
RAISES = f"{HEAD}with torch.no_grad():\n    loss = model(torch.ones(4)).sum()\nloss.backward()\n"
PATIENCE = 60


class Editor:
    """What an editor does: opens texts, is told of findings, asks for actions, takes edits."""

    def __init__(self, client: LanguageClient, folder: Path) -> None:
        self.client = client
        self.folder = folder
        self.published: dict[str, asyncio.Queue[list[types.Diagnostic]]] = {}
        self.shown: list[str] = []

        @client.feature(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)
        def _(params: types.PublishDiagnosticsParams) -> None:
            self._queue(params.uri).put_nowait(list(params.diagnostics))

        @client.feature(types.WINDOW_SHOW_MESSAGE)
        def _(params: types.ShowMessageParams) -> None:
            self.shown.append(params.message)

    def _queue(self, uri: str) -> asyncio.Queue[list[types.Diagnostic]]:
        return self.published.setdefault(uri, asyncio.Queue())

    def uri(self, name: str) -> str:
        return (self.folder / name).as_uri()

    async def open(self, text: str, name: str = "a.py") -> list[types.Diagnostic]:
        item = types.TextDocumentItem(self.uri(name), "python", 1, text)
        self.client.text_document_did_open(types.DidOpenTextDocumentParams(item))
        return await self.told(name)

    async def change(self, text: str, name: str = "a.py") -> list[types.Diagnostic]:
        self.client.text_document_did_change(
            types.DidChangeTextDocumentParams(
                types.VersionedTextDocumentIdentifier(2, self.uri(name)),
                [types.TextDocumentContentChangeWholeDocument(text)],
            )
        )
        return await self.told(name)

    def save(self, name: str) -> None:
        document = types.TextDocumentIdentifier(self.uri(name))
        self.client.text_document_did_save(types.DidSaveTextDocumentParams(document))

    async def told(self, name: str) -> list[types.Diagnostic]:
        return await asyncio.wait_for(self._queue(self.uri(name)).get(), PATIENCE)

    async def actions(
        self, where: types.Range, only: list[str] | None = None, name: str = "a.py"
    ) -> list[types.CodeAction]:
        params = types.CodeActionParams(
            types.TextDocumentIdentifier(self.uri(name)), where, types.CodeActionContext([], only)
        )
        found = await self.client.text_document_code_action_async(params)
        return list(found or [])

    async def hover(self, position: types.Position) -> types.Hover | None:
        document = types.TextDocumentIdentifier(self.uri("a.py"))
        return await self.client.text_document_hover_async(types.HoverParams(document, position))


def applied(text: str, action: types.CodeAction) -> str:
    """The text after an action, as an editor makes it: positions count UTF-16."""
    (edits,) = action.edit.changes.values()
    units = text.encode("utf-16-le")
    starts = [0]
    for line in text.splitlines(keepends=True):
        starts.append(starts[-1] + len(line.encode("utf-16-le")))
    for edit in reversed(edits):
        first, last = (
            starts[position.line] + 2 * position.character
            for position in (edit.range.start, edit.range.end)
        )
        units = units[:first] + edit.new_text.encode("utf-16-le") + units[last:]
    return units.decode("utf-16-le")


def talk(
    folder: Path, story: Callable[[Editor], Awaitable[None]], *arguments: str, **capabilities: Any
) -> None:
    """Start the server as an editor would, let the story happen, and shut it down."""

    async def run() -> None:
        client = LanguageClient("editor", "1")
        editor = Editor(client, folder)
        command = (sys.executable, "-m", "flake8_nograd", "server", *arguments)
        await client.start_io(*command, cwd=str(folder.parent))
        folders = [types.WorkspaceFolder(folder.as_uri(), "work")]
        await client.initialize_async(
            types.InitializeParams(
                types.ClientCapabilities(**capabilities), workspace_folders=folders
            )
        )
        client.initialized(types.InitializedParams())
        await story(editor)
        await client.shutdown_async(None)
        client.exit(None)
        await client.stop()

    asyncio.run(asyncio.wait_for(run(), 2 * PATIENCE))


def titles(actions: list[types.CodeAction]) -> list[str]:
    return [action.title for action in actions]


def test_findings_are_diagnostics_with_ends(tmp_path):
    async def story(editor: Editor) -> None:
        (found,) = await editor.open(SAFE)
        assert (found.code, found.source) == ("NGR102", "nograd")
        assert found.severity is types.DiagnosticSeverity.Warning
        # The face takes two units of UTF-16, which is what is counted here.
        assert found.range == types.Range(types.Position(4, 12), types.Position(4, 32))
        (raises,) = await editor.open(RAISES, "raises.py")
        assert (raises.code, raises.severity) == ("NGR201", types.DiagnosticSeverity.Error)
        assert await editor.change(SAFE.replace("model(", "len(")) == []
        assert await editor.change("import torch\nprint 'half a program'") == []

    talk(tmp_path, story)


def test_quick_fix_is_the_edit_of_the_command(tmp_path):
    async def story(editor: Editor) -> None:
        (found,) = await editor.open(SAFE)
        fix, suppress, everything = await editor.actions(found.range)
        assert titles([fix, suppress]) == [
            "Wrap in `with torch.no_grad():`",
            "Suppress with `# noqa: NGR102`",
        ]
        assert (fix.is_preferred, suppress.is_preferred) == (True, False)
        assert list(fix.diagnostics) == [found]
        expected = fix_engine.fix(SAFE.encode()).after.decode()
        assert applied(SAFE, fix) == applied(SAFE, everything) == expected
        assert await editor.change(applied(SAFE, suppress)) == []
        assert await editor.change(expected) == []

    talk(tmp_path, story)


def test_unsafe_fix_is_marked_and_kept_out_of_fix_all(tmp_path):
    async def story(editor: Editor) -> None:
        _, unsafe = await editor.open(BOTH)
        fix, *_ = await editor.actions(unsafe.range, ["quickfix"])
        assert fix.title.startswith(
            "Decorate with `@torch.no_grad()` (unsafe: a result is returned"
        )
        assert not fix.is_preferred
        assert "@torch.no_grad()\ndef predict" in applied(BOTH, fix)
        (everything,) = await editor.actions(unsafe.range, ["source.fixAll"])
        assert everything.kind == "source.fixAll.nograd"
        assert applied(BOTH, everything) == fix_engine.fix(BOTH.encode()).after.decode()
        assert await editor.actions(unsafe.range, ["refactor"]) == []

    talk(tmp_path, story)


def test_arguments_are_those_of_the_command(tmp_path):
    async def story(editor: Editor) -> None:
        _, unsafe = await editor.open(BOTH)
        (everything,) = await editor.actions(unsafe.range, ["source.fixAll"])
        assert applied(BOTH, everything).count("no_grad") == 2
        assert await editor.open(RAISES, "raises.py") == []

    talk(tmp_path, story, "--unsafe-fixes", "--select", "NGR1")


def test_hover_explains_the_finding_and_nothing_else(tmp_path):
    async def story(editor: Editor) -> None:
        (found,) = await editor.open(SAFE)
        said = await editor.hover(found.range.start)
        assert said is not None
        assert "what becomes of the result?" in said.contents.value
        assert await editor.hover(types.Position(0, 0)) is None

    talk(tmp_path, story)


def test_configuration_is_that_of_the_workspace(tmp_path):
    folder = tmp_path / "work"
    folder.mkdir()
    (folder / "setup.cfg").write_text(
        "[flake8]\nextend-exclude = old\nper-file-ignores = quiet/*: NGR1\n"
    )

    async def story(editor: Editor) -> None:
        assert len(await editor.open(SAFE)) == 1
        assert await editor.open(SAFE, "old/a.py") == []
        assert await editor.open(SAFE, "quiet/a.py") == []
        (folder / "setup.cfg").write_text("[flake8]\nignore = NGR\n")
        editor.client.workspace_did_change_watched_files(types.DidChangeWatchedFilesParams([]))
        assert await editor.told("a.py") == []

    talk(folder, story)


def test_wrong_configuration_is_told_and_survived(tmp_path):
    (tmp_path / "setup.cfg").write_text("[flake8]\nnograd-guards = not-a-name\n")

    async def story(editor: Editor) -> None:
        assert len(await editor.open(SAFE)) == 1
        await editor.change(SAFE + "\n")
        assert len(editor.shown) == 1
        assert "'not-a-name' is not a name" in editor.shown[0]

    talk(tmp_path, story)


@pytest.mark.parametrize("newline", ["\r\n", "\n"])
def test_line_ends_and_a_missing_last_one(tmp_path, newline):
    text = SAFE.rstrip("\n").replace("\n", newline)

    async def story(editor: Editor) -> None:
        (found,) = await editor.open(text)
        fix, *_ = await editor.actions(found.range, ["quickfix"])
        assert applied(text, fix) == fix_engine.fix(text.encode()).after.decode()

    talk(tmp_path, story)


def test_text_is_read_in_the_encoding_that_it_declares(tmp_path):
    text = "# coding: latin-1\n" + SAFE.replace("😀", "é")

    async def story(editor: Editor) -> None:
        (found,) = await editor.open(text)
        fix, *_ = await editor.actions(found.range, ["quickfix"])
        assert "with torch.no_grad():\n    print('é'" in applied(text, fix)

    talk(tmp_path, story)


def test_what_is_found_follows_the_other_files(tmp_path):
    body = "    net.eval()\n    return net(x).argmax().item()\n"
    text = f"{HEAD}\n\ndef evaluate(net: nn.Module, x):\n{body}"
    caller = "import torch\nfrom engine import evaluate\n"
    recording = f"{caller}print(evaluate(net, x))\n"
    guarded = f"{caller}with torch.no_grad():\n    evaluate(net, x)\n"
    (tmp_path / "setup.py").touch()
    (tmp_path / "run.py").write_text(recording)

    async def story(editor: Editor) -> None:
        assert [item.code for item in await editor.open(text, "engine.py")] == ["NGR102"]
        (tmp_path / "run.py").write_text(guarded)
        editor.save("engine.py")
        assert await editor.told("engine.py") == []
        await editor.open(recording, "run.py")  # not what is on the disk
        assert [item.code for item in await editor.change(text + "\n", "engine.py")] == ["NGR102"]

    talk(tmp_path, story)


def test_ends_in_silence_when_the_editor_says_so(tmp_path):
    said = [
        {
            "id": 1,
            "method": "initialize",
            "params": {"processId": None, "rootUri": None, "capabilities": {}},
        },
        {"id": 2, "method": "shutdown"},
        {"method": "exit"},
    ]
    texts = (json.dumps({"jsonrpc": "2.0", **message}) for message in said)
    sent = "".join(f"Content-Length: {len(text)}\r\n\r\n{text}" for text in texts)
    command = [sys.executable, "-m", "flake8_nograd", "server"]
    ran = subprocess.run(
        command,
        check=False,
        input=sent.encode(),
        capture_output=True,
        cwd=tmp_path,
        timeout=PATIENCE,
    )
    assert (ran.returncode, ran.stderr) == (0, b"")
    assert b'"id":1' in ran.stdout.replace(b" ", b"")
