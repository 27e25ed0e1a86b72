"""Findings, edits and cures as the language server protocol writes them, in plain JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from flake8_nograd.findings import Finding
from flake8_nograd.lsp.document import Document
from flake8_nograd.output.entry import is_error
from flake8_nograd.output.links import rule_page
from flake8_nograd.quick_fix import QuickFix
from flake8_nograd.rules import RULES
from flake8_nograd.text_edits import Place, TextEdit, places

Json = dict[str, Any]

SOURCE = "nograd"
QUICK_FIX = "quickfix"
FIX_ALL = "source.fixAll.nograd"
_ERROR, _WARNING = 1, 2
_UNITS = {"utf-8": ("utf-8", 1), "utf-16": ("utf-16-le", 2), "utf-32": ("utf-32-le", 4)}


class Messages:
    """Speaks of one document; `encoding` is what the client counts characters in."""

    def __init__(self, document: Document, uri: str, encoding: str = "utf-16") -> None:
        self._document = document
        self._uri = uri
        self._encoding, self._size = _UNITS[encoding]

    def diagnostics(self) -> list[Json]:
        """A diagnostic for each finding."""
        return [self.diagnostic(finding) for finding in self._document.findings]

    def diagnostic(self, finding: Finding) -> Json:
        """A finding as editors show it."""
        page = rule_page(finding.code)
        return {
            **({"codeDescription": {"href": page}} if page is not None else {}),
            "range": self._range_of(finding),
            "severity": _ERROR if is_error(finding.code) else _WARNING,
            "code": finding.code,
            "source": SOURCE,
            "message": finding.message,
        }

    def actions(self, asked: Json, only: Sequence[str] | None) -> list[Json]:
        """What can be done about the findings in a range, of the kinds that are wanted."""
        found: list[Json] = []
        if _is_wanted(QUICK_FIX, only):
            for finding in self._document.findings:
                if _overlap(self._range_of(finding), asked):
                    found += self.cures(finding, self.diagnostic(finding))
        if _is_wanted(FIX_ALL, only) and (edits := self._document.whole_fix):
            title = "Fix all safe findings of nograd"
            found.append({"title": title, "kind": FIX_ALL, "edit": self._change(edits)})
        return found

    def cures(self, finding: Finding, diagnostic: Json) -> Iterator[Json]:
        """What can be done about one finding, the best first."""
        quick_fix = self._document.quick_fix(finding)
        if quick_fix is not None:
            yield {
                "title": self._title(finding, quick_fix),
                "kind": QUICK_FIX,
                "diagnostics": [diagnostic],
                "isPreferred": quick_fix.is_safe,
                "edit": self._change(quick_fix.edits),
            }
        if edits := self._document.noqa(finding):
            yield {
                "title": f"Suppress with `# noqa: {finding.code}`",
                "kind": QUICK_FIX,
                "diagnostics": [diagnostic],
                "isPreferred": False,
                "edit": self._change(edits),
            }

    def hover(self, position: Json) -> Json | None:
        """Why there is a finding, where there is one."""
        here = {"start": position, "end": position}
        for finding in self._document.findings:
            where = self._range_of(finding)
            if _overlap(where, here):
                rule = RULES[finding.code]
                text = f"{self._document.explanation(finding)}\n\n{rule.code}: {rule.summary}"
                return {"contents": {"kind": "plaintext", "value": text}, "range": where}
        return None

    def _title(self, finding: Finding, quick_fix: QuickFix) -> str:
        others = f" (and {quick_fix.others} more)" if quick_fix.others else ""
        unsafe = "" if quick_fix.is_safe else f" (unsafe: {self._document.reason(finding)})"
        return f"{quick_fix.title}{others}{unsafe}"

    def _change(self, edits: Sequence[TextEdit]) -> Json:
        return {"changes": {self._uri: [self._edit(edit) for edit in edits]}}

    def _edit(self, edit: TextEdit) -> Json:
        start, end = places(self._document.lines, edit)
        return {"range": self._range(start, end), "newText": edit.text}

    def _range_of(self, finding: Finding) -> Json:
        start = Place(finding.line, finding.column)
        return self._range(start, Place(*finding.end) if finding.end is not None else start)

    def _range(self, start: Place, end: Place) -> Json:
        return {"start": self._position(start), "end": self._position(end)}

    def _position(self, place: Place) -> Json:
        lines = self._document.lines
        before = lines[place.line - 1][: place.column - 1] if place.line <= len(lines) else ""
        length = len(before.encode(self._encoding, "surrogatepass")) // self._size
        return {"line": place.line - 1, "character": length}


def _overlap(one: Json, other: Json) -> bool:
    return _point(one["start"]) <= _point(other["end"]) and (
        _point(other["start"]) <= _point(one["end"])
    )


def _point(position: Json) -> tuple[int, int]:
    return position["line"], position["character"]


def _is_wanted(kind: str, only: Sequence[str] | None) -> bool:
    """Whether a kind is one of those asked for, or below one."""
    return not only or any(f"{kind}.".startswith(f"{wanted}.") for wanted in only)
