"""JSON of our own; docs/schemas/findings.json says what stands in it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from flake8_nograd.output.entry import TOOL, Entry, Line, Listing, is_error, tool_version
from flake8_nograd.output.links import rule_page
from flake8_nograd.quick_fix import QuickFix
from flake8_nograd.rules import RULES
from flake8_nograd.text_edits import TextEdit, places

VERSION = 1


def document(listing: Listing) -> Iterator[Line]:
    """One object with everything in it."""
    content = {
        "version": VERSION,
        "tool": {"name": TOOL, "version": tool_version()},
        "findings": list(_findings(listing)),
        "errors": list(listing.failures),
    }
    yield json.dumps(content, indent=2)


def lines(listing: Listing) -> Iterator[Line]:
    """One object for each finding, a line each."""
    for finding in _findings(listing):
        yield json.dumps(finding)


def _findings(listing: Listing) -> Iterator[dict[str, Any]]:
    for entry, fingerprint in zip(listing.entries, listing.fingerprints, strict=True):
        finding = entry.finding
        end_line, end_column = entry.end
        yield {
            "path": entry.uri,
            "line": finding.line,
            "column": finding.column,
            "end_line": end_line,
            "end_column": end_column,
            "code": finding.code,
            "rule": RULES[finding.code].name,
            "url": rule_page(finding.code),
            "message": finding.message,
            "severity": "error" if is_error(finding.code) else "warning",
            "fingerprint": fingerprint,
            "reason": entry.outcome.reason,
            "fix": _fix(entry, entry.quick_fix) if entry.quick_fix is not None else None,
        }


def _fix(entry: Entry, quick_fix: QuickFix) -> dict[str, Any]:
    return {
        "title": quick_fix.title,
        "safety": "safe" if quick_fix.is_safe else "unsafe",
        "also_mends": quick_fix.others,
        "edits": [_edit(entry, edit) for edit in quick_fix.edits],
    }


def _edit(entry: Entry, edit: TextEdit) -> dict[str, Any]:
    start, end = places(entry.lines, edit)
    return {
        "line": start.line,
        "column": start.column,
        "end_line": end.line,
        "end_column": end.column,
        "text": edit.text,
    }
