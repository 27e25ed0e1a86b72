"""Does the text of a file hold a guard that may do something else than it seems to?

Every mention of a guard of torch is looked at with its line. One that stands in a `with`, above a
plain `def`, in an import or in a larger expression, with the arguments that it takes, is as it
should be; anything else is a sign.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator

from flake8_nograd.patterns import lazy_pattern
from flake8_nograd.syntax.expressions import nodes_of
from flake8_nograd.syntax.suites import inner_suites

_NAMES = ("no_grad", "inference_mode", "enable_grad", "set_grad_enabled")
_MENTION = lazy_pattern(rf"(?<![a-zA-Z0-9])_?(?:{'|'.join(_NAMES)})\b")
_PLAIN_CALL = lazy_pattern(
    r"no_grad\s*\(\s*\)|enable_grad\s*\(\s*\)"
    r"|inference_mode\s*\(\s*(?:mode\s*=\s*)?(?!False|None)(?:[a-zA-Z_][^()]*)?\)"
    r"|set_grad_enabled\s*\(\s*(?:mode\s*=\s*)?(?!None)[a-zA-Z_(]"
)
_IMPORT = lazy_pattern(r"[ \t]*(?:from|import)\b")
_WITH = lazy_pattern(r"[ \t]*with\b[^:]*$")
_INSIDE_EXPRESSION = lazy_pattern(r"(?:[^=!<>]=|\breturn|\belse|\w\()[ \t]*(?:\w+[ \t]*\.[ \t]*)*$")
_PLAIN_DEF = lazy_pattern(r"(?:[ \t]*(?:#.*)?\r?\n)*(?P<indent>[ \t]*)def\b")
_HANDS_ON_GENERATOR = lazy_pattern(
    r"return\s*\([^\n\[{]*\bfor\b|return\s*\(\s*$|return\s+map\b", re.M
)
_RETURNS_CALL = lazy_pattern(r"return\s+[\w.]+\s*\(")
_LONGEST_LINE = 500
_COMPILES = lazy_pattern(r"\bjit\b|\bscript(?:_method)?\b")
_SUSPENDING = ("yield", "async")
# What starts threads and tasks, and what would switch recording on inside of inference_mode.
_STARTS = (
    *("Thread", "concurrent", "executor", "asyncio"),
    *(".submit", ".create_task", ".apply_async", ".map_async"),
)
_SWITCHES_ON = lazy_pattern(r"enable_grad|set_grad_enabled")
_UNCALLED = lazy_pattern(r"\.\s*(?:eval|train)\s*\)*[ \t\r]*(?:$|[;#])", re.M)
_VOLATILE = lazy_pattern(r"\bvolatile\s*=")


def may_be_misused(text: str, tree: ast.Module) -> bool:
    """Whether a guard, or what puts a model into a mode, may not do what it seems to."""
    if "volatile" in text and _VOLATILE.search(text):
        return True
    if any(_names_mode(text, start) for start in _places_of((".eval", ".train"), text)):
        return True
    if not any(name in text for name in _NAMES):
        return False
    if any(word in text for word in _STARTS) or (
        "inference_mode" in text and _SWITCHES_ON.search(text)
    ):
        return True
    return _Mentions(text).are_strange() or _suspends_in_guard(text, tree)


class _Mentions:
    """The mentions of torch's guards in a text."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._may_yield = "yield" in text
        self._may_be_imported = "import *" in text or any(
            _IMPORT.match(text, text.rfind("\n", 0, mention.start()) + 1)
            for mention in _mentions(text)
        )

    def are_strange(self) -> bool:
        """Whether any of them is not as it should be."""
        return any(map(self._is_strange, _mentions(self._text)))

    def _is_strange(self, mention: re.Match[str]) -> bool:
        text = self._text
        start = text.rfind("\n", 0, mention.start()) + 1
        end = text.find("\n", mention.end())
        before, line = text[start : mention.start()], text[start : end if end >= 0 else len(text)]
        if before.lstrip().startswith("#"):
            return False
        if not self._may_be_imported and before[-1:] != "." and mention[0][0] != "_":
            return before.rstrip().endswith((".", "\\"))
        if _IMPORT.match(before):
            return " as " in line or ";" in line
        is_decorator = before.lstrip().startswith("@")
        called = _PLAIN_CALL.match(text, mention.start() + mention[0].startswith("_"))
        if called is None and not (is_decorator and not text[mention.end()].strip("\r\n")):
            return True
        if is_decorator:
            return self._is_decorator_strange(start, end)
        return not (_WITH.match(before) or _INSIDE_EXPRESSION.search(before))

    def _is_decorator_strange(self, start: int, end: int) -> bool:
        if end < 0:
            return True
        body = self._text[end : end + self._length_of_body(end)]
        if _HANDS_ON_GENERATOR.search(body) or (self._may_yield and _RETURNS_CALL.search(body)):
            return True
        if self._follows_a_decorator(start) and _COMPILES.search(self._text) is not None:
            return True
        return _PLAIN_DEF.match(self._text, end + 1) is None

    def _length_of_body(self, end: int) -> int:
        """How far it is to the next line that is indented no deeper than the `def`."""
        definition = _PLAIN_DEF.match(self._text, end + 1)
        if definition is None:
            return 0
        indent = definition["indent"]
        following = re.compile(rf"\n[ \t]{{0,{len(indent)}}}[^\s#)]")
        found = following.search(self._text, definition.end())
        return (found.start() if found else len(self._text)) - end

    def _follows_a_decorator(self, start: int) -> bool:
        """Whether the line before may be a decorator, or the end of one."""
        above = self._text[max(0, start - _LONGEST_LINE) : start]
        before = above.rstrip()
        line = before[before.rfind("\n") + 1 :].lstrip()
        is_next = above.count("\n", len(before)) < 2
        return line.startswith(("@", "#")) or (is_next and line.endswith(")"))


def _places_of(words: Iterable[str], text: str) -> Iterator[int]:
    """Where words begin; to look for each by itself is faster than one pattern."""
    for word in words:
        start = text.find(word)
        while start >= 0:
            yield start
            start = text.find(word, start + len(word))


def _mentions(text: str) -> Iterator[re.Match[str]]:
    for start in _places_of(_NAMES, text):
        mention = _MENTION.match(text, start - (text[start - 1 : start] == "_"))
        if mention is not None:
            yield mention


def _names_mode(text: str, start: int) -> bool:
    """Whether what puts a model into a mode ends its statement here without a call."""
    line = text[text.rfind("\n", 0, start) + 1 : start]
    return _UNCALLED.match(text, start) is not None and _IMPORT.match(line) is None


def _suspends_in_guard(text: str, tree: ast.Module) -> bool:
    """Whether a `with` block holds something that lets others run meanwhile."""
    if not any(word in text for word in _SUSPENDING):
        return False
    todo: list[list[ast.stmt]] = [tree.body]
    while todo:
        for statement in todo.pop():
            if isinstance(statement, ast.With) and any(map(_suspends, nodes_of(statement))):
                return True
            if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                todo.append(statement.body)
            else:
                todo += inner_suites(statement)
    return False


def _suspends(node: ast.AST) -> bool:
    return isinstance(node, ast.Yield | ast.YieldFrom | ast.Await | ast.AsyncFor | ast.AsyncWith)
