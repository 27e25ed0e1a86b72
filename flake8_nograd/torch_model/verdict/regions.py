"""Forward passes that one `with` would cover, and the statements it would cover."""

from __future__ import annotations

import ast
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Container, Iterable, Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

from flake8_nograd.flow.program import Place, suites_of
from flake8_nograd.flow.scopes import Function
from flake8_nograd.torch_model.facts import ForwardPass, Region, SuppressionReason

_NEAR = 3
_UNMOVABLE = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom)


class _Cover(NamedTuple):
    """Consecutive statements of one suite."""

    suite: list[ast.stmt]
    first: int
    last: int
    outer: Place | None

    @property
    def lines(self) -> range:
        end = self.suite[self.last].end_lineno or self.suite[self.last].lineno
        return range(_first_line(self.suite[self.first]), end + 1)


def entangled(
    passes: Iterable[ForwardPass], needing: Iterable[ForwardPass]
) -> Iterator[ForwardPass]:
    """Mark passes whose statement also runs one that needs its graph: no `with` fits there.

    The header of a loop, which would have to be taken apart, is left to the author.
    """
    needed = {around.statement for item in needing for around in suites_of(item.call.place)}
    for item in passes:
        statement = item.call.place.statement
        if item.suppression is not None or statement not in needed:
            yield item
        elif isinstance(statement, ast.While | ast.For | ast.AsyncFor):
            yield item._replace(suppression=SuppressionReason.ENTANGLED)
        else:
            yield item._replace(is_entangled=True)


def regions_of(
    passes: Iterable[ForwardPass],
    needs_graph: Iterable[tuple[Function, int]],
    guard_items: Container[ast.expr],
) -> Iterator[Region]:
    """Group forward passes; `needs_graph` are lines that must keep recording, `guard_items` the
    `with` items that switch recording off."""
    recorded: defaultdict[Function, set[int]] = defaultdict(set)
    for function, line in needs_graph:
        recorded[function].add(line)
    by_function: defaultdict[Function, list[ForwardPass]] = defaultdict(list)
    for item in passes:
        by_function[item.function].append(item)
    for function, items in by_function.items():
        items.sort(key=lambda item: (item.node.lineno, item.node.col_offset))
        yield from _of_function(function, items, recorded[function], guard_items)


def parted(region: Region, apart: Container[ast.Call]) -> Iterator[Region]:
    """The region in stretches, so that some of its passes stand in none with the others."""
    for _, stretch in groupby(region.passes, lambda item: item.node in apart):
        passes = list(stretch)
        start = passes[0].call.place
        cover = _cover(start, start)
        for item in passes[1:]:
            cover = cover and _widen(cover, start, item.call.place)
        if cover is None:
            yield region._replace(passes=tuple(passes))
        else:
            _, low, high, _ = cover
            yield region._replace(passes=tuple(passes), suite=cover.suite, first=low, last=high)


def _of_function(
    function: Function,
    items: Sequence[ForwardPass],
    recorded: set[int],
    guard_items: Container[ast.expr],
) -> Iterator[Region]:
    obstacles = _Obstacles(recorded)
    group: list[ForwardPass] = []
    cover: _Cover | None = None
    for item in items:
        own = _cover(item.call.place, item.call.place)
        wider = own if cover is None else _widen(cover, group[0].call.place, item.call.place)
        if cover is not None and (wider is None or obstacles.are_in(wider)):
            yield _region(function, group, cover, recorded, guard_items)
            group, wider = [], own
        group.append(item)
        cover = wider
    if cover is not None:
        yield _region(function, group, cover, recorded, guard_items)


def _cover(first: Place, last: Place) -> _Cover | None:
    """The innermost suite that holds both places, and the stretch between them."""
    if first.suite is not last.suite:
        common = None
        for pair in zip(suites_of(first), suites_of(last), strict=False):
            if pair[0].suite is not pair[1].suite:
                break
            common = pair
        if common is None:
            return None
        first, last = common
    low, high = sorted((first.index, last.index))
    return _Cover(first.suite, low, high, first.outer)


def _widen(cover: _Cover, start: Place, place: Place) -> _Cover | None:
    wider = _cover(start, place)
    if wider is None:
        return None
    if wider.suite is cover.suite:
        return _Cover(
            cover.suite, min(cover.first, wider.first), max(cover.last, wider.last), cover.outer
        )
    return wider


class _Obstacles:
    """What in a function needs a graph or could not stand in a `with`."""

    def __init__(self, recorded: Iterable[int]) -> None:
        self._recorded = sorted(recorded)
        self._unmovable: dict[int, list[int]] = {}

    def are_in(self, cover: _Cover) -> bool:
        lines = cover.lines
        return _is_any_in(self._recorded, lines.start, lines.stop) or _is_any_in(
            self._unmovable_in(cover.suite), cover.first, cover.last + 1
        )

    def _unmovable_in(self, suite: list[ast.stmt]) -> list[int]:
        known = self._unmovable.get(id(suite))
        if known is None:
            known = [index for index, item in enumerate(suite) if isinstance(item, _UNMOVABLE)]
            self._unmovable[id(suite)] = known
        return known


def _is_any_in(ordered: Sequence[int], start: int, stop: int) -> bool:
    return bisect_left(ordered, start) < bisect_left(ordered, stop)


def _region(
    function: Function,
    group: Sequence[ForwardPass],
    cover: _Cover,
    recorded: set[int],
    guard_items: Container[ast.expr],
) -> Region:
    return Region(
        passes=tuple(group),
        suite=cover.suite,
        first=cover.first,
        last=cover.last,
        ended_guard=_ended_guard(group[0].call.place, guard_items),
        whole_function=function.node is not None and not recorded,
    )


def _ended_guard(place: Place, guard_items: Container[ast.expr]) -> ast.With | ast.AsyncWith | None:
    """A guard that ends shortly before, in the same suite as the statement or one around it."""
    for around in reversed(suites_of(place)):
        before = around.suite[max(0, around.index - _NEAR) : around.index]
        for statement in reversed(before):
            if isinstance(statement, ast.With | ast.AsyncWith) and any(
                item.context_expr in guard_items for item in statement.items
            ):
                return statement
        if isinstance(around.statement, ast.For | ast.While | ast.AsyncFor):
            break
    return None


def _first_line(statement: ast.stmt) -> int:
    decorators: list[ast.expr] = getattr(statement, "decorator_list", [])
    return min([statement.lineno, *(node.lineno for node in decorators)])
