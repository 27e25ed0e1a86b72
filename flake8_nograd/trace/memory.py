"""How much memory a forward pass keeps for a backward pass."""

from __future__ import annotations

import functools
from collections.abc import Hashable, Iterable, Iterator
from itertools import chain
from typing import Any

import torch

_DEPTH = 4


def tensors_in(value: object, depth: int = _DEPTH) -> Iterator[torch.Tensor]:
    """The tensors of what a module takes or returns: containers, mappings, plain objects."""
    if isinstance(value, torch.Tensor):
        yield value
    elif depth and isinstance(value, (list, tuple)):
        for item in value:
            yield from tensors_in(item, depth - 1)
    elif depth and isinstance(value, dict):
        yield from tensors_in(list(value.values()), depth)
    elif depth and hasattr(value, "__dict__") and not isinstance(value, (type, torch.nn.Module)):
        yield from tensors_in(list(vars(value).values()), depth - 1)


def saved_bytes(
    roots: Iterable[Any], first: int, module: torch.nn.Module, inputs: Iterable[torch.Tensor]
) -> int:
    """Bytes of the tensors saved by the nodes of one forward pass.

    Nodes older than the sequence number `first` belong to somebody else. What lives anyway, the
    weights and the inputs, does not count.
    """
    spared = {_storage(tensor)[0] for tensor in chain(module.parameters(), module.buffers())}
    spared.update(_storage(tensor)[0] for tensor in inputs)
    held = dict(_storage(tensor) for node in _nodes(roots, first) for tensor in _saved(node))
    return sum(size for address, size in held.items() if address not in spared)


def _nodes(roots: Iterable[Any], first: int) -> Iterator[Any]:
    todo = list(roots)
    seen = set(todo)
    while todo:
        node = todo.pop()
        yield node
        for following, _ in node.next_functions:
            if (
                following is not None
                and following not in seen
                and following._sequence_nr() >= first
            ):
                seen.add(following)
                todo.append(following)


def _saved(node: Any) -> Iterator[torch.Tensor]:
    for name in _raw_names(node.__class__):
        try:
            raw = getattr(node, name)
        except RuntimeError:  # freed by a backward that ran within the forward pass
            return
        for saved in raw if isinstance(raw, (tuple, list)) else (raw,):
            # Never unpack: that would run the hooks of checkpointing and offloading.
            yield from tensors_in(getattr(saved, "data", None), depth=1)


@functools.cache
def _raw_names(node_type: Hashable) -> tuple[str, ...]:
    return tuple(name for name in dir(node_type) if name.startswith("_raw_saved_"))


def _storage(tensor: torch.Tensor) -> tuple[int, int]:
    """The address and the size of a tensor's memory; views share both with their base."""
    try:
        storage = tensor.untyped_storage()
        return storage.data_ptr(), storage.nbytes()
    except (RuntimeError, NotImplementedError):  # sparse, nested and wrapped tensors have none
        return id(tensor), tensor.numel() * tensor.element_size()
