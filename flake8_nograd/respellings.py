"""What is to be written in place of a guard that is written wrongly, or of its whole block."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from flake8_nograd.findings import Respelling, Safety, Span
from flake8_nograd.rules.base import Cure
from flake8_nograd.source import Source
from flake8_nograd.syntax.accumulations import names_in
from flake8_nograd.syntax.bindings import FunctionNode
from flake8_nograd.syntax.expressions import first_await_or_yield
from flake8_nograd.syntax.imports import is_docstring
from flake8_nograd.torch_model.facts import GuardMisuse


def respelling_of(item: GuardMisuse, cure: Cure, source: Source) -> Respelling | None:
    """What a cure makes of a misuse; None if it does not fit there."""
    node = item.node if item.instead is None else item.instead
    if isinstance(node, Sequence):
        return _wrapping(node, item, cure, source)
    if cure.moves_in:
        return _moving_in(item.node, node, cure, source)
    span = source.span(node, node)
    if isinstance(node, ast.With):
        text, title = _body(node, source), "Remove the guard"
    elif isinstance(node, FunctionNode):
        first, last = node.decorator_list[-2:]
        span = source.span(first, last)
        text, title = _exchanged(first, last, source), "Put the guard above the `def`"
    else:
        if cure.drops and isinstance(node, ast.Call):
            text = _without(node, cure.drops, source)
        else:
            text = _text(node, item, cure, source)
        title = f"Write `{text}`"
    return _respelling(span, text, cure, title) if text else None


def _respelling(span: Span, text: str, cure: Cure, title: str) -> Respelling:
    safety = Safety.UNSAFE if cure.doubt else Safety.SAFE
    return Respelling(span, text, safety, cure.doubt or "it means what was meant", title)


def _wrapping(
    statements: Sequence[ast.stmt], item: GuardMisuse, cure: Cure, source: Source
) -> Respelling | None:
    """What follows a statement put under a guard in its place; None if that may change a text."""
    if len(statements) < 2 or any(map(_has_long_text, statements)):
        return None
    first, span = statements[0], source.span(statements[0], statements[-1])
    header, *lines = _written(span, source).splitlines(keepends=True)
    indent = source.lines[span.line - 1][: span.column]
    after = header[source.column(first.lineno, first.end_col_offset or 0) - span.column :]
    guard = _text(item.node, item, cure, source)
    if guard is None or indent.strip() or (after.strip() and not after.lstrip().startswith("#")):
        return None
    unit = "\t" if "\t" in indent else "    "
    moved = [unit + line if line.strip() else line for line in lines]
    text = f"with {guard}:{after}{''.join(moved)}"
    return _respelling(span, text, cure, f"Put what follows under `with {guard}:`")


def _moving_in(guard: ast.expr, function: ast.AST, cure: Cure, source: Source) -> Respelling | None:
    """A guard around the body, not above the `def`; None if others would run under it."""
    assert isinstance(function, FunctionNode)
    body = function.body[is_docstring(function.body[0]) :]
    if not body or first_await_or_yield(body) or any(map(_has_long_text, body)):
        return None
    span, last = source.decorated(guard, function), guard.end_lineno or guard.lineno
    first = min(node.lineno for node in (body[0], *getattr(body[0], "decorator_list", ())))
    header, lines = source.lines[last : first - 1], list(source.lines[first - 1 : span.end_line])
    indent = source.lines[span.line - 1][: span.column]
    after = source.lines[last - 1][source.span(guard, guard).end_column :]
    unit = lines[0][: len(lines[0]) - len(lines[0].lstrip())].removeprefix(indent)
    if (
        after.strip()[:1] not in ("", "#")
        or indent.strip()
        or not header
        or not header[0].startswith(indent)
    ):
        return None
    written = f"with {ast.unparse(guard)}{'' if isinstance(guard, ast.Call) else '()'}:"
    lines[-1] = lines[-1][: span.end_column]
    moved = [unit + line if line.strip() else line for line in lines]
    text = "".join([*header, indent, unit, written, after, *moved])
    title = f"Put the body under `{written}`"
    return _respelling(span, text.removeprefix(indent), cure, title)


def _exchanged(first: ast.expr, last: ast.expr, source: Source) -> str | None:
    """Two decorators, each in the place of the other; None if there is a comment between them."""
    spans = [source.span(first, first), source.span(last, last)]
    between = Span(*spans[0][2:], *spans[1][:2])
    above, middle, below = (_written(span, source) for span in (spans[0], between, spans[1]))
    return None if "#" in middle else below + middle + above


def _written(span: Span, source: Source) -> str:
    lines = list(source.lines[span.line - 1 : span.end_line])
    lines[-1] = lines[-1][: span.end_column]
    lines[0] = lines[0][span.column :]
    return "".join(lines)


def _text(node: ast.expr, item: GuardMisuse, cure: Cure, source: Source) -> str | None:
    """What is to be written in place of a guard that fits into one line, with names at hand."""
    span = source.span(node, node)
    has_arguments = isinstance(node, ast.Call) and bool(node.args or node.keywords)
    if span.line != span.end_line or (cure.keeps_arguments and has_arguments):
        return None
    written = source.lines[span.line - 1][span.column : span.end_column]
    text = cure.text.format(written=written, **item._asdict())
    return text if set(names_in([ast.parse(text)])) <= set(names_in([node])) else None


def _without(call: ast.Call, keyword: str, source: Source) -> str | None:
    """A call in one line without one of its keywords, whose value nothing runs to compute."""
    span = source.span(call, call)
    parts: list[ast.expr | ast.keyword] = [*call.args, *call.keywords]
    parts.sort(key=lambda part: (part.lineno, part.col_offset))
    index = next((i for i, part in enumerate(parts) if getattr(part, "arg", "") == keyword), -1)
    if span.line != span.end_line or index < 0 or any(map(_runs_code, ast.walk(parts[index]))):
        return None
    first, last = parts[index].col_offset, parts[index].end_col_offset
    if index > 0:
        first = parts[index - 1].end_col_offset or first
    elif len(parts) > 1:
        last = parts[1].col_offset
    line, columns = source.lines[span.line - 1], (first, last or first)
    start, end = (source.column(span.line, column) for column in columns)
    return line[span.column : start] + line[end : span.end_column]


def _runs_code(node: ast.AST) -> bool:
    return isinstance(node, ast.Call | ast.Await | ast.NamedExpr | ast.Yield | ast.YieldFrom)


def _body(block: ast.With, source: Source) -> str | None:
    """The body of a `with`, one level to the left; None if more than indentation would change."""
    span = source.span(block, block)
    header, *lines = source.lines[span.line - 1 : span.end_line]
    if "#" in header or not header.rstrip().endswith(":") or _has_long_text(block):
        return None
    lines[-1] = lines[-1][: span.end_column]
    while not lines[0].strip():
        del lines[0]
    code = next(line for line in lines if line.strip() and not line.lstrip().startswith("#"))
    indent, deeper = header[: span.column], code[: -len(code.lstrip())]
    if not deeper.startswith(indent) or _goes_on(source.lines[span.end_line :], deeper):
        return None
    moved = [
        indent + line.removeprefix(deeper) if line.startswith(deeper) else line for line in lines
    ]
    return "".join(moved).removeprefix(indent)


def _has_long_text(block: ast.stmt) -> bool:
    """Whether a string goes over several lines, whose indentation may be part of it."""
    return any(
        node.lineno != node.end_lineno
        for node in ast.walk(block)
        if isinstance(node, ast.JoinedStr)
        or (isinstance(node, ast.Constant) and isinstance(node.value, str | bytes))
    )


def _goes_on(lines: Sequence[str], indent: str) -> bool:
    """Whether comments that are indented like a block follow it."""
    for line in lines:
        text = line.strip()
        if text and not text.startswith("#"):
            return False
        if text and line.startswith(indent):
            return True
    return False
