"""flake8's decisions about findings: which codes are selected where, and what `# noqa` silences."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from functools import cached_property

from flake8.formatting.default import Nothing
from flake8.processor import FileProcessor
from flake8.style_guide import Decision, StyleGuideManager

from flake8_nograd.findings import Finding
from flake8_nograd.noqa import Noqa, may_hold_noqa, processor_of
from flake8_nograd.source import Source


class Selection:
    """What flake8 would show under the options that it has read."""

    def __init__(self, flake8_options: argparse.Namespace) -> None:
        self._flake8 = flake8_options

    def keep(self, source: Source, findings: Sequence[Finding]) -> list[Finding]:
        """The findings that flake8 would report: selected, and not silenced by `# noqa`."""
        is_unread = self._flake8.disable_noqa or not may_hold_noqa(source)
        noqa = None if is_unread else Noqa(source)
        if noqa is not None and noqa.ignores_file():
            return []
        guide = self.guides.style_guide_for(source.path)
        return [
            finding
            for finding in findings
            if guide.should_report_error(finding.code) is Decision.Selected
            and not (noqa and noqa.silences(finding.code, finding.line))
        ]

    def processor(self, source: Source) -> FileProcessor:
        """flake8's view of a file, which knows what line a `# noqa` belongs to."""
        return processor_of(source, self._flake8)

    @cached_property
    def guides(self) -> StyleGuideManager:
        """The selected codes of each file; raises what flake8 does for options it cannot use."""
        return StyleGuideManager(self._flake8, Nothing(self._flake8))
