"""Watching the one function through which every backward pass enters torch's engine."""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import torch

from flake8_nograd.trace.frames import Step, place_of
from flake8_nograd.trace.sites import BackwardRun, Place

# The engine's entrance is no public name; `backward` and `grad` look it up at every call.
_autograd: Any = torch.autograd


def grad_mode() -> str:
    """The grad mode of this thread, by the name of what would switch it on."""
    # enable_grad inside inference_mode records nothing, whatever is_grad_enabled says.
    if torch.is_inference_mode_enabled():
        return "inference_mode"
    return "grad" if torch.is_grad_enabled() else "no_grad"


def in_backward() -> bool:
    """Whether this thread is working for a backward pass, as checkpointing does to recompute."""
    return bool(torch._C._current_graph_task_id() != -1)


class BackwardWatch:
    """Sees `Tensor.backward`, `autograd.backward` and `autograd.grad` from `start` to `stop`."""

    def __init__(
        self,
        route: Callable[[], list[Step]],
        mark_owners: Callable[[Sequence[Any]], None],
    ) -> None:
        """`mark_owners` is told which intermediate results were differentiated with respect to."""
        self._route = route
        self._mark_owners = mark_owners
        self._runs: Counter[tuple[tuple[Step, ...], str, str | None]] = Counter()
        self._places: dict[tuple[Step, ...], tuple[Place, ...]] = {}
        self._retaining: list[bool] = []
        self._original: Callable[..., Any] = _autograd._engine_run_backward
        self._watched: Callable[..., Any] | None = None

    def start(self) -> None:
        """Step between torch and its engine."""
        original = self._original = _autograd._engine_run_backward

        @functools.wraps(original)
        def watched(outputs: Any, *args: Any, **kwargs: Any) -> Any:
            if self._watched is None or in_backward():
                return original(outputs, *args, **kwargs)
            return self._run(original, outputs, *args, **kwargs)

        self._watched = watched
        _autograd._engine_run_backward = watched

    def stop(self) -> None:
        """Step aside; a wrapper that was put around ours goes on calling it, in vain."""
        if _autograd._engine_run_backward is self._watched:
            _autograd._engine_run_backward = self._original
        self._watched = None

    def frees(self) -> bool:
        """Whether a backward pass frees the tensors it has read: it was not told to retain."""
        return not any(self._retaining)

    def runs(self) -> tuple[BackwardRun, ...]:
        """The backward passes seen so far."""
        return tuple(
            BackwardRun(self._places[steps], mode, error, count)
            for (steps, mode, error), count in self._runs.copy().items()
        )

    def _run(self, original: Callable[..., Any], outputs: Any, *args: Any, **kwargs: Any) -> Any:
        # Torch passes (gradients, retain_graph, create_graph, inputs) by position.
        retain_graph = bool(args[1]) if len(args) > 1 else False
        steps, mode, error = tuple(self._route()), grad_mode(), None
        if steps not in self._places:
            self._places[steps] = tuple(map(place_of, steps))
        self._mark_owners(args[3] if len(args) > 3 else ())
        self._retaining.append(retain_graph)
        try:
            return original(outputs, *args, **kwargs)
        except BaseException as raised:
            error = str(raised) or type(raised).__name__
            raise
        finally:
            self._retaining.remove(retain_graph)
            self._runs[steps, mode, error] += 1
