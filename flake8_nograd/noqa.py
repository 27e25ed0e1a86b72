"""Which findings a `# noqa` silences, by flake8's own reading of comments."""

from __future__ import annotations

import argparse

from flake8.processor import FileProcessor
from flake8.violation import Violation

from flake8_nograd.source import Source

# What flake8 asks its options for when it looks for comments.
_LAYOUT = argparse.Namespace(
    hang_closing=False,
    indent_size=4,
    max_line_length=79,
    max_doc_length=None,
    verbose=0,
    disable_noqa=False,
)


class Noqa:
    """The comments of one file."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._processor = processor_of(source, _LAYOUT)

    def ignores_file(self) -> bool:
        """Whether a `# flake8: noqa` silences all findings."""
        return bool(self._processor.should_ignore_file())

    def silences(self, code: str, line: int) -> bool:
        """Whether a finding of a code on a 1-based line is silenced."""
        text = self._processor.noqa_line_for(line) or self._source.lines[line - 1]
        return bool(Violation(code, self._source.path, line, 1, "", text).is_inline_ignored(False))


def may_hold_noqa(source: Source) -> bool:
    """Whether there is any comment to look for, which costs a pass over all tokens."""
    return any("noqa" in line.lower() for line in source.lines)


def processor_of(source: Source, options: argparse.Namespace) -> FileProcessor:
    """flake8's view of a file, which knows what line a `# noqa` belongs to."""
    lines = [f"{line.rstrip(chr(13) + chr(10))}\n" for line in source.lines]
    return FileProcessor(source.path, options, lines)
