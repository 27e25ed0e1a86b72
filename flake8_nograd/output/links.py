"""Where the page of a rule stands in the world, if the package knows."""

from __future__ import annotations

from functools import cache
from importlib.metadata import metadata

_PACKAGE = "flake8-nograd"
_LABEL = "Rules"


@cache
def rule_page(code: str) -> str | None:
    """The address of a rule's page, below the one that the package was built with."""
    for entry in metadata(_PACKAGE).get_all("Project-URL") or ():
        label, _, address = entry.partition(", ")
        if label == _LABEL:
            return f"{address.rstrip('/')}/{code}.md"
    return None
