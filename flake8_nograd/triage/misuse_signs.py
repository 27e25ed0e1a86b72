"""Does the text of a file hold a guard that may do something else than it seems to?

Every mention of a guard of torch is looked at with its line. One that stands in a `with`, above a
plain `def`, in an import or in a larger expression, with the arguments that it takes, is as it
should be; anything else is a sign.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from flake8_nograd.flow.statements import inner_suites

_NAMES = ("no_grad", "inference_mode", "enable_grad", "set_grad_enabled")
_MENTION = re.compile(rf"(?<![a-zA-Z0-9])_?(?:{'|'.join(_NAMES)})\b")
_PLAIN_CALL = re.compile(
    r"no_grad\s*\(\s*\)|enable_grad\s*\(\s*\)"
    r"|inference_mode\s*\(\s*(?:mode\s*=\s*)?(?!False|None)(?:[a-zA-Z_][^()]*)?\)"
    r"|set_grad_enabled\s*\(\s*(?:mode\s*=\s*)?(?!None)[a-zA-Z_(]"
)
_IMPORT = re.compile(r"[ \t]*(?:from|import)\b")
_WITH = re.compile(r"[ \t]*with\b[^:]*$")
_INSIDE_EXPRESSION = re.compile(r"(?:[^=!<>]=|\breturn|\belse|\w\()[ \t]*(?:\w+[ \t]*\.[ \t]*)*$")
_PLAIN_DEF = re.compile(r"(?:[ \t]*(?:#.*)?\r?\n)*[ \t]*def\b")
_HANDS_ON_GENERATOR = re.compile(r"return\s*\(?[^\n]*\bfor\b|return\s*\(\s*$|return\s+map\b", re.M)
_COMPILES = re.compile(r"\bjit\b|\bscript(?:_method)?\b")
_SUSPENDS = re.compile(r"\byield\b|\basync\b")
# What starts threads and tasks, and what would switch recording on inside of inference_mode.
_STARTS = re.compile(
    r"Thread|concurrent|executor|asyncio|\.\s*(?:submit|create_task|apply_async|map_async)\b"
)
_SWITCHES_ON = re.compile(r"enable_grad|set_grad_enabled")
_UNCALLED = re.compile(r"\.\s*(?:eval|train)\s*\)*[ \t\r]*(?:$|[;#])", re.M)
_VOLATILE = re.compile(r"\bvolatile\s*=")


def may_be_misused(text: str, tree: ast.Module) -> bool:
    """Whether a guard, or what puts a model into a mode, may not do what it seems to."""
    if "volatile" in text and _VOLATILE.search(text):
        return True
    if any(not _IMPORT.match(line) for line in _lines_with(_UNCALLED, text)):
        return True
    if not any(name in text for name in _NAMES):
        return False
    if _STARTS.search(text) or ("inference_mode" in text and _SWITCHES_ON.search(text)):
        return True
    return _Mentions(text).are_strange() or _suspends_in_guard(text, tree)


class _Mentions:
    """The mentions of torch's guards in a text."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._may_make_generators = "yield" in text or bool(_HANDS_ON_GENERATOR.search(text))
        self._may_compile = bool(_COMPILES.search(text))

    def are_strange(self) -> bool:
        """Whether any of them is not as it should be."""
        return any(map(self._is_strange, _MENTION.finditer(self._text)))

    def _is_strange(self, mention: re.Match[str]) -> bool:
        text = self._text
        start = text.rfind("\n", 0, mention.start()) + 1
        end = text.find("\n", mention.end())
        before, line = text[start : mention.start()], text[start : end if end >= 0 else len(text)]
        if before.lstrip().startswith("#"):
            return False
        if _IMPORT.match(before):
            return " as " in line or ";" in line
        is_decorator = before.lstrip().startswith("@")
        called = _PLAIN_CALL.match(text, mention.start() + mention[0].startswith("_"))
        if called is None and not (is_decorator and not text[mention.end()].strip("\r\n")):
            return True
        if is_decorator:
            return self._is_decorator_strange(end)
        return not (_WITH.match(before) or _INSIDE_EXPRESSION.search(before))

    def _is_decorator_strange(self, end: int) -> bool:
        if self._may_make_generators or self._may_compile or end < 0:
            return True
        return _PLAIN_DEF.match(self._text, end + 1) is None


def _lines_with(pattern: re.Pattern[str], text: str) -> Iterator[str]:
    for match in pattern.finditer(text):
        yield text[text.rfind("\n", 0, match.start()) + 1 : match.end()]


def _suspends_in_guard(text: str, tree: ast.Module) -> bool:
    """Whether a `with` block holds something that lets others run meanwhile."""
    if not _SUSPENDS.search(text):
        return False
    todo: list[list[ast.stmt]] = [tree.body]
    while todo:
        for statement in todo.pop():
            if isinstance(statement, ast.With) and any(map(_suspends, ast.walk(statement))):
                return True
            if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                todo.append(statement.body)
            else:
                todo += inner_suites(statement)
    return False


def _suspends(node: ast.AST) -> bool:
    return isinstance(node, ast.Yield | ast.YieldFrom | ast.Await | ast.AsyncFor | ast.AsyncWith)
