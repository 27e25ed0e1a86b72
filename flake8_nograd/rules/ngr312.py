"""A guard that the oldest torch of the project does not know, or gets wrong.

## What it does
Reports, where the project allows a torch that is older, `@torch.no_grad` and other guards above a
function without parentheses (2.1), `@torch.set_grad_enabled(False)` above a function (2.2), and
`torch.inference_mode` (1.9). What a project requires is read from its pyproject.toml, setup.cfg or
requirements files; without a lower bound there nothing is reported. Files that look at torch's
version, or at what torch has, are left alone.

## Why is this bad?
Whoever installs the oldest torch that is allowed gets a `TypeError` or `AttributeError` on import.
Two of the old versions are wrong in silence: `@torch.inference_mode` puts an object in the place
of the function, and `@torch.set_grad_enabled(False)` leaves recording off for the whole process.

## Example
```python
# nograd-torch-version = 1.13
import torch
from torch import nn

model = nn.Linear(10, 5)


@torch.no_grad
def scores(batch: torch.Tensor) -> torch.Tensor:
    return model(batch)
```

Use instead:
```python
# nograd-torch-version = 1.13
import torch
from torch import nn

model = nn.Linear(10, 5)


@torch.no_grad()
def scores(batch: torch.Tensor) -> torch.Tensor:
    return model(batch)
```

## Fix safety
Parentheses behind a decorator are a safe fix. Another guard is an unsafe one: what leaves it
differs from what the newest torch makes of the program.

## When to ignore
If the requirement is older than what the code is meant for; then raise it.

## Options
`nograd-torch-version` is the oldest torch that counts, in place of what the project requires.
"""

from __future__ import annotations

from collections.abc import Iterator

from flake8_nograd.rules.base import Cure, Report, Rule, reports_of
from flake8_nograd.torch_model.facts import Misuse, ModuleFacts

_MESSAGES = {
    Misuse.BARE_DECORATOR: (
        "the guard {guard} without parentheses does not work before torch 2.1, and {floor} is "
        "allowed; write `@{subject}`"
    ),
    Misuse.SWITCH_AS_DECORATOR: (
        "the switch {guard} above a function leaves recording off for good before torch 2.2, "
        "and {floor} is allowed; write `@{subject}`"
    ),
    Misuse.UNKNOWN_GUARD: (
        "{guard} is unknown before torch 1.9, and {floor} is allowed; write `{subject}`"
    ),
}

_CURES = {
    Misuse.BARE_DECORATOR: Cure("{written}()"),
    Misuse.SWITCH_AS_DECORATOR: Cure("{subject}", "old versions of torch record again afterwards"),
    Misuse.UNKNOWN_GUARD: Cure(
        "{subject}", "tensors that are made there are like any others", keeps_arguments=True
    ),
}


def check(facts: ModuleFacts) -> Iterator[Report]:
    """Guards that are too new."""
    yield from reports_of(facts, _MESSAGES, _CURES)


RULE = Rule(
    code="NGR312",
    name="guard-too-new",
    summary="a guard that the oldest torch of the project does not know, or gets wrong",
    precedence=312,
    check=check,
)
