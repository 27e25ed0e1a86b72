"""One text as an editor holds it: its findings, and the edits that it can be offered."""

from __future__ import annotations

import io
import tokenize
from collections.abc import Sequence
from functools import cached_property

from flake8_nograd import engine, fix_engine
from flake8_nograd.command.settings import Settings
from flake8_nograd.command.suppression import add_noqa
from flake8_nograd.findings import Finding
from flake8_nograd.fix_engine import FileFix
from flake8_nograd.fixing import FixError, Style
from flake8_nograd.quick_fix import QuickFix, Repairs
from flake8_nograd.source import Source, SourceError, text_lines
from flake8_nograd.text_edits import TextEdit, difference


class Document:
    """A text, the path under which it is saved, and the configuration that holds there."""

    def __init__(self, text: str, path: str, settings: Settings, style: Style) -> None:
        self.text = text
        self.path = path
        self._settings = settings
        self._style = style
        self._data = _encoded(text)
        self._quick_fixes: dict[Finding, QuickFix | None] = {}

    @cached_property
    def findings(self) -> Sequence[Finding]:
        """What is reported; nothing for a text that cannot be parsed, as it is half the time."""
        if self._source is None or not fix_engine.is_concerned(self._data):
            return []
        settings = self._settings
        return engine.check(self._source, settings.options, self._style, settings.keep)

    @property
    def lines(self) -> Sequence[str]:
        """The lines of the text, line ends kept."""
        return self._source.lines if self._source is not None else []

    def quick_fix(self, finding: Finding) -> QuickFix | None:
        """What would mend one finding, if anything."""
        if finding not in self._quick_fixes:
            found = self._repairs.of_one(self._data, self._fixed.found, finding)
            self._quick_fixes[finding] = found
        return self._quick_fixes[finding]

    def reason(self, finding: Finding) -> str:
        """Why the fix of a finding is safe, why it is not, or why there is none."""
        reasons = {item.finding: item.reason for item in self._fixed.found}
        return reasons.get(finding, "it could not be fixed")

    @property
    def whole_fix(self) -> Sequence[TextEdit]:
        """What the command would do to the file."""
        return self._edits(self._fixed.after)

    def noqa(self, finding: Finding) -> Sequence[TextEdit]:
        """The comment that silences one finding."""
        assert self._source is not None
        processor = self._settings.processor(self._source)
        try:
            return self._edits(add_noqa(self._data, self._source, processor, [finding]))
        except FixError:
            return ()

    def explanation(self, finding: Finding) -> str:
        """How the questions were answered for the line of a finding."""
        assert self._source is not None
        return engine.explain(self._source, self._settings.options, finding.line)

    @cached_property
    def _source(self) -> Source | None:
        try:
            return Source.from_bytes(self._data, self.path)
        except SourceError:
            return None

    @cached_property
    def _repairs(self) -> Repairs:
        return Repairs(self.path, self._settings.options, self._style, self._settings.keep)

    @cached_property
    def _fixed(self) -> FileFix:
        fixed = self._repairs.fix(self._data, self._style, self._settings.keep)
        return fixed or FileFix(self.path, self._data, self._data)

    def _edits(self, after: bytes) -> tuple[TextEdit, ...]:
        return difference(self.lines, text_lines(after, self.path))


def _encoded(text: str) -> bytes:
    """The bytes of the file: in the encoding that it declares, so that they are read as meant."""
    plain = text.encode("utf-8", "replace")
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(plain).readline)
        return plain if encoding.startswith("utf-8") else text.encode(encoding)
    except (SyntaxError, UnicodeEncodeError):
        return plain
