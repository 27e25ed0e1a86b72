"""Recording that inference_mode forbids, or a guard that switches it on.

## What it does
Reports `torch.enable_grad()` and `set_grad_enabled(True)` inside `torch.inference_mode()`, and
`torch.inference_mode(False)` around forward passes whose graph nobody needs.

## Why is this bad?
Inside of inference_mode nothing is recorded: `enable_grad` changes what `is_grad_enabled()` says
and nothing else, and a backward pass raises. `inference_mode(False)` is the opposite of a guard: it
switches recording on, even inside of `no_grad`.

## Example
```python
import torch


def slope(x: torch.Tensor) -> torch.Tensor:
    with torch.inference_mode():
        with torch.enable_grad():
            return x.requires_grad_().square()
```

Use instead:
```python
import torch


def slope(x: torch.Tensor) -> torch.Tensor:
    with torch.no_grad():
        with torch.enable_grad():
            return x.requires_grad_().square()
```

## Fix safety
The fixes are unsafe: they change what is recorded. `torch.no_grad()` takes the place of the
inference_mode around `enable_grad`, where both stand in one function and the guard is written as
`torch.inference_mode()`, and no forward pass would be recorded for nothing.
`inference_mode(False)` loses its argument, and the block no longer records.

## When to ignore
Never.

## Options
None.
"""

from __future__ import annotations

from collections.abc import Iterator

from flake8_nograd.rules.base import Cure, Report, Rule, reports_of
from flake8_nograd.torch_model.facts import Misuse, ModuleFacts

_MESSAGES = {
    Misuse.INSIDE_INFERENCE_MODE: (
        "the guard {guard} inside of inference_mode records nothing; use `torch.no_grad()` "
        "around it instead of inference_mode"
    ),
    Misuse.SWITCHED_ON: ("the guard {guard} switches recording on; write `{subject}()`"),
}

_CURES = {
    Misuse.INSIDE_INFERENCE_MODE: Cure("{subject}", "what records nothing now then records"),
    Misuse.SWITCHED_ON: Cure(
        "{subject}()", "that the block is to run without recording is a guess"
    ),
}


def check(facts: ModuleFacts) -> Iterator[Report]:
    """Modes that do the opposite of what they seem to."""
    yield from reports_of(facts, _MESSAGES, _CURES)


RULE = Rule(
    code="NGR306",
    name="inference-mode-overrules",
    summary="`enable_grad` in `inference_mode`; `inference_mode(False)` as a guard",
    precedence=306,
    check=check,
)
