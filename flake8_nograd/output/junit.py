"""JUnit's XML, which most build servers read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import groupby
from xml.etree import ElementTree

from flake8_nograd.output.entry import Entry, Line, Listing
from flake8_nograd.output.links import rule_page
from flake8_nograd.report import remark

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def suites(listing: Listing) -> Iterator[Line]:
    """A suite for each file, with a failed test for each finding."""
    count = len(listing.entries) + len(listing.failures)
    root = _element("testsuites", name="nograd-fix", tests=max(1, count), failures=count, errors=0)
    for path, entries in groupby(listing.entries, key=lambda entry: entry.uri):
        _add_suite(root, path, list(entries))
    for failure in listing.failures:
        suite = _suite(root, "errors", 1, 1)
        case = _element("testcase", suite, name="file", classname="nograd-fix")
        _element("failure", case, type="error", message=failure)
    if not count:
        suite = _suite(root, "nograd-fix", 1, 0)
        _element("testcase", suite, name="no findings", classname="nograd-fix")
    ElementTree.indent(root)
    # In plain ASCII, so that the encoding of standard output does not matter.
    yield '<?xml version="1.0" encoding="utf-8"?>'
    yield ElementTree.tostring(root).decode("ascii")


def _add_suite(root: ElementTree.Element, path: str, entries: list[Entry]) -> None:
    suite = _suite(root, path, len(entries), len(entries))
    for entry in entries:
        finding = entry.finding
        name = f"{finding.code} at line {finding.line}, column {finding.column}"
        case = _element("testcase", suite, name=name, classname=path)
        failure = _element("failure", case, type=finding.code, message=finding.message)
        place = f"{path}:{finding.line}:{finding.column}"
        said = f"{place}: {finding.code} {finding.message} [{remark(entry.outcome)}]"
        failure.text = _clean("\n".join(filter(None, (said, rule_page(finding.code)))))


def _suite(root: ElementTree.Element, name: str, tests: int, failures: int) -> ElementTree.Element:
    return _element("testsuite", root, name=name, tests=tests, failures=failures, errors=0)


def _element(
    tag: str, parent: ElementTree.Element | None = None, **attributes: object
) -> ElementTree.Element:
    values = {name: _clean(str(value)) for name, value in attributes.items()}
    if parent is None:
        return ElementTree.Element(tag, values)
    return ElementTree.SubElement(parent, tag, values)


def _clean(text: str) -> str:
    return _NOT_XML.sub("?", text)
