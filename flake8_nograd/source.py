"""Bytes to text to syntax tree, and tree positions to characters."""

from __future__ import annotations

import ast
import io
import tokenize
import warnings
from collections.abc import Sequence
from pathlib import Path

from flake8_nograd.findings import Span


class SourceError(Exception):
    """A file that cannot be read or parsed: its path, the 1-based line if known, and why."""

    def __init__(self, path: str, line: int | None, why: str) -> None:
        self.path, self.line, self.why = path, line, why
        super().__init__(f"{path}:{line}: {why}" if line else f"{path}: {why}")


class Source:
    """One Python file: its path, its lines (line ends kept) and its syntax tree."""

    __slots__ = ("lines", "path", "tree")

    def __init__(self, path: str, lines: Sequence[str], tree: ast.Module) -> None:
        self.path = path
        self.lines = lines
        self.tree = tree

    @classmethod
    def from_path(cls, path: str | Path) -> Source:
        """Read and parse a file; raises `SourceError`."""
        try:
            data = Path(path).read_bytes()
        except OSError as error:
            raise SourceError(str(path), None, error.strerror or str(error)) from error
        return cls.from_bytes(data, str(path))

    @classmethod
    def from_bytes(cls, data: bytes, path: str = "<stdin>") -> Source:
        """Decode by BOM and coding cookie, then parse; raises `SourceError`."""
        return cls.from_text(decode(data, path), path)

    @classmethod
    def from_text(cls, text: str, path: str = "<stdin>") -> Source:
        """Parse text; raises `SourceError`."""
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                tree = ast.parse(text, path)
        except SyntaxError as error:
            raise SourceError(path, error.lineno or _line_of_null(text), error.msg) from error
        except (ValueError, RecursionError, MemoryError) as error:
            why = str(error) or type(error).__name__
            raise SourceError(path, _line_of_null(text), why) from error
        return cls(path, _lines(text), tree)

    def span(self, first: ast.stmt | ast.expr, last: ast.stmt | ast.expr) -> Span:
        """The characters from the start of one node to the end of another."""
        end_line = last.end_lineno or last.lineno
        return Span(
            first.lineno,
            self.column(first.lineno, first.col_offset),
            end_line,
            self.column(end_line, last.end_col_offset or 0),
        )

    def decorated(self, decorator: ast.expr, last: ast.stmt) -> Span:
        """The characters from the `@` of a decorator to the end of a statement."""
        span = self.span(decorator, last)
        return span._replace(column=self.lines[span.line - 1].rfind("@", 0, span.column))

    def column(self, line: int, byte_offset: int) -> int:
        """The 0-based column in characters of a UTF-8 byte offset, which is what `ast` counts."""
        text = self.lines[line - 1]
        if text.isascii():
            return byte_offset
        return len(text.encode("utf-8")[:byte_offset].decode("utf-8", "replace"))


def text_lines(data: bytes, path: str) -> list[str]:
    """The lines of a file, line ends kept, as Python counts them; raises `SourceError`."""
    return _lines(decode(data, path))


def decode(data: bytes, path: str) -> str:
    """Decode source bytes by BOM and coding cookie, line ends kept; raises `SourceError`."""
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        byte = error.object[error.start]
        raise SourceError(path, line, f"byte 0x{byte:02x} is not {error.encoding}") from error
    except (SyntaxError, LookupError, UnicodeError) as error:
        raise SourceError(path, _line_of_declaration(data), str(error)) from error


def _lines(text: str) -> list[str]:
    return io.StringIO(text, newline="").readlines()


def _line_of_null(text: str) -> int | None:
    """The line of the first null character, which no Python file may hold."""
    before, null, _ = text.partition("\0")
    return before.count("\n") + 1 if null else None


def _line_of_declaration(data: bytes) -> int:
    """The line that should declare the encoding, which is one of the first two."""
    first, *_ = data.splitlines() or [b""]
    return 1 if b"coding" in first or not first.isascii() else 2
