"""What a requirement, as packages and requirement files write it, asks of a version."""

from __future__ import annotations

from collections.abc import Iterable

from flake8_nograd.patterns import lazy_pattern
from flake8_nograd.torch_versions import Version, version_of

_REQUIREMENT = lazy_pattern(
    r"\s*(?P<name>[A-Za-z0-9][A-Za-z0-9._-]*)\s*(?:\[[^]]*\])?\s*\(?(?P<bounds>[^;#)]*)"
)
_FROM = lazy_pattern(r"(?:===?|>=?|~=|\^|~)\s*([^\s,]+)")
_ANY_OF = lazy_pattern(r"\|\|?")


def lowest_required(requirements: Iterable[str], package: str) -> Version | None:
    """The lowest version that requirements of a package allow; None if none of them says it."""
    floors = [
        floor
        for requirement in requirements
        if (found := _REQUIREMENT.match(requirement)) and _is_same(found["name"], package)
        if (floor := lowest_allowed(found["bounds"])) is not None
    ]
    return min(floors, default=None)


def lowest_allowed(bounds: str) -> Version | None:
    """The lowest version within bounds such as `>=1.8,<2` or `^1.8`; None if there is none.

    Alternatives, parted by `|`, all count.
    """
    found = [_lowest_of_all(alternative) for alternative in _ANY_OF.split(bounds)]
    known = [floor for floor in found if floor is not None]
    return min(known) if len(known) == len(found) else None


def _lowest_of_all(bounds: str) -> Version | None:
    if "@" in bounds:
        return None  # an address
    versions = map(version_of, _FROM.findall(bounds) or [bounds.strip()])
    return max((version for version in versions if version is not None), default=None)


def _is_same(name: str, package: str) -> bool:
    return name.lower().replace("_", "-") == package
