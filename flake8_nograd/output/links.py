"""Where the page of a rule stands in the world, if the package knows."""

from __future__ import annotations

import json
from functools import cache
from importlib.metadata import distribution
from urllib.parse import urlsplit

_PACKAGE = "flake8-nograd"
_LABEL = "Rules"
_FOLDER = "docs/rules"
# Both show a file of a commit under the same path.
_HOSTS = ("github.com", "gitlab.com")


def rule_page(code: str) -> str | None:
    """The address of a rule's page."""
    folder = _folder_of_pages()
    return f"{folder}/{code}.md" if folder is not None else None


@cache
def _folder_of_pages() -> str | None:
    """The address that the package was built with, else that of the commit it came from."""
    package = distribution(_PACKAGE)
    entries: list[str] = package.metadata.get_all("Project-URL") or []
    for entry in entries:
        label, _, address = entry.partition(", ")
        if label == _LABEL:
            return address.rstrip("/")
    return _at_its_origin(package.read_text("direct_url.json") or "{}")


def _at_its_origin(direct_url: str) -> str | None:
    """The folder in the repository that pip was told to install from, which it writes down."""
    try:
        origin = json.loads(direct_url)
        commit = origin["vcs_info"]["commit_id"]
        address = urlsplit(origin["url"])
    except (KeyError, TypeError, ValueError):
        return None
    if address.scheme != "https" or address.hostname not in _HOSTS:
        return None
    repository = address.path.strip("/").removesuffix(".git")
    folder = "/".join(filter(None, (origin.get("subdirectory"), _FOLDER)))
    return f"https://{address.hostname}/{repository}/blob/{commit}/{folder}"
