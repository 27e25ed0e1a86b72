"""The edits a fix is made of; statements are named by their number in `Statements`."""

from __future__ import annotations

from typing import NamedTuple


class Wrap(NamedTuple):
    """Put the statements from `statement` to `last`, of one suite, into `with guard:`."""

    statement: int
    last: int
    guard: str


class Merge(NamedTuple):
    """Add the guard to the items of a standing `with`."""

    statement: int
    guard: str


class Extend(NamedTuple):
    """Move what follows the `with` numbered `statement`, up to `last`, into its body."""

    statement: int
    last: int


class Decorate(NamedTuple):
    """Put the guard directly above the `def`."""

    statement: int
    guard: str


class Import(NamedTuple):
    """Insert an import before (or after) a statement, `apart` with a blank line between them."""

    anchor: int
    after: bool
    code: str
    apart: bool = False


class Hoist(NamedTuple):
    """Give a call of a statement a guarded statement of its own above, under a new name.

    `call` is its rank among the calls in the statement's header, in the order of the source.
    `earlier` are the ranks and new names of calls that get unguarded statements above that.
    """

    statement: int
    call: int
    name: str
    guard: str
    earlier: tuple[tuple[int, str], ...] = ()


Edit = Wrap | Merge | Extend | Decorate | Hoist
