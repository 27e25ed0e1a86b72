"""Data sets of sources: Parquet and JSON lines, read piece by piece."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow
import pyarrow.parquet

_LINES = (".jsonl", ".ndjson", ".json")
_COMPRESSED = (".gz", ".zst", ".bz2")
_ROWS = 64  # of Parquet that are decoded at a time
_REPOSITORIES = ("repository", "repo_name", "repo", "max_stars_repo_name")
_PATHS = ("path", "max_stars_repo_path", "file_path")


class DataSetError(Exception):
    """A data set, or a part of it, that cannot be read; one line that names file and line."""


class Text(NamedTuple):
    """One file of the data set."""

    repository: str
    path: str
    data: bytes


class Columns(NamedTuple):
    """The names of the columns to read; None for those that have to be found."""

    content: str = "content"
    path: str | None = None
    repository: str | None = None


def data_files(paths: Sequence[str]) -> list[str]:
    """The files of a data set in order; raises `DataSetError` if there are none."""
    found: list[str] = []
    for path in paths:
        if not os.path.exists(path):
            raise DataSetError(f"{path}: no such file or directory")
        inside = sorted(map(str, Path(path).rglob("*"))) if os.path.isdir(path) else [path]
        named = [name for name in inside if _kind(name) and os.path.isfile(name)]
        if not named:
            raise DataSetError(f"{path}: no Parquet (.parquet) and no JSON lines (.jsonl) here")
        found += named
    return found


def texts(file: str, columns: Columns) -> Iterator[Text | None]:
    """The sources in one file, None for a row without one; raises `DataSetError`."""
    try:
        rows = _parquet(file, columns) if _kind(file) == ".parquet" else _json_lines(file, columns)
        yield from rows
    except (OSError, pyarrow.ArrowException) as error:
        why = " ".join(str(error).split()) or type(error).__name__
        raise DataSetError(f"{file}: {why}") from error


def _kind(name: str) -> str:
    """What a file holds by its name; empty if nothing that could be read."""
    stem, end = os.path.splitext(name.lower())
    if end in _COMPRESSED:
        _, end = os.path.splitext(stem)
        return end if end in _LINES else ""
    return end if end == ".parquet" or end in _LINES else ""


def _parquet(file: str, columns: Columns) -> Iterator[Text | None]:
    with pyarrow.parquet.ParquetFile(file) as parquet:
        named = _chosen(parquet.schema_arrow.names, columns, file)
        wanted = [name for name in named if name is not None]
        for batch in parquet.iter_batches(batch_size=_ROWS, columns=wanted, use_threads=False):
            for row in batch.to_pylist():
                yield _text(row, named)


def _json_lines(file: str, columns: Columns) -> Iterator[Text | None]:
    number = 0
    with pyarrow.input_stream(file, compression="detect") as stream:
        # An arrow stream has no lines of its own.
        for number, line in enumerate(_lines(stream), start=1):
            if not line.strip():
                continue
            try:
                row = json.loads(line)
            except ValueError as error:
                raise DataSetError(f"{file}:{number}: no JSON: {error}") from error
            if not isinstance(row, dict):
                raise DataSetError(f"{file}:{number}: no object with columns")
            yield _text(row, _chosen(row, columns, f"{file}:{number}"))


def _lines(stream: Any) -> Iterator[bytes]:
    rest = b""
    while block := stream.read(2**20):
        *whole, rest = (rest + block).split(b"\n")
        yield from whole
    if rest:
        yield rest


def _chosen(names: Any, columns: Columns, place: str) -> tuple[str, str, str | None]:
    """The columns of content, path and repository; raises `DataSetError` if one is missing."""
    path = columns.path or next((name for name in _PATHS if name in names), _PATHS[0])
    repository = columns.repository or next((name for name in _REPOSITORIES if name in names), None)
    for name in (columns.content, path, columns.repository):
        if name is not None and name not in names:
            raise DataSetError(f"{place}: there is no column {name}")
    return columns.content, path, repository


def _text(row: dict[str, Any], named: tuple[str, str, str | None]) -> Text | None:
    content, path, repository = (None if name is None else row.get(name) for name in named)
    if not isinstance(path, str) or not isinstance(content, str | bytes):
        return None
    if isinstance(content, str):
        content = content.encode("utf-8", "replace")
    if not isinstance(repository, str):
        repository = path.strip("/").partition("/")[0]
    return Text(_clean(repository), _clean(path), content)


def _clean(name: str) -> str:
    """A name without what no file can hold, such as half of a character."""
    return name.encode("utf-8", "replace").decode("utf-8")
