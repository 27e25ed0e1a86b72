"""`python -m flake8_nograd.trace.cost` measures, prints a table and draws a picture."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from flake8_nograd.trace.table import Table, size

if TYPE_CHECKING:
    from flake8_nograd.trace.cost.measurement import Cost, Memory


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure all workloads; 2 if torch is missing or the picture cannot be written."""
    options = _parser().parse_args(arguments)
    # Before torch is imported: its profiler reports each of its starts on stderr.
    os.environ.setdefault("KINETO_LOG_LEVEL", "99")
    try:
        if options.svg:
            open(options.svg, "a", encoding="utf-8").close()  # better now than after minutes
        costs = _measure(options.batches, options.rounds)
        if options.svg:
            _draw(costs, options.svg)
    except OSError as error:
        print(f"nograd-trace: {options.svg}: {error.strerror or error}", file=sys.stderr)
        return 2
    except ModuleNotFoundError as error:
        print(f"nograd-trace: {error}; python -m pip install torch", file=sys.stderr)
        return 2
    print(_table(costs, options.batches).plain())
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m flake8_nograd.trace.cost",
        description="Measure evaluations with and without torch.no_grad(), on one CPU thread.",
    )
    parser.add_argument(
        "--batches", type=_number, default=10, help="batches of an evaluation (%(default)s)"
    )
    parser.add_argument(
        "--rounds", type=_number, default=100, help="pairs of timed runs (%(default)s)"
    )
    parser.add_argument("--svg", metavar="FILE", help="draw a picture")
    return parser


def _number(text: str) -> int:
    if text.isdecimal() and int(text) > 1:
        return int(text)
    raise argparse.ArgumentTypeError(f"{text!r} is not a number from 2 on")


def _measure(batches: int, rounds: int) -> list[Cost]:
    import torch

    from flake8_nograd.trace.cost.measurement import measure
    from flake8_nograd.trace.cost.workloads import WORKLOADS

    torch.set_num_threads(1)
    return [measure(workload, batches, rounds) for workload in WORKLOADS]


def _draw(costs: Sequence[Cost], path: str) -> None:
    from flake8_nograd.trace.cost.picture import picture

    with open(path, "w", encoding="utf-8") as file:
        file.write(picture(costs))


def _table(costs: Sequence[Cost], batches: int) -> Table:
    return Table(
        title=f"{batches} batches, with torch.no_grad() -> without",
        headings=("model", " time of a pass", "", " output = model(x)", " all outputs kept"),
        rows=tuple(
            (
                cost.name,
                f"{1e3 * cost.time.guarded:.3g} ms",
                f"x {cost.time.ratio:.2f} ({cost.time.low:.2f} to {cost.time.high:.2f})",
                _change(cost.bound),
                _change(cost.kept),
            )
            for cost in costs
        ),
        styles=(),
    )


def _change(memory: Memory) -> str:
    guarded, recorded = memory.peaks
    return f"{size(guarded)} -> {size(recorded)} (x {recorded / guarded:.1f})"


if __name__ == "__main__":
    sys.exit(main())
