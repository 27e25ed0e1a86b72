"""GitLab's code quality report."""

from __future__ import annotations

import json
from collections.abc import Iterator

from flake8_nograd.output.entry import Line, Listing, is_error


def code_quality(listing: Listing) -> Iterator[Line]:
    """One array; what could not be handled has no place in it."""
    issues = [
        {
            "type": "issue",
            "description": f"{entry.finding.code} {entry.finding.message}",
            "check_name": entry.finding.code,
            "fingerprint": fingerprint,
            "severity": "major" if is_error(entry.finding.code) else "minor",
            "categories": ["Bug Risk" if is_error(entry.finding.code) else "Performance"],
            "location": {
                "path": entry.uri,
                "positions": {
                    "begin": {"line": entry.finding.line, "column": entry.finding.column},
                    "end": dict(zip(("line", "column"), entry.end, strict=True)),
                },
            },
        }
        for entry, fingerprint in zip(listing.entries, listing.fingerprints, strict=True)
    ]
    yield json.dumps(issues, indent=2)
