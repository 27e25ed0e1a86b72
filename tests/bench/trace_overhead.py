"""What the recorder costs: training steps and evaluations with and without it; run by hand.

    python tests/bench/trace_overhead.py

Runs with and without take turns in one process, on one thread. The ratio is the median of the
pairs; half of the pairs lie in the range behind it. Exit code 1 if a limit is exceeded.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass

import torch
from torch import nn

from flake8_nograd.trace import record

ROUNDS, SECONDS = 60, 0.05
Step = Callable[[], object]


@dataclass(frozen=True)
class Case:
    """A step, and how many times as long it may take under the recorder; None for no limit."""

    name: str
    step: Step
    limit: float | None = None


def mlp() -> nn.Module:
    layers = (nn.Linear(256, 512), nn.ReLU(), nn.Linear(512, 512), nn.ReLU(), nn.Linear(512, 10))
    return nn.Sequential(*layers)


def conv_stack() -> nn.Module:
    blocks = (
        layer
        for _ in range(4)
        for layer in (nn.Conv2d(16, 16, 3, padding=1), nn.BatchNorm2d(16), nn.ReLU())
    )
    return nn.Sequential(nn.Conv2d(3, 16, 1), *blocks, nn.Flatten(), nn.Linear(16384, 10))


def training(model: nn.Module, batch: torch.Tensor) -> Step:
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
    targets = torch.randint(0, 10, (len(batch),))

    def step() -> None:
        optimizer.zero_grad()
        nn.functional.cross_entropy(model(batch), targets).backward()
        optimizer.step()

    return step


def evaluation(model: nn.Module, batch: torch.Tensor) -> Step:
    model.eval()
    return lambda: model(batch).argmax(1)


def measured(step: Step) -> tuple[float, float, float]:
    """Lower quartile, median and upper quartile of recorded time over plain time."""
    count = 1
    while seconds(step, count, nullcontext()) < SECONDS:
        count *= 2
    ratios = []
    for number in range(ROUNDS):
        # Whoever goes second may find a warmer or a slower machine, so they take turns.
        if number % 2:
            plain, recorded = seconds(step, count, nullcontext()), seconds(step, count, record())
        else:
            recorded, plain = seconds(step, count, record()), seconds(step, count, nullcontext())
        ratios.append(recorded / plain)
    low, ratio, high = statistics.quantiles(ratios, n=4, method="inclusive")
    return low, ratio, high


def seconds(step: Step, count: int, recording: AbstractContextManager[object]) -> float:
    """Processor time of this thread for some steps."""
    with recording:
        start = time.thread_time()
        for _ in range(count):
            step()
        return time.thread_time() - start


def main() -> int:
    torch.manual_seed(0)
    torch.set_num_threads(1)
    rows, images = torch.randn(64, 256), torch.randn(16, 3, 32, 32)
    exceeded = False
    for case in (
        Case("MLP, training step of 64 rows", training(mlp(), rows), 1.3),
        Case("MLP, evaluation of 64 rows", evaluation(mlp(), rows)),
        Case("conv stack, training step of 16 images", training(conv_stack(), images), 1.15),
        Case("conv stack, evaluation of 16 images", evaluation(conv_stack(), images)),
        Case("nn.Linear(4, 10), training step of 8 rows", training(nn.Linear(4, 10), rows[:8, :4])),
    ):
        low, ratio, high = measured(case.step)
        limit = f"  limit {case.limit}" if case.limit else ""
        print(f"{case.name:42} {ratio:.2f}x ({low:.2f} to {high:.2f}){limit}", flush=True)
        exceeded |= case.limit is not None and ratio > case.limit
    return int(exceeded)


if __name__ == "__main__":
    sys.exit(main())
