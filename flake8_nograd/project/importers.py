"""Which files may get a name from a module, as far as their texts tell: none of them is parsed."""

from __future__ import annotations

import os

from flake8_nograd.project.files import Files

_MOST_MODULES = 12  # that may hand a name on


class Importers:
    """Whoever imports from a module spells its last name, or that of one that hands the name on."""

    def __init__(self, files: Files) -> None:
        self._files = files
        self._known: dict[tuple[str, str], frozenset[str] | None] = {}

    def may_know(self, path: str, name: str) -> frozenset[str] | None:
        """The files that may get a name from a module; None if they may be any."""
        key = path, name
        if key not in self._known:
            self._known[key] = self._find(path, name.encode())
        return self._known[key]

    def _find(self, path: str, name: bytes) -> frozenset[str] | None:
        modules = [_last_name(path)]
        known: set[str] = set()
        for module in modules:
            if not module or len(modules) > _MOST_MODULES:
                return None
            for other in self._files.mentioning(module):
                if other in known:
                    continue
                known.add(other)
                text = self._files.texts.of(other) or b""
                handed_on = _last_name(other)
                if (name in text or b"import *" in text) and handed_on not in modules:
                    modules.append(handed_on)
        return frozenset(known)


def _last_name(path: str) -> bytes:
    """The last part of the name that a file has as a module."""
    folder, name = os.path.split(path)
    stem = name.removesuffix(".py")
    return os.fsencode(os.path.basename(folder) if stem == "__init__" else stem)
