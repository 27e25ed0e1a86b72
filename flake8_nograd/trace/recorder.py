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
import time
import weakref
from collections.abc import Callable, Iterator, Sequence
from types import CodeType, FrameType
from typing import Any

import torch
from torch.nn.modules.module import (
    register_module_forward_hook,
    register_module_forward_pre_hook,
)

from flake8_nograd.trace import hook_warning
from flake8_nograd.trace import tally as tallies
from flake8_nograd.trace.backward import BackwardWatch, in_backward
from flake8_nograd.trace.frames import Step, UserCode, place_of
from flake8_nograd.trace.memory import saved_bytes, tensors_in
from flake8_nograd.trace.own_calls import OwnCalls
from flake8_nograd.trace.passes import Pass, Running, next_sequence_number
from flake8_nograd.trace.report import Report
from flake8_nograd.trace.sites import Kind
from flake8_nograd.trace.tally import Handle, Held, Tally, Token
from flake8_nograd.trace.timeline import Moment, Timeline

# So much of a run can be lost when the process is killed.
LONGEST_PAUSE = 60.0

_active: weakref.WeakSet[Recorder] = weakref.WeakSet()


class Recorder:
    """Records from `start` to `stop`."""

    def __init__(
        self,
        *own_directories: str,
        nested: bool = False,
        progress: Callable[[Recorder], None] | None = None,
        timeline: Timeline | None = None,
    ) -> None:
        """`progress` is called now and then, when an outermost pass is over."""
        self._user_code = UserCode(torch.__file__, *own_directories)
        self._nested = nested
        self._progress = progress
        self._timeline = timeline
        self._tallies: dict[tuple[object, ...], Tally] = {}
        self._held: dict[tuple[object, ...], Held] = {}
        self._codes: dict[int, CodeType] = {}
        self._tokens: weakref.WeakSet[Token] = weakref.WeakSet()
        self._running = Running()
        self._backward = BackwardWatch(self._user_route, self._mark_owners)
        self._own_calls = OwnCalls(self._begin_own, self._end, self._abandon)
        self._hooks: list[Handle] = []

    def start(self) -> None:
        """Put the hooks in place."""
        _active.add(self)
        self._hooks = [
            register_module_forward_pre_hook(self._before),
            register_module_forward_hook(self._after, with_kwargs=True, always_call=True),
        ]
        self._own_calls.start()
        self._backward.start()

    def stop(self) -> None:
        """Take the hooks back; what was recorded stays."""
        for hook in self._hooks:
            hook.remove()
        self._hooks.clear()
        self._own_calls.stop()
        self._backward.stop()
        _active.discard(self)

    def fill(self, report: Report) -> None:
        """Hand over what has been recorded so far."""
        with tallies.lock:
            report.fill(list(self._tallies.values()), self._backward.runs(), self._memory())

    def _memory(self) -> tuple[Moment, ...]:
        if self._timeline is None:
            return ()
        unused = [token.unused for token in self._tokens]
        return self._timeline.moments(item for item in unused if item is not None)

    def leave_graphs(self) -> None:
        """Take the tokens out of the graphs that are still alive."""
        for token in list(self._tokens):
            token.detach()

    def _user_route(self) -> list[Step]:
        return self._user_code.route(sys._getframe(1), torch.nn.Module)

    def _before(self, module: torch.nn.Module, args: object) -> None:
        if not _is_no_forward_pass(module):
            self._begin(module, sys._getframe(2))

    def _begin_own(self, module: torch.nn.Module, frame: FrameType) -> bool:
        if _is_no_forward_pass(module):
            return False
        self._begin(module, frame)
        return True

    def _begin(self, module: torch.nn.Module, frame: FrameType) -> None:
        running = self._running.enclosing(frame)
        if running is None:
            steps = self._user_code.route(frame, torch.nn.Module)
            token = Token(self._tally(Kind.OUTERMOST, steps), self._backward.frees)
            self._running.innermost = Pass(module, frame, token, None)
        elif self._nested and (inner := self._user_code.route_within(frame, running.frame)):
            tally = self._tally(Kind.NESTED, inner)
            token = Token(tally, self._backward.frees, running.token)
            self._running.innermost = Pass(module, frame, token, running)

    def _tally(self, kind: Kind, steps: Sequence[Step]) -> Tally:
        # Hashing a code object reads all of it, so its id must do; `_codes` keeps it alive.
        key = (kind, *((id(code), instruction) for code, instruction in steps))
        found = self._tallies.get(key)
        if found is None:
            self._codes.update((id(code), code) for code, _ in steps)
            held = self._held.setdefault(key[:2], Held(self._timeline))
            places = [place_of(step) for step in steps]
            found = self._tallies.setdefault(key, Tally(kind, places, held))
        return found

    def _after(self, module: torch.nn.Module, args: object, *rest: object) -> None:
        if self._running.innermost is None or _is_no_forward_pass(module):
            return
        if len(rest) == 1:  # torch leaves the keyword arguments out when the module raised
            self._abandon(module, sys._getframe(1))
        else:
            self._end(module, sys._getframe(1), (args, rest[0]), rest[1])

    def _abandon(self, module: torch.nn.Module, frame: FrameType) -> None:
        self._running.ended(module, frame)

    def _end(
        self, module: torch.nn.Module, frame: FrameType, inputs: object, output: object
    ) -> None:
        running = self._running.innermost
        if running is None:
            return
        ended = self._running.ended(module, frame)
        self._attach(ended or running, output)
        (ended or running).has_parameters |= bool(module._parameters)
        if ended is None:
            return
        if ended.outer is None:
            self._finish(ended, inputs, output)
        else:
            ended.outer.has_parameters |= ended.has_parameters
            self._settle(ended, 0)

    def _attach(self, running: Pass, output: object) -> None:
        for tensor in (output,) if isinstance(output, torch.Tensor) else tensors_in(output):
            node = tensor.grad_fn
            # A module may hand on what an earlier forward pass recorded.
            if node is not None and node._sequence_nr() >= running.first:
                running.token.attach(node)

    def _finish(self, ended: Pass, inputs: object, output: object) -> None:
        token, size = ended.token, 0
        if not ended.has_parameters:
            token.tally = self._bare(token.tally)
        elif token.is_owned:
            roots = {tensor.grad_fn for tensor in tensors_in(output)} - {None}
            size = saved_bytes(roots, ended.first, ended.module, tensors_in(inputs))
        self._settle(ended, size)
        if self._progress is not None:
            self._progress(self)

    def _settle(self, ended: Pass, size: int) -> None:
        token = ended.token
        if token.is_owned:
            self._tokens.add(token)
            token.settle(range(ended.first, next_sequence_number()), size)
        else:
            token.tally.count_unrecorded(guarded=ended.mode != "grad")
        token.tally.describe(type(ended.module).__name__, ended.mode)

    def _bare(self, tally: Tally) -> Tally:
        """What counts the passes of modules without parameters that come by the same way."""
        key = (Kind.BARE, id(tally))
        return self._tallies.setdefault(key, Tally(Kind.BARE, tally.places, Held()))

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
def recording(
    *own_directories: str,
    nested: bool = False,
    progress: Callable[[Report], None] | None = None,
    with_memory: bool = False,
) -> Iterator[Report]:
    """Record a block of code; raises `TorchTooOldError`.

    `nested` has passes within passes counted too, `with_memory` what graphs hold over time.
    `progress` gets what is known so far when a pass ends, after a second, two, four and so on, and
    then once a minute.
    """
    if "with_kwargs" not in inspect.signature(register_module_forward_hook).parameters:
        raise TorchTooOldError
    report = Report()
    told = None if progress is None else _now_and_then(progress)
    timeline = Timeline() if with_memory else None
    recorder = Recorder(*own_directories, nested=nested, progress=told, timeline=timeline)
    with hook_warning.ignored():
        recorder.start()
        try:
            yield report
        finally:
            recorder.stop()
            recorder.fill(report)
            recorder.leave_graphs()


def _now_and_then(progress: Callable[[Report], None]) -> Callable[[Recorder], None]:
    pause = 1.0
    due = time.monotonic() + pause

    def tell(recorder: Recorder) -> None:
        nonlocal pause, due
        if time.monotonic() < due:
            return
        report = Report()
        recorder.fill(report)
        progress(report)
        pause = min(2 * pause, LONGEST_PAUSE)
        due = time.monotonic() + pause

    return tell


def _forget_in_child() -> None:
    """A forked process is not watched; it also may have inherited a lock nobody will release."""
    tallies.lock = threading.RLock()
    for recorder in list(_active):
        recorder.stop()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_in_child)
