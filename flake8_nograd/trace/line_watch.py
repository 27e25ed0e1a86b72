"""What holds at each line of a program while it runs: grad mode, thread, graphs that are kept."""

from __future__ import annotations

import sys
import threading
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any, NamedTuple

import torch
from torch.optim.optimizer import register_optimizer_step_pre_hook

_DEEPEST = 4  # containers inside each other that are searched for tensors


class LineRun(NamedTuple):
    """A line was reached: of which code, in which thread, with recording on or off."""

    path: str
    line: int
    function: str
    thread: int
    records: bool
    in_inference_mode: bool


class LineWatch:
    """Notes the lines of some files in the order in which they run."""

    def __init__(self, paths: Iterable[str], growing: Iterable[tuple[str, int]] = ()) -> None:
        self.runs: list[LineRun] = []
        self.kept: defaultdict[tuple[str, int], list[int]] = defaultdict(list)
        self.learns: dict[int, bool] = {}  # of each parameter, whether a step met a gradient
        self._paths = frozenset(paths)
        self._growing = frozenset(growing)

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Watch all threads that begin meanwhile."""
        threading.settrace(self._trace)
        hook = register_optimizer_step_pre_hook(self._note_step)
        try:
            yield
        finally:
            hook.remove()
            threading.settrace(None)
            sys.settrace(None)

    def _note_step(self, optimizer: torch.optim.Optimizer, *_: object) -> None:
        for group in optimizer.param_groups:
            for item in group["params"]:
                self.learns[id(item)] = self.learns.get(id(item), False) or item.grad is not None

    def _trace(self, frame: FrameType, event: str, _: object) -> Any:
        if frame.f_code.co_filename not in self._paths:
            return None
        if event == "line":
            self._note(frame)
        return self._trace

    def _note(self, frame: FrameType) -> None:
        place = (frame.f_code.co_filename, frame.f_lineno)
        self.runs.append(
            LineRun(
                *place,
                frame.f_code.co_qualname if sys.version_info >= (3, 11) else frame.f_code.co_name,
                threading.get_ident(),
                torch.is_grad_enabled() and not torch.is_inference_mode_enabled(),
                torch.is_inference_mode_enabled(),
            )
        )
        if place in self._growing:
            self.kept[place].append(_nodes_kept_by(frame.f_locals))


def _nodes_kept_by(names: dict[str, object]) -> int:
    """How many nodes of graphs the local names keep alive, in containers and objects too."""
    todo = [tensor.grad_fn for tensor in _tensors(names.values(), _DEEPEST)]
    seen: set[object] = set()
    while todo:
        node = todo.pop()
        if node is not None and node not in seen:
            seen.add(node)
            todo += [following for following, _ in node.next_functions]
    return len(seen)


def _tensors(values: Iterable[object], depth: int) -> Iterator[torch.Tensor]:
    for value in values:
        if isinstance(value, torch.Tensor):
            yield value
        elif depth and isinstance(value, dict):
            yield from _tensors(list(value.values()), depth - 1)
        elif depth and isinstance(value, list | tuple | set):
            yield from _tensors(list(value), depth - 1)
        elif depth and _is_of_the_program(value):
            yield from _tensors(list(vars(value).values()), depth - 1)


def _is_of_the_program(value: object) -> bool:
    """Whether a class outside of torch and Python made an object with attributes."""
    package = type(value).__module__.partition(".")[0]
    own = package not in ("torch", "builtins") and package not in sys.stdlib_module_names
    return (own or package == "__main__") and hasattr(value, "__dict__")
