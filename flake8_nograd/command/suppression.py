"""`# noqa` comments for the findings of a file, for `--add-noqa`."""

from __future__ import annotations

import ast
import io
import tokenize
from collections import defaultdict
from collections.abc import Sequence

from flake8.defaults import NOQA_INLINE_REGEXP
from flake8.processor import FileProcessor

from flake8_nograd.findings import Finding
from flake8_nograd.fixing import FixError
from flake8_nograd.source import Source, SourceError


def add_noqa(
    data: bytes, source: Source, processor: FileProcessor, findings: Sequence[Finding]
) -> bytes:
    """The file with a comment for each finding; raises `FixError` if it would not parse."""
    codes: defaultdict[int, list[str]] = defaultdict(list)
    for finding in findings:
        codes[_last_line(processor, finding.line)].append(finding.code)
    lines = list(source.lines)
    for last, wanted in codes.items():
        _comment(lines, _first_line(processor, last), last, wanted)
    encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
    changed = "".join(lines).encode(encoding)
    _prove(source, changed)
    return changed


def _last_line(processor: FileProcessor, line: int) -> int:
    """The last of the lines that flake8 joins with this one to look for a comment."""
    joined = processor.noqa_line_for(line)
    while joined and joined.count("\n") > 1 and processor.noqa_line_for(line + 1) == joined:
        line += 1
    return line


def _first_line(processor: FileProcessor, line: int) -> int:
    return line - max(0, (processor.noqa_line_for(line) or "").count("\n") - 1)


def _comment(lines: list[str], first: int, last: int, codes: Sequence[str]) -> None:
    """Add codes to the comment that is there, or a comment at the end of the last line."""
    wanted = sorted(set(codes))
    for index in range(first - 1, last):
        match = NOQA_INLINE_REGEXP.search(lines[index])
        if match is not None and match["codes"] is not None:
            end = match.start("codes") + len(match["codes"].rstrip(", \t\r\n"))
            lines[index] = f"{lines[index][:end]},{','.join(wanted)}{lines[index][end:]}"
            return
    text = lines[last - 1].rstrip("\r\n")
    newline = lines[last - 1][len(text) :]
    lines[last - 1] = f"{text.rstrip()}  # noqa: {','.join(wanted)}{newline}"


def _prove(source: Source, changed: bytes) -> None:
    try:
        after = Source.from_bytes(changed, source.path)
    except SourceError as error:
        raise FixError(source.path, f"# noqa cannot be added: {error.why}") from error
    if ast.dump(after.tree) != ast.dump(source.tree):
        raise FixError(source.path, "# noqa cannot be added without changing the program")
