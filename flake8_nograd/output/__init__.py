"""Findings written for people and for programs, one file for each kind of reader."""

from __future__ import annotations

from flake8_nograd.output import github, gitlab, junit, machine, sarif, text
from flake8_nograd.output.entry import Format

__all__ = ["FORMATS"]

FORMATS: dict[str, Format] = {
    "concise": Format(text.concise),
    "full": Format(text.full, with_fixes=True),
    "grouped": Format(text.grouped),
    "json": Format(machine.document, with_fixes=True, is_document=True),
    "json-lines": Format(machine.lines, with_fixes=True),
    "github": Format(github.workflow_commands),
    "gitlab": Format(gitlab.code_quality, is_document=True),
    "junit": Format(junit.suites, is_document=True),
    "sarif": Format(sarif.log, with_fixes=True, is_document=True),
}
