"""A function that switches recording off and leaves it so.

## What it does
Reports `torch.set_grad_enabled(False)` as a statement of a function that ends without taking it
back, where the file differentiates, a caller in another file trains, or the function is called
after an evaluation. A function that does nothing else, one that ends the program or its thread, or
trains, a coroutine, and one whose every call stands under a guard are not reported.

## Why is this bad?
The switch holds for the rest of the thread, also in whoever called the function: training that
follows raises or learns nothing.

## Example
```python
import torch
from torch import nn


def evaluate(model: nn.Module, batch: torch.Tensor) -> float:
    model.eval()
    torch.set_grad_enabled(False)
    return model(batch).mean().item()
```

Use instead:
```python
import torch
from torch import nn


def evaluate(model: nn.Module, batch: torch.Tensor) -> float:
    model.eval()
    with torch.no_grad():
        return model(batch).mean().item()
```

## Fix safety
`with torch.no_grad():` around what follows is an unsafe fix: whoever calls the function then goes
on recording. A switch that no forward pass follows in its suite is left.

## When to ignore
If the process does nothing after the function that needs a gradient.

## Options
None.
"""

from __future__ import annotations

from collections.abc import Iterator

from flake8_nograd.rules.base import Cure, Report, Rule, reports_of
from flake8_nograd.torch_model.facts import Misuse, ModuleFacts

_MESSAGES = {
    Misuse.NEVER_RESET: (
        "the switch {guard} outlasts {subject}, and whoever calls it goes on without "
        "recording; use `with torch.no_grad():`"
    ),
}

_CURES = {Misuse.NEVER_RESET: Cure("torch.no_grad()", "whoever calls it then goes on recording")}


def check(facts: ModuleFacts) -> Iterator[Report]:
    """Switches that outlast their function."""
    yield from reports_of(facts, _MESSAGES, _CURES)


RULE = Rule(
    code="NGR311",
    name="switch-never-reset",
    summary="`set_grad_enabled(False)` that a function never takes back",
    precedence=311,
    check=check,
)
