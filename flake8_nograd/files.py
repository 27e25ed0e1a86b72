"""Files read as bytes and written so that at every moment the old or the new text is there."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile

from flake8_nograd.source import SourceError


def read(path: str) -> bytes:
    """The bytes of a file; raises `SourceError`."""
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError as error:
        raise SourceError(path, None, error.strerror or str(error)) from error


def write(path: str, before: bytes, after: bytes) -> None:
    """Replace the bytes of a file that still holds `before`; raises `SourceError`.

    Mode, owner, symbolic and hard links stay. A complete copy of the new text is on disk before
    the old one goes.
    """
    target = os.path.realpath(path)
    if not os.path.isfile(target):
        raise SourceError(path, None, "not written: it is not a regular file")
    if read(path) != before:
        raise SourceError(path, None, "it changed while it was being fixed; left as it is")
    try:
        _write(target, after)
    except OSError as error:
        raise SourceError(path, None, f"not written: {error.strerror or error}") from error


def _write(target: str, data: bytes) -> None:
    if not os.access(target, os.W_OK):
        raise PermissionError(None, "the file is read-only")
    folder, name = os.path.split(target)
    handle, temporary = tempfile.mkstemp(prefix=f".{name}.", suffix=".nograd", dir=folder)
    try:
        with open(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if os.stat(target).st_nlink > 1 or not _dress(temporary, target):
            _overwrite(target, data)
        else:
            os.replace(temporary, target)
    finally:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(temporary)


def _dress(temporary: str, target: str) -> bool:
    """Give one file the mode and owner of another; False if that is not possible."""
    shutil.copymode(target, temporary)
    wanted, actual = os.stat(target), os.stat(temporary)
    if (wanted.st_uid, wanted.st_gid) == (actual.st_uid, actual.st_gid):
        return True
    try:
        os.chown(temporary, wanted.st_uid, wanted.st_gid)
    except (OSError, AttributeError):
        return False
    return True


def _overwrite(target: str, data: bytes) -> None:
    """Write in place, where a new file could not take the old one's links or owner."""
    with open(target, "r+b") as file:
        file.write(data)
        file.truncate()
        file.flush()
        os.fsync(file.fileno())
