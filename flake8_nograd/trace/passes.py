"""The forward passes that are under way in a thread, one within the other."""

from __future__ import annotations

import threading
from collections.abc import Callable
from types import FrameType

import torch

from flake8_nograd.trace.backward import grad_mode
from flake8_nograd.trace.tally import Token

next_sequence_number: Callable[[], int] = torch._C._autograd._get_sequence_nr


class Pass:
    """A module call that has a place: the outermost one, or one in the user's `forward`."""

    __slots__ = ("first", "frame", "has_parameters", "mode", "module", "outer", "token")

    def __init__(
        self, module: torch.nn.Module, frame: FrameType, token: Token, outer: Pass | None
    ) -> None:
        self.frame = frame
        self.module = module
        self.token = token
        self.outer = outer
        self.mode = grad_mode()
        self.first = next_sequence_number()
        # Of nested passes nobody asks it, and searching a large module takes time.
        self.has_parameters = outer is None and next(module.parameters(), None) is not None

    def encloses(self, frame: FrameType | None) -> bool:
        """Whether `frame` runs inside this pass; a pass left by Ctrl-C ended without notice."""
        while frame is not None:
            if frame is self.frame:
                return True
            frame = frame.f_back
        return False

    def is_of(self, module: torch.nn.Module, frame: FrameType) -> bool:
        """Whether the hook that `frame` calls is the last one of this pass."""
        # Torch calls it from a function inside the frame that we know, or, when the module
        # raised, from that frame itself.
        return self.module is module and (self.frame is frame or self.frame is frame.f_back)


class Running(threading.local):
    """The innermost pass of each thread."""

    innermost: Pass | None = None

    def enclosing(self, frame: FrameType) -> Pass | None:
        """The innermost pass in which a frame runs; those that were left are forgotten."""
        while self.innermost is not None and not self.innermost.encloses(frame):
            self.innermost = self.innermost.outer
        return self.innermost

    def ended(self, module: torch.nn.Module, frame: FrameType) -> Pass | None:
        """The pass that ends here, if one does; it and all within it are over."""
        found = self.innermost
        while found is not None and not found.is_of(module, frame):
            found = found.outer
        if found is not None:
            self.innermost = found.outer
        return found
