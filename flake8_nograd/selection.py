"""flake8's decisions about findings: which codes are selected where, and what `# noqa` silences."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from functools import cached_property

from flake8.formatting.default import Nothing
from flake8.processor import FileProcessor
from flake8.style_guide import Decision, StyleGuideManager
from flake8.violation import Violation

from flake8_nograd.findings import Finding
from flake8_nograd.source import Source


class Selection:
    """What flake8 would show under the options that it has read."""

    def __init__(self, flake8_options: argparse.Namespace) -> None:
        self._flake8 = flake8_options

    def keep(self, source: Source, findings: Sequence[Finding]) -> list[Finding]:
        """The findings that flake8 would report: selected, and not silenced by `# noqa`."""
        # To look for comments costs a pass over all tokens, and few files hold any.
        may_silence = any("noqa" in line.lower() for line in source.lines)
        processor = self.processor(source) if may_silence else None
        if processor is not None and processor.should_ignore_file():
            return []
        guide = self.guides.style_guide_for(source.path)
        return [
            finding
            for finding in findings
            if guide.should_report_error(finding.code) is Decision.Selected
            and not (processor and self._is_silenced(source, processor, finding))
        ]

    def processor(self, source: Source) -> FileProcessor:
        """flake8's view of a file, which knows what line a `# noqa` belongs to."""
        lines = [f"{line.rstrip(chr(13) + chr(10))}\n" for line in source.lines]
        return FileProcessor(source.path, self._flake8, lines)

    @cached_property
    def guides(self) -> StyleGuideManager:
        """The selected codes of each file; raises what flake8 does for options it cannot use."""
        return StyleGuideManager(self._flake8, Nothing(self._flake8))

    def _is_silenced(self, source: Source, processor: FileProcessor, finding: Finding) -> bool:
        line = processor.noqa_line_for(finding.line) or source.lines[finding.line - 1]
        violation = Violation(
            finding.code, source.path, finding.line, finding.column, finding.message, line
        )
        return bool(violation.is_inline_ignored(self._flake8.disable_noqa))
