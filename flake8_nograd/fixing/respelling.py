"""Guards written in another way or taken off, all around them byte for byte as it was."""

from __future__ import annotations

import ast
import io
import tokenize
from collections.abc import Mapping, Sequence

from flake8_nograd.findings import Respelling, Span
from flake8_nograd.fixing.rewriting import CannotRewrite
from flake8_nograd.source import Source, SourceError
from flake8_nograd.syntax.bindings import FunctionNode
from flake8_nograd.syntax.imports import is_docstring


def respell(source: Source, data: bytes, respellings: Sequence[Respelling]) -> bytes:
    """The bytes with each place rewritten; raises `CannotRewrite`, and nothing has happened."""
    encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
    lines = list(source.lines)
    for span, text, *_ in sorted(set(respellings), reverse=True):
        first, last = lines[span.line - 1], lines[span.end_line - 1]
        lines[span.line - 1] = first[: span.column] + text + last[span.end_column :]
        lines[span.line : span.end_line] = [""] * (span.end_line - span.line)
    if "".join(source.lines).encode(encoding) != data:
        raise CannotRewrite("the bytes cannot be reproduced")
    changed = "".join(lines).encode(encoding)
    try:
        after = Source.from_bytes(changed, source.path)
    except SourceError as error:
        raise CannotRewrite(f"the edited file would not parse: {error.why}") from error
    wanted = _Respelled(source, {item.span: item.text for item in respellings})
    before = Source.from_text("".join(source.lines), source.path).tree
    if ast.dump(wanted.generic_visit(before)) != ast.dump(after.tree):
        raise CannotRewrite("the edited file would be another program")
    return changed


class _Respelled(ast.NodeTransformer):
    """Puts what is written instead of expressions into a tree, and takes guards off."""

    def __init__(self, source: Source, texts: Mapping[Span, str]) -> None:
        self._source = source
        self._texts = dict(texts)

    def visit(self, node: ast.AST) -> ast.AST | list[ast.stmt]:
        """The node, or what stands for it: for a `with`, its body."""
        if isinstance(node, FunctionNode) and self._takes_order(node.decorator_list[-2:]):
            node.decorator_list[-2:] = reversed(node.decorator_list[-2:])
        if isinstance(node, ast.With) and self._texts.pop(self._source.span(node, node), ""):
            self.generic_visit(node)
            return node.body
        if isinstance(node, ast.expr):
            text = self._texts.pop(self._source.span(node, node), None)
            if text is not None:
                return ast.parse(text, mode="eval").body
        self.generic_visit(node)
        if isinstance(node, FunctionNode):
            self._take_guard_in(node)
        return node

    def generic_visit(self, node: ast.AST) -> ast.AST:
        """The node with its parts visited; statements may go under the guard before them."""
        for suite in (getattr(node, name, None) for name in ("body", "orelse", "finalbody")):
            if isinstance(suite, list):
                self._put_under_guards(suite)
        return super().generic_visit(node)

    def _put_under_guards(self, suite: list[ast.stmt]) -> None:
        for index, statement in enumerate(suite[:-1]):
            text = self._texts.pop(self._source.span(statement, suite[-1]), "")
            if text:
                (guard,) = ast.parse(text.splitlines()[0].partition("#")[0] + " pass").body
                assert isinstance(guard, ast.With)
                guard.body = suite[index + 1 :]
                suite[index:] = [guard]
                return

    def _take_guard_in(self, function: FunctionNode) -> None:
        """Whatever guard above a function is to go around its body."""
        for guard in tuple(function.decorator_list):
            if self._texts.pop(self._source.decorated(guard, function), ""):
                called = guard if isinstance(guard, ast.Call) else ast.Call(guard, [], [])
                start = int(is_docstring(function.body[0]))
                block = ast.With([ast.withitem(called)], function.body[start:])
                function.body[start:] = [block]
                function.decorator_list.remove(guard)

    def _takes_order(self, decorators: Sequence[ast.expr]) -> bool:
        """Whether the two last decorators of a function change places."""
        if len(decorators) < 2:
            return False
        return bool(self._texts.pop(self._source.span(*decorators), ""))
