"""Ways to rewrite a program that leave its meaning alone, and where its lines go."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Callable, Iterator
from dataclasses import dataclass

_PLAIN_IMPORT = re.compile(r"^(?P<indent>[ \t]*)import torch$", re.MULTILINE)


@dataclass(frozen=True)
class Rewriting:
    """A rewriting of source text to source bytes that moves every line by the same number."""

    name: str
    apply: Callable[[str], bytes]
    lines_added: int = 0


def crlf(text: str) -> bytes:
    """Windows line ends."""
    return text.replace("\n", "\r\n").encode()


def byte_order_mark(text: str) -> bytes:
    """A BOM in front."""
    return b"\xef\xbb\xbf" + text.encode()


def tabs(text: str) -> bytes:
    """One tab for every four spaces of indentation."""
    inside = _lines_inside_strings(text)
    lines = text.splitlines(keepends=True)
    return "".join(
        line if number in inside else _with_tabs(line) for number, line in enumerate(lines, 1)
    ).encode()


def torch_as_th(text: str) -> bytes:
    """`import torch as th`, and `th` wherever `torch` was."""
    edits = [
        _Edit(node.lineno, node.col_offset, node.col_offset + len("torch"), "th")
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Name) and node.id == "torch"
    ]
    renamed = _edited(text, edits)
    return _PLAIN_IMPORT.sub(r"\g<indent>import torch as th", renamed).encode()


def parentheses(text: str) -> bytes:
    """Parentheses around every call that stands outside of an f-string."""
    return _edited(
        text, [edit for call in _calls(ast.parse(text)) for edit in _wrap(call)]
    ).encode()


def if_true(text: str) -> bytes:
    """Everything inside `if True:`."""
    return f"if True:\n{_indented(text)}".encode()


def under_no_grad(text: str) -> bytes:
    """Everything inside `with torch.no_grad():`."""
    head = "import torch as torch_\nwith torch_.no_grad():\n"
    return f"{head}{_indented(text)}".encode()


REWRITINGS = (
    Rewriting("crlf", crlf),
    Rewriting("byte order mark", byte_order_mark),
    Rewriting("tabs", tabs),
    Rewriting("import torch as th", torch_as_th),
    Rewriting("parentheses", parentheses),
    Rewriting("if True", if_true, lines_added=1),
)


@dataclass(frozen=True)
class _Edit:
    """A replacement within one line; offsets are bytes, as `ast` counts them."""

    line: int
    start: int
    end: int
    text: str


def _edited(text: str, edits: list[_Edit]) -> str:
    lines = [line.encode() for line in text.splitlines(keepends=True)]
    for edit in sorted(edits, key=lambda edit: (edit.line, edit.start), reverse=True):
        line = lines[edit.line - 1]
        lines[edit.line - 1] = line[: edit.start] + edit.text.encode() + line[edit.end :]
    return b"".join(lines).decode()


def _calls(node: ast.AST) -> Iterator[ast.Call]:
    if isinstance(node, ast.JoinedStr):
        return
    if isinstance(node, ast.Call):
        yield node
    for child in ast.iter_child_nodes(node):
        yield from _calls(child)


def _wrap(call: ast.Call) -> tuple[_Edit, _Edit]:
    assert call.end_lineno is not None
    assert call.end_col_offset is not None
    return (
        _Edit(call.lineno, call.col_offset, call.col_offset, "("),
        _Edit(call.end_lineno, call.end_col_offset, call.end_col_offset, ")"),
    )


def _indented(text: str) -> str:
    inside = _lines_inside_strings(text)
    lines = text.splitlines(keepends=True)
    return "".join(
        line if number in inside or not line.strip() else f"    {line}"
        for number, line in enumerate(lines, 1)
    )


def _with_tabs(line: str) -> str:
    code = line.lstrip(" ")
    width, rest = divmod(len(line) - len(code), 4)
    return "\t" * width + " " * rest + code


def _lines_inside_strings(text: str) -> set[int]:
    """Lines that begin inside a string, whose first characters belong to it."""
    return {
        line
        for token in tokenize.generate_tokens(io.StringIO(text).readline)
        if token.type == tokenize.STRING
        for line in range(token.start[0] + 1, token.end[0] + 1)
    }
