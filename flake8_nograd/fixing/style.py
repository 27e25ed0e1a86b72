"""What the user asks of a fix."""

from __future__ import annotations

import enum
from typing import NamedTuple


class Guard(enum.Enum):
    """Which context manager switches recording off."""

    NO_GRAD = "no_grad"
    INFERENCE_MODE = "inference_mode"


class Form(enum.Enum):
    """Which shape a new guard takes."""

    AUTO = "auto"
    WITH = "with"
    DECORATOR = "decorator"


class Style(NamedTuple):
    """Which guard, in which form, and whether unsafe fixes are applied too."""

    guard: Guard = Guard.NO_GRAD
    form: Form = Form.AUTO
    unsafe: bool = False
