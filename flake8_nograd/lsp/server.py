"""The language server `nograd-fix server`, on standard input and output."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from lsprotocol import converters, types
from pygls.lsp.server import LanguageServer
from pygls.workspace import TextDocument

from flake8_nograd.command.discovery import is_excluded_anywhere
from flake8_nograd.fixing import Style
from flake8_nograd.lsp.configuration import Configurations
from flake8_nograd.lsp.document import Document
from flake8_nograd.lsp.messages import FIX_ALL, QUICK_FIX, Messages
from flake8_nograd.output.entry import TOOL, tool_version
from flake8_nograd.project.project import begin_session

_PAUSE = 0.3  # seconds without a keystroke before a text is looked at
_WATCHED = "**/{setup.cfg,tox.ini,.flake8,pyproject.toml,*.py}"


class Server(LanguageServer):
    """Keeps what was found out about each open document until it changes."""

    def __init__(self, argv: Sequence[str], style: Style) -> None:
        # Whole texts: what pygls takes for a line differs from what Python takes for one.
        super().__init__(TOOL, tool_version(), types.TextDocumentSyncKind.Full)
        self._style = style
        self._configurations = Configurations(argv)
        self._documents: dict[str, Document] = {}
        self._waiting: dict[str, asyncio.TimerHandle] = {}
        self._converter = converters.get_converter()

    def messages(self, uri: str) -> Messages:
        """What there is to say of a document as it stands now."""
        text_document = self.workspace.get_text_document(uri)
        known = self._documents.get(uri)
        if known is None or known.text != text_document.source:
            known = self._documents[uri] = self._read(text_document)
        encoding = self.server_capabilities.position_encoding or "utf-16"
        return Messages(known, uri, str(getattr(encoding, "value", encoding)))

    def check(self, uri: str) -> None:
        """Tell the client what is found now, whatever has changed in other files."""
        self._stop_waiting(uri)
        self._begin_session()
        self._documents.pop(uri, None)
        self._tell(uri)

    def _begin_session(self) -> None:
        """What the editor holds of other files stands for what is on the disk."""
        opened = self.workspace.text_documents.values()
        begin_session({item.path: item.source.encode("utf-8", "replace") for item in opened})

    def _tell(self, uri: str) -> None:
        found = [
            self._converter.structure(item, types.Diagnostic)
            for item in self.messages(uri).diagnostics()
        ]
        version = self.workspace.get_text_document(uri).version
        self.text_document_publish_diagnostics(types.PublishDiagnosticsParams(uri, found, version))
        while self._configurations.problems:
            message = self._configurations.problems.pop()
            self.window_show_message(
                types.ShowMessageParams(types.MessageType.Error, f"nograd: {message}")
            )

    def check_soon(self, uri: str) -> None:
        """Look at a document when nobody has typed for a moment."""
        self._stop_waiting(uri)
        loop = asyncio.get_running_loop()
        self._waiting[uri] = loop.call_later(_PAUSE, self.check, uri)

    def close(self, uri: str) -> None:
        """Forget a document."""
        self._stop_waiting(uri)
        self._documents.pop(uri, None)
        self.text_document_publish_diagnostics(types.PublishDiagnosticsParams(uri, []))

    def check_again(self) -> None:
        """The configuration or other files have changed."""
        self._configurations.forget()
        self._documents.clear()
        self._begin_session()
        for uri in self.workspace.text_documents:
            self._stop_waiting(uri)
            self._tell(uri)

    def actions(self, params: types.CodeActionParams) -> list[types.CodeAction]:
        """What can be done about the findings in a range."""
        asked = self._converter.unstructure(params.range)
        only = [str(getattr(kind, "value", kind)) for kind in params.context.only or ()]
        found = self.messages(params.text_document.uri).actions(asked, only)
        return [self._converter.structure(item, types.CodeAction) for item in found]

    def hover(self, params: types.HoverParams) -> types.Hover | None:
        """Why there is a finding."""
        position = self._converter.unstructure(params.position)
        said = self.messages(params.text_document.uri).hover(position)
        return self._converter.structure(said, types.Hover) if said is not None else None

    def _read(self, text_document: TextDocument) -> Document:
        path = text_document.path
        folders = [
            folder_path
            for folder in self.workspace.folders.values()
            if (folder_path := self.workspace.get_text_document(folder.uri).path)
        ]
        settings = self._configurations.of(path, folders)
        text = "" if is_excluded_anywhere(path, settings) else text_document.source
        return Document(text, path, settings, self._style)

    def _stop_waiting(self, uri: str) -> None:
        handle = self._waiting.pop(uri, None)
        if handle is not None:
            handle.cancel()


def make_server(argv: Sequence[str], style: Style) -> Server:
    """A server with all that it answers to; `argv` are flake8's arguments."""
    server = Server(argv, style)

    @server.feature(types.INITIALIZED)
    async def _(_: types.InitializedParams) -> None:
        await _watch(server)

    @server.feature(types.TEXT_DOCUMENT_DID_OPEN)
    def _(params: types.DidOpenTextDocumentParams) -> None:
        server.check(params.text_document.uri)

    @server.feature(types.TEXT_DOCUMENT_DID_CHANGE)
    def _(params: types.DidChangeTextDocumentParams) -> None:
        server.check_soon(params.text_document.uri)

    @server.feature(types.TEXT_DOCUMENT_DID_SAVE)
    def _(_: types.DidSaveTextDocumentParams) -> None:
        server.check_again()

    @server.feature(types.TEXT_DOCUMENT_DID_CLOSE)
    def _(params: types.DidCloseTextDocumentParams) -> None:
        server.close(params.text_document.uri)

    @server.feature(types.WORKSPACE_DID_CHANGE_WATCHED_FILES)
    def _(_: types.DidChangeWatchedFilesParams) -> None:
        server.check_again()

    kinds = types.CodeActionOptions([QUICK_FIX, FIX_ALL])

    @server.feature(types.TEXT_DOCUMENT_CODE_ACTION, kinds)
    def _(params: types.CodeActionParams) -> list[types.CodeAction]:
        return server.actions(params)

    @server.feature(types.TEXT_DOCUMENT_HOVER)
    def _(params: types.HoverParams) -> types.Hover | None:
        return server.hover(params)

    return server


async def _watch(server: Server) -> None:
    """Ask to be told of changed configuration files, where the client can do that."""
    workspace = server.client_capabilities.workspace
    watching = workspace.did_change_watched_files if workspace is not None else None
    if watching is None or not watching.dynamic_registration:
        return
    options = types.DidChangeWatchedFilesRegistrationOptions([types.FileSystemWatcher(_WATCHED)])
    await server.client_register_capability_async(
        types.RegistrationParams(
            [types.Registration("nograd", types.WORKSPACE_DID_CHANGE_WATCHED_FILES, options)]
        )
    )
