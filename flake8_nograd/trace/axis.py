"""The axes of pictures: numbers on a stretch of it, and where the round ones stand."""

from __future__ import annotations

import math
from dataclasses import dataclass

_STEPS = (1, 2, 5, 10)
_MOST_STEPS = 6


@dataclass(frozen=True, slots=True)
class Axis:
    """Maps 0 to `end` onto a stretch of the picture."""

    start: float
    stop: float
    end: float

    def __call__(self, value: float) -> float:
        """The place of a number, to a tenth of a unit of the picture."""
        return round(self.start + (self.stop - self.start) * value / self.end, 1)


def round_steps(most: float) -> list[float]:
    """Round numbers from 0 to `most`, about five of them."""
    power = 10.0 ** math.floor(math.log10(most / _MOST_STEPS))
    step = next(step * power for step in _STEPS if most / (step * power) < _MOST_STEPS)
    return [round(number * step, 12) for number in range(int(most / step) + 1)]
