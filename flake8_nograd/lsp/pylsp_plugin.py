"""The same actions for the diagnostics that flake8 gives in python-lsp-server."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from pylsp import hookimpl

from flake8_nograd.fixing import Style
from flake8_nograd.lsp.configuration import Configurations
from flake8_nograd.lsp.document import Document
from flake8_nograd.lsp.messages import Json, Messages
from flake8_nograd.project.project import begin_session

_CONFIGURATIONS = Configurations(())


@hookimpl
def pylsp_settings() -> Json:
    """On by default; `pylsp.plugins.nograd.enabled` switches it off."""
    return {"plugins": {"nograd": {"enabled": True}}}


@hookimpl
def pylsp_code_actions(workspace: Any, document: Any, range: Json, context: Json) -> list[Json]:
    """What can be done about the findings in a range."""
    text = _document(document.source, document.path, workspace.root_path)
    only: Sequence[str] | None = context.get("only")
    return Messages(text, document.uri).actions(range, only)


@hookimpl
def pylsp_document_did_save() -> None:
    """The file that was saved may be the configuration."""
    _CONFIGURATIONS.forget()
    _document.cache_clear()


@lru_cache(maxsize=4)
def _document(text: str, path: str, root: str) -> Document:
    begin_session({})  # flake8 reads the other files from the disk, so that is what is told here
    return Document(text, path, _CONFIGURATIONS.of(path, [root]), Style())
