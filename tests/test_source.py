"""From bytes to a tree, and from its byte offsets to characters."""

from __future__ import annotations

import ast
import warnings

import pytest

from flake8_nograd.findings import Span
from flake8_nograd.source import Source, SourceError, decode


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"x = 1\n", "x = 1\n"),
        (b"x = 1", "x = 1"),
        (b"", ""),
        (b"\xef\xbb\xbfx = 1\n", "x = 1\n"),
        (b"x = 1\r\ny = 2\r\n", "x = 1\r\ny = 2\r\n"),
        ("s = 'é'\n".encode(), "s = 'é'\n"),
        ("# coding: latin-1\ns = 'é'\n".encode("latin-1"), "# coding: latin-1\ns = 'é'\n"),
    ],
)
def test_bytes_are_decoded_as_python_does_it(data, text):
    assert decode(data, "file.py") == text
    assert "".join(Source.from_bytes(data, "file.py").lines) == text


@pytest.mark.parametrize(
    ("data", "line", "why"),
    [
        (b"x = 1\nif:\n", 2, "invalid syntax"),
        (b"# coding: future_fstrings\n", 1, "unknown encoding"),
        (b"#!/usr/bin/python\n# coding: nonsense\n", 2, "unknown encoding"),
        (b"s = '\xff'\n", 1, "encoding"),
        (b"x = 1\ns = '\xff'\n", 2, "byte 0xff is not utf-8"),
        (b"# coding: utf-8\n\ns = '\xff'\n", 3, "byte 0xff is not utf-8"),
        (b"x = 1\n\0\n", 2, "null bytes"),
        (b"x = " + b"(" * 2000 + b")" * 2000, 1, "nested"),
        (b"x = " + b"-" * 100_000 + b"1", None, ""),
    ],
)
def test_what_cannot_be_read_is_told_in_one_line(data, line, why):
    with pytest.raises(SourceError) as caught:
        Source.from_bytes(data, "dir/file.py")
    message = str(caught.value)
    assert message.startswith(f"dir/file.py:{line}: " if line else "dir/file.py")
    assert why in message
    assert "\n" not in message


def test_a_missing_file_is_told(tmp_path):
    with pytest.raises(SourceError, match=r"none\.py: No such file"):
        Source.from_path(tmp_path / "none.py")


def test_a_file_is_read_with_its_line_ends(tmp_path):
    path = tmp_path / "file.py"
    path.write_bytes(b"x = 1\r\ny = 2")
    source = Source.from_path(path)
    assert (source.path, source.lines) == (str(path), ["x = 1\r\n", "y = 2"])


def test_warnings_of_the_parser_are_not_for_our_users():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        Source.from_text("x = '\\d'\nx is 1\n")


@pytest.mark.parametrize("prefix", ["", "é", "日本", "\U0001f600", "a\u0301"])
def test_columns_are_characters(prefix):
    source = Source.from_text(f"s = {prefix!r}; y = 1\n")
    node = source.tree.body[1]
    assert source.column(node.lineno, node.col_offset) == source.lines[0].index("y")


def test_a_span_reaches_over_statements():
    source = Source.from_text("a = 1\nif a:\n    b = 'é'; c = (\n        'é')\n")
    (branch,) = (node for node in source.tree.body if isinstance(node, ast.If))
    assert source.span(branch.body[0], branch.body[1]) == Span(3, 4, 4, 12)
    assert source.span(source.tree.body[0], branch) == Span(1, 0, 4, 12)
