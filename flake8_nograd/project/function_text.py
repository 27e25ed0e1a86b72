"""Functions by their place in a text: a part of it is parsed again when somebody asks for it."""

from __future__ import annotations

import ast
import warnings

from flake8_nograd.syntax.expressions import nodes_of

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef


def parsed(text: bytes) -> ast.Module:
    """The tree of a text, without warnings; raises what `ast.parse` does."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ast.parse(text)


def lines_of(node: FunctionNode) -> range:
    """The lines of a function, from its first decorator."""
    first = min([node.lineno, *(item.lineno for item in node.decorator_list)])
    return range(first, (node.end_lineno or node.lineno) + 1)


def function_in(lines: range, text: bytes) -> FunctionNode:
    """The function in these lines of a text that can be parsed."""
    try:
        found: ast.AST = parsed(_alone(lines, text)).body[-1]
    except SyntaxError:  # what the lines mean depends on others
        found = parsed(text)
    for node in nodes_of(found):
        if isinstance(node, FunctionNode) and lines_of(node) == lines:
            return node
    raise ValueError(f"no function in lines {lines.start} to {lines.stop - 1}")


def _alone(lines: range, text: bytes) -> bytes:
    """A function in its lines, with nothing around it but what a coding cookie may be in."""
    every = text.splitlines(keepends=True)
    own = every[lines.start - 1 : lines.stop - 1]
    before = [line if line.startswith(b"#") else b"\n" for line in every[:2]][: lines.start - 1]
    before += [b"\n"] * (lines.start - 1 - len(before))
    if not own[0].lstrip().startswith(own[0][:1]):
        before[-1] = b"if True:\n"
    return b"".join([*before, *own])
