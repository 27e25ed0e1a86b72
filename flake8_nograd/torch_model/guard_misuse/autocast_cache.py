"""Guarded passes that leave weights without gradients to later passes of an autocast block.

Autocast keeps the weights that it has cast until its outermost block ends. Before torch 2.11 what
was cast with recording off was kept without a way to the gradient of the weight.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterable, Iterator

from flake8_nograd.flow.program import suites_of
from flake8_nograd.flow.statements import names_bound
from flake8_nograd.syntax.access_path import access_path
from flake8_nograd.syntax.expressions import last_name, nodes_of
from flake8_nograd.syntax.suites import own_statements
from flake8_nograd.torch_model.facts import ForwardPass, GuardMisuse, Misuse, SuppressionReason
from flake8_nograd.torch_model.guard_misuse.interpreted import Interpreted
from flake8_nograd.torch_versions import text_of
from flake8_nograd.vocabulary.autocast import CLEARS_CACHE, KEEPS_NO_WEIGHTS
from flake8_nograd.vocabulary.first_versions import AUTOCAST_KEEPS_GRADIENTS


def guarded_casts(what: Interpreted) -> Iterator[GuardMisuse]:
    """The first guarded pass of a model that is trained further down in the same autocast block."""
    items = _autocast_items(what)
    if not items or what.floor() >= AUTOCAST_KEEPS_GRADIENTS:
        return
    for block, passes in _by_block(what.passes, items):
        if _clears_cache(block):
            continue
        seen: set[str] = set()
        for item in sorted(passes, key=lambda item: item.node.lineno):
            model = access_path(item.node.func)
            if not model or model in seen or _binds(block, model):
                continue
            seen.add(model)  # the first pass casts the weights
            trained = _trained_later(item, passes) if item.call.context.grad.is_off else None
            if trained is not None:
                yield GuardMisuse(
                    item.node,
                    Misuse.CASTS_FOR_TRAINING,
                    ast.unparse(item.node.func),
                    line=trained.node.lineno,
                    floor=text_of(what.floor()),
                )


def _autocast_items(what: Interpreted) -> set[ast.expr]:
    """The calls that make an autocast that keeps what it casts."""
    return {node for node, call in what.uses.autocasts.items() if _keeps_weights(call.node)}


def _keeps_weights(call: ast.Call) -> bool:
    return not any(
        keyword.arg in KEEPS_NO_WEIGHTS
        and isinstance(keyword.value, ast.Constant)
        and keyword.value.value is False
        for keyword in call.keywords
    )


def _by_block(
    passes: Iterable[ForwardPass], items: set[ast.expr]
) -> Iterator[tuple[ast.With, list[ForwardPass]]]:
    """The passes of each outermost autocast block of a function."""
    found: defaultdict[ast.With, list[ForwardPass]] = defaultdict(list)
    for item in passes:
        for around in suites_of(item.call.place)[:-1]:
            block = around.statement
            if isinstance(block, ast.With) and any(
                managed.context_expr in items for managed in block.items
            ):
                found[block].append(item)
                break
    yield from found.items()


def _trained_later(first: ForwardPass, passes: Iterable[ForwardPass]) -> ForwardPass | None:
    model = access_path(first.node.func)
    later = (
        item
        for item in passes
        if item.suppression is SuppressionReason.TRAINED
        and not item.call.context.grad.switches_off
        and item.node.lineno > first.node.lineno
        and access_path(item.node.func) == model
    )
    return next(later, None)


def _clears_cache(block: ast.With) -> bool:
    return any(
        isinstance(node, ast.Call) and last_name(node.func) == CLEARS_CACHE
        for node in nodes_of(block)
    )


def _binds(block: ast.With, path: str) -> bool:
    """Whether the block binds the name of a model anew."""
    base = path.split(".")[0]
    return any(base in names_bound(statement) for statement in own_statements(block.body))
