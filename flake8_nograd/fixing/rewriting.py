"""Edits applied to the bytes of a file, everything else byte for byte as it was."""

from __future__ import annotations

from collections.abc import Sequence

from flake8_nograd.fixing.edits import Edit, Extend, Hoist, Import
from flake8_nograd.fixing.inlining import put_back
from flake8_nograd.fixing.proof import same_program
from flake8_nograd.fixing.splice import splice
from flake8_nograd.source import Source, SourceError


class CannotRewrite(Exception):
    """Why a file cannot be edited without risk."""


def rewrite(
    source: Source, data: bytes, edits: Sequence[Edit], imports: Sequence[Import], statements: int
) -> bytes:
    """The bytes after the edits; raises `CannotRewrite` and then nothing has happened."""
    try:
        changed = _operate(data, edits, imports, statements)
    except RecursionError as error:
        raise CannotRewrite("the file is nested too deeply to be edited") from error
    try:
        after = Source.from_bytes(changed, source.path)
    except SourceError as error:
        raise CannotRewrite(f"the edited file would not parse: {error.why}") from error
    before = Source.from_text("".join(source.lines), source.path).tree
    guards = {edit.guard for edit in edits if not isinstance(edit, Extend)}
    hoists = [edit for edit in edits if isinstance(edit, Hoist)]
    names = {name for edit in hoists for _, name in (*edit.earlier, (edit.call, edit.name))}
    if not same_program(before, put_back(after.tree, names), guards):
        raise CannotRewrite("the edited file would be another program")
    return changed


def _operate(
    data: bytes, edits: Sequence[Edit], imports: Sequence[Import], statements: int
) -> bytes:
    # Only a file that has something to fix pays for libcst.
    import libcst as cst

    from flake8_nograd.fixing.surgery import Surgeon

    try:
        module = cst.parse_module(data)
    except Exception as error:  # libcst rejects, in several ways, a few files that Python accepts
        raise CannotRewrite(f"libcst cannot parse it ({_first_line(error)})") from error
    surgeon = Surgeon(edits, imports)
    edited = module.visit(surgeon)
    if surgeon.count != statements:
        raise CannotRewrite("libcst sees other statements than Python")
    if module.bytes == data:
        return edited.bytes
    spliced = splice(module.bytes, edited.bytes, data)
    if spliced is None:
        raise CannotRewrite("libcst cannot reproduce the lines around it")
    return spliced


def _first_line(error: Exception) -> str:
    return f"{type(error).__name__}: {error}".splitlines()[0]
