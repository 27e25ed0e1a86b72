"""Watching torch at work: hooks on every module call and on every backward pass.

Nothing is computed differently while the hooks are in place: they read, and attach tokens to graphs
that exist anyway.
"""

from __future__ import annotations

import contextlib
import inspect
import os
import sys
import threading
import weakref
from collections.abc import Callable, Iterator, Sequence
from types import FrameType
from typing import Any

import torch
from torch.nn.modules.module import (
    register_module_forward_hook,
    register_module_forward_pre_hook,
)

from flake8_nograd.trace import hook_warning
from flake8_nograd.trace import tally as tallies
from flake8_nograd.trace.backward import BackwardWatch, grad_mode, in_backward
from flake8_nograd.trace.frames import Step, UserCode
from flake8_nograd.trace.memory import saved_bytes, tensors_in
from flake8_nograd.trace.report import Report
from flake8_nograd.trace.tally import Handle, Held, Tally, Token

_active: weakref.WeakSet[Recorder] = weakref.WeakSet()
_next_sequence_number: Callable[[], int] = torch._C._autograd._get_sequence_nr


class _Pass:
    """A forward pass under way in one thread: the outermost module call and what it leads to."""

    __slots__ = ("_frame", "first", "has_parameters", "mode", "module", "token")

    def __init__(self, module: torch.nn.Module, frame: FrameType, token: Token) -> None:
        self._frame = frame
        self.module = module
        self.token = token
        self.mode = grad_mode()
        self.first = _next_sequence_number()
        self.has_parameters = next(module.parameters(), None) is not None

    def encloses(self, frame: FrameType | None) -> bool:
        """Whether `frame` runs inside this pass; a pass left by Ctrl-C ended without notice."""
        while frame is not None:
            if frame is self._frame:
                return True
            frame = frame.f_back
        return False

    def ends_in(self, frame: FrameType) -> bool:
        """Whether the hook that `frame` calls is the last one of this pass."""
        # Torch calls it from a function inside the frame that we know, or, when the module
        # raised, from that frame itself.
        return self._frame is frame or self._frame is frame.f_back


class _Thread(threading.local):
    running: _Pass | None = None


class Recorder:
    """Records from `start` to `stop`."""

    def __init__(self, *own_directories: str) -> None:
        self._user_code = UserCode(torch.__file__, *own_directories)
        self._tallies: dict[tuple[object, ...], Tally] = {}
        self._held: dict[tuple[object, ...], Held] = {}
        self._tokens: weakref.WeakSet[Token] = weakref.WeakSet()
        self._thread = _Thread()
        self._backward = BackwardWatch(self._user_route, self._mark_owners)
        self._hooks: list[Handle] = []

    def start(self) -> None:
        """Put the hooks in place."""
        _active.add(self)
        self._hooks = [
            register_module_forward_pre_hook(self._before),
            register_module_forward_hook(self._after, with_kwargs=True, always_call=True),
        ]
        self._backward.start()

    def stop(self) -> None:
        """Take the hooks back; what was recorded stays."""
        for hook in self._hooks:
            hook.remove()
        self._hooks.clear()
        self._backward.stop()
        _active.discard(self)

    def fill(self, report: Report) -> None:
        """Hand over what was recorded, then leave the graphs that are still alive."""
        with tallies.lock:
            report.fill(list(self._tallies.values()), self._backward.runs())
        for token in list(self._tokens):
            token.detach()

    def _user_route(self) -> list[Step]:
        return self._user_code.route(sys._getframe(1), torch.nn.Module)

    def _before(self, module: torch.nn.Module, args: object) -> None:
        if _is_no_forward_pass(module):
            return
        frame = sys._getframe(2)
        running = self._thread.running
        if running is None or not running.encloses(frame):
            token = Token(self._tally(frame), self._backward.frees)
            self._thread.running = _Pass(module, frame, token)

    def _tally(self, frame: FrameType) -> Tally:
        steps = self._user_code.route(frame, torch.nn.Module)
        # Hashing a code object reads all of it; the tally keeps it alive, so its id will do.
        key = tuple((id(code), instruction) for code, instruction in steps)
        found = self._tallies.get(key)
        if found is None:
            held = self._held.setdefault(key[:1], Held())
            found = self._tallies.setdefault(key, Tally(steps, held))
        return found

    def _after(self, module: torch.nn.Module, args: object, *rest: object) -> None:
        running = self._thread.running
        if running is None or _is_no_forward_pass(module):
            return
        raised = len(rest) == 1  # torch leaves the keyword arguments out when the module raised
        if not raised:
            self._attach(running, rest[-1])
        running.has_parameters |= bool(module._parameters)
        if running.module is module and running.ends_in(sys._getframe(1)):
            self._thread.running = None
            if not raised and running.has_parameters:
                self._finish(running, (args, rest[0]), rest[-1])

    def _attach(self, running: _Pass, output: object) -> None:
        for tensor in (output,) if isinstance(output, torch.Tensor) else tensors_in(output):
            node = tensor.grad_fn
            # A module may hand on what an earlier forward pass recorded.
            if node is not None and node._sequence_nr() >= running.first:
                running.token.attach(node)

    def _finish(self, running: _Pass, inputs: object, output: object) -> None:
        token = running.token
        if not token.is_owned:
            token.tally.count_unrecorded(guarded=running.mode != "grad")
        else:
            roots = {tensor.grad_fn for tensor in tensors_in(output)} - {None}
            size = saved_bytes(roots, running.first, running.module, tensors_in(inputs))
            self._tokens.add(token)
            token.settle(range(running.first, _next_sequence_number()), size)
        token.tally.describe(type(running.module).__name__, running.mode)

    def _mark_owners(self, inputs: Sequence[Any]) -> None:
        """Torch runs no prehook of a node whose own output is what is differentiated by."""
        nodes = (getattr(item, "node", None) or getattr(item, "grad_fn", None) for item in inputs)
        numbers = [node._sequence_nr() for node in nodes if node is not None]
        for token in list(self._tokens) if numbers else ():
            if any(number in token.numbers for number in numbers):
                token.mark_used()


def _is_no_forward_pass(module: torch.nn.Module) -> bool:
    """Whether the call only looks at the module, repeats a pass, or is a part of one elsewhere."""
    return (
        torch.compiler.is_compiling()
        or torch._C._is_tracing()
        or in_backward()
        or "_is_replica" in module.__dict__  # getattr would search everything that is not there
    )


class TorchTooOldError(ImportError):
    """Torch has no global forward hook that is told of keyword arguments and of exceptions."""

    def __init__(self) -> None:
        super().__init__(f"torch 2.6 or newer is needed, this is {torch.__version__}")


@contextlib.contextmanager
def recording(*own_directories: str) -> Iterator[Report]:
    """Record a block of code; raises `TorchTooOldError`."""
    if "with_kwargs" not in inspect.signature(register_module_forward_hook).parameters:
        raise TorchTooOldError
    report, recorder = Report(), Recorder(*own_directories)
    with hook_warning.ignored():
        recorder.start()
        try:
            yield report
        finally:
            recorder.stop()
            recorder.fill(report)


def _forget_in_child() -> None:
    """A forked process is not watched; it also may have inherited a lock nobody will release."""
    tallies.lock = threading.RLock()
    for recorder in list(_active):
        recorder.stop()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_in_child)
