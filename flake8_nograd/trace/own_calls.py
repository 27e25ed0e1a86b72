"""Seeing the calls of module classes that have a `__call__` of their own.

Such a method need not come by `nn.Module.__call__`, where torch's hooks are called: the one of
gpytorch calls `self.forward` itself.
"""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable, Iterator
from types import FrameType, FunctionType
from typing import Any

import torch
from torch import nn

# What is put into it and taken back at run time is nothing for the type checker.
_module_class: Any = nn.Module
Begin = Callable[[nn.Module, FrameType], bool]
End = Callable[[nn.Module, FrameType, tuple[object, object], object], None]
Abandon = Callable[[nn.Module, FrameType], None]


class OwnCalls:
    """Wraps these methods from `start` to `stop`, also those of classes made meanwhile."""

    def __init__(self, begin: Begin, end: End, abandon: Abandon) -> None:
        self._begin = begin
        self._end = end
        self._abandon = abandon
        self._wrapped: list[tuple[Any, Any, Any]] = []
        self._is_watching = False
        self._told: Any = None

    def start(self) -> None:
        """Wrap what is there, and be told of new classes."""
        self._is_watching = True
        for cls in set(_below(nn.Module)):
            self._wrap(cls)
        watch, module_class = self, _module_class

        def __init_subclass__(cls: Any, /, **options: Any) -> None:
            super(module_class, cls).__init_subclass__(**options)
            watch._wrap(cls)

        self._told = classmethod(__init_subclass__)
        if "__init_subclass__" not in _module_class.__dict__:
            _module_class.__init_subclass__ = self._told

    def stop(self) -> None:
        """Put back what was there, unless somebody else has replaced it since."""
        self._is_watching = False
        if _module_class.__dict__.get("__init_subclass__") is self._told:
            del _module_class.__init_subclass__
        for cls, original, wrapper in reversed(self._wrapped):
            if cls.__dict__.get("__call__") is wrapper:
                cls.__call__ = original
        self._wrapped.clear()

    def _wrap(self, cls: Any) -> None:
        original = cls.__dict__.get("__call__")
        if not self._is_watching or not isinstance(original, FunctionType):
            return
        if cls.__module__.startswith(("torch.", "flake8_nograd.")):
            return  # scripted and traced modules of torch go by the hooks, or by nothing of Python

        @functools.wraps(original)
        def __call__(module: nn.Module, *args: Any, **kwargs: Any) -> Any:
            # The compiler follows this function, and knows no frames.
            if torch.compiler.is_compiling() or not self._is_watching:
                return original(module, *args, **kwargs)
            frame = sys._getframe()
            if not self._begin(module, frame):
                return original(module, *args, **kwargs)
            try:
                output = original(module, *args, **kwargs)
            except BaseException:
                self._abandon(module, frame)
                raise
            self._end(module, frame, (args, kwargs), output)
            return output

        cls.__call__ = __call__
        self._wrapped.append((cls, original, __call__))


def _below(cls: type[nn.Module]) -> Iterator[type[nn.Module]]:
    for subclass in cls.__subclasses__():
        yield subclass
        yield from _below(subclass)
