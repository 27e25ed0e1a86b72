"""What a call can do, and how the tables are written."""

from __future__ import annotations

import enum


class Effect(enum.IntEnum):
    """What a call of something from outside the file does."""

    MODULE = enum.auto()  # makes an nn.Module whose calls are forward passes
    LIKELY_MODULE = enum.auto()  # makes what may be an nn.Module, by a name or by what it loads
    LAYER = enum.auto()  # makes an nn.Module without a forward pass worth a report: a loss, a layer
    WRAP = enum.auto()  # gives back its first argument, perhaps wrapped
    PREPARES = enum.auto()  # gives back its arguments one by one, perhaps wrapped
    OBJECT = enum.auto()  # makes something that is never an nn.Module
    GUARDED = enum.auto()  # makes something whose calls switch recording off themselves
    TENSOR = enum.auto()  # computes a tensor from its arguments
    NUMBERS = enum.auto()  # reads its arguments as plain numbers; the result has no graph
    FOREIGN = enum.auto()  # makes an object without torch inside: its methods read plain numbers
    OPTIMIZER = enum.auto()  # makes an object that updates the tensors it is given
    TRAINS = enum.auto()  # differentiates its arguments
    PARTIAL = enum.auto()  # gives back its first argument, with some of its arguments
    STORES = enum.auto()  # keeps its further arguments in its first one
    DEFERS = enum.auto()  # runs a function later or elsewhere, without the guards around the call


def each(package: str, names: str, effect: Effect) -> dict[str, Effect]:
    """The same effect for several names of a package."""
    return {f"{package}.{name}": effect for name in names.split()}
