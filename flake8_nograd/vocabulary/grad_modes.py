"""Grad modes, and the one table of how torch spells what sets them."""

from __future__ import annotations

import enum

from flake8_nograd.patterns import lazy_pattern


class GradMode(enum.Enum):
    """Whether an operation records a graph."""

    INHERITED = "as the caller has it"
    ON = "recording"
    OFF = "off (no_grad)"
    INFERENCE = "off (inference_mode)"
    LIFTED = "recording (inference_mode switched off)"
    MAYBE = "depends on a condition"

    @property
    def is_off(self) -> bool:
        """Whether recording is certainly off."""
        return self is GradMode.OFF or self is GradMode.INFERENCE

    @property
    def switches_off(self) -> bool:
        """Whether recording is or may be off."""
        return self.is_off or self is GradMode.MAYBE

    def under(self, mode: GradMode) -> GradMode:
        """The mode where a guard for `mode` is entered in this one.

        Only `inference_mode(False)` ends inference mode; no other guard lifts it.
        """
        if mode is GradMode.LIFTED:
            return GradMode.ON
        lasts = self is GradMode.INFERENCE and mode in (GradMode.ON, GradMode.OFF)
        return self if lasts else mode


_MODULES = ("torch", "torch.autograd", "torch.autograd.grad_mode")
GUARDS = {
    f"{module}.{name}": mode
    for module in _MODULES
    for name, mode in (
        ("no_grad", GradMode.OFF),
        ("inference_mode", GradMode.INFERENCE),
        ("enable_grad", GradMode.ON),
    )
}
# What needs no argument to switch recording off, in a `with` or as a decorator.
SWITCHED_OFF_BY = frozenset(name for name, mode in GUARDS.items() if mode.is_off)
SWITCHES = frozenset(f"{module}.set_grad_enabled" for module in _MODULES) | {
    "torch._C._set_grad_enabled",
    "torch._C.set_grad_enabled",
}
ASKS_MODE = frozenset(("torch.is_grad_enabled", "torch._C.is_grad_enabled"))
NAMED_LIKE_TORCHS = lazy_pattern(r"(?:no|enable)_grad|inference_mode|_?set_grad_enabled")
# The last names under which torch's guards and switches go, whatever they were imported as.
GUARD_NAMES = frozenset(name.rpartition(".")[2] for name in SWITCHED_OFF_BY)
SWITCH_NAMES = frozenset(name.rpartition(".")[2] for name in (*SWITCHES, "enable_grad"))
