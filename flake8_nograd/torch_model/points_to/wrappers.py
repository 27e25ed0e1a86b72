"""Functions that decorators of the file make around the functions that they decorate.

The name of a decorated function goes on standing for that function, so its callers are those who
use the name. A wrapper that nobody is seen to call is no caller beside them: it only shows what is
done with the results.
"""

from __future__ import annotations

from collections import defaultdict
from typing import NamedTuple

from flake8_nograd.flow.program import Call
from flake8_nograd.flow.scopes import Function, Scope
from flake8_nograd.torch_model.semantics.context import Context


class Entry(NamedTuple):
    """A call that runs a function of the file; ``bound`` says that it fills the first parameter."""

    call: Call[Context]
    function: Function
    bound: bool


class Wrappers:
    """Keeps back what wrappers call until somebody is seen to call the wrapper."""

    def __init__(self) -> None:
        self.kept_back: defaultdict[Function, list[Entry]] = defaultdict(list)
        self._pairs: set[tuple[Scope | None, Function]] = set()

    def keep_back(self, entry: Entry) -> bool:
        """Whether a call is that of a decorated function within its own decorator."""
        around = entry.call.function.enclosing()
        if not any((inner.parent, entry.function) in self._pairs for inner in around):
            return False
        self.kept_back[entry.call.function].append(entry)
        return True

    def give_out(self, entry: Entry) -> list[Entry]:
        """What has been kept back of a function that now has a caller."""
        called, decorated = entry.function, entry.call.decorates
        if decorated is not None:
            is_class = called.name == "__init__"  # of which any method may be the wrapper
            self._pairs.add((called.owner if is_class else called, decorated))
        return self.kept_back.pop(called, [])
