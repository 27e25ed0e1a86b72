"""Regular expressions that cost nothing until somebody matches them: a file needs few of them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any


class _LazyPattern:
    """Is compiled when it is first asked something; what it is asked again is at hand then."""

    def __init__(self, *what: Any) -> None:
        self._what = what

    def __getattr__(self, name: str) -> Any:
        found = getattr(re.compile(*self._what), name)
        setattr(self, name, found)
        return found


if TYPE_CHECKING:
    lazy_pattern = re.compile
else:
    lazy_pattern = _LazyPattern
