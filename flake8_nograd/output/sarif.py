"""SARIF 2.1.0, which code scanning reads."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from flake8_nograd.output.entry import TOOL, Entry, Line, Listing, is_error, tool_version
from flake8_nograd.output.links import rule_page
from flake8_nograd.quick_fix import QuickFix
from flake8_nograd.rules import RULES
from flake8_nograd.rules.base import Rule
from flake8_nograd.text_edits import TextEdit, places

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_ROOT = "%SRCROOT%"


def log(listing: Listing) -> Iterator[Line]:
    """A log with one run; every result has the edits that would mend it."""
    codes = sorted({entry.finding.code for entry in listing.entries})
    run = {
        "tool": {
            "driver": {
                "name": TOOL,
                "semanticVersion": tool_version(),
                "rules": [_rule(RULES[code]) for code in codes],
            }
        },
        "invocations": [
            {
                "executionSuccessful": not listing.failures,
                "toolExecutionNotifications": [
                    {"level": "error", "message": {"text": failure}} for failure in listing.failures
                ],
            }
        ],
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {_ROOT: {"description": {"text": "The folder of the run."}}},
        "results": [
            _result(entry, fingerprint, codes.index(entry.finding.code))
            for entry, fingerprint in zip(listing.entries, listing.fingerprints, strict=True)
        ],
    }
    yield json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2)


def _rule(rule: Rule) -> dict[str, Any]:
    page = rule_page(rule.code)
    return {
        "id": rule.code,
        **({"helpUri": page} if page is not None else {}),
        "name": rule.name,
        "shortDescription": {"text": rule.summary},
        "help": {"text": rule.documentation, "markdown": rule.documentation},
        "defaultConfiguration": {"level": _level(rule.code), "enabled": rule.default},
        "properties": {"tags": ["pytorch", "correctness" if is_error(rule.code) else "memory"]},
    }


def _result(entry: Entry, fingerprint: str, rule: int) -> dict[str, Any]:
    finding, (end_line, end_column) = entry.finding, entry.end
    region = _region(finding.line, finding.column, end_line, end_column)
    result = {
        "ruleId": finding.code,
        "ruleIndex": rule,
        "level": _level(finding.code),
        "message": {"text": finding.message},
        "locations": [
            {"physicalLocation": {"artifactLocation": _artifact(entry), "region": region}}
        ],
        "partialFingerprints": {"nogradFinding/v1": fingerprint},
        "properties": {"reason": entry.outcome.reason},
    }
    if entry.quick_fix is not None:
        result["fixes"] = [_fix(entry, entry.quick_fix)]
    return result


def _fix(entry: Entry, quick_fix: QuickFix) -> dict[str, Any]:
    safety = "safe" if quick_fix.is_safe else "unsafe"
    return {
        "description": {"text": f"{quick_fix.title} ({safety}: {entry.outcome.reason})"},
        "artifactChanges": [
            {
                "artifactLocation": _artifact(entry),
                "replacements": [_replacement(entry, edit) for edit in quick_fix.edits],
            }
        ],
        "properties": {"safety": safety},
    }


def _replacement(entry: Entry, edit: TextEdit) -> dict[str, Any]:
    start, end = places(entry.lines, edit)
    return {
        "deletedRegion": _region(*start, *end),
        "insertedContent": {"text": edit.text},
    }


def _artifact(entry: Entry) -> dict[str, str]:
    uri = quote(entry.uri)
    return {"uri": uri} if uri.startswith("/") else {"uri": uri, "uriBaseId": _ROOT}


def _region(line: int, column: int, end_line: int, end_column: int) -> dict[str, int]:
    return {
        "startLine": line,
        "startColumn": column,
        "endLine": end_line,
        "endColumn": end_column,
    }


def _level(code: str) -> str:
    return "error" if is_error(code) else "warning"
