"""A guard on a class covers only its construction.

## What it does
Reports guards of torch that decorate a class.

## Why is this bad?
The decorator wraps the call of the class: `__init__` runs with recording off, every method runs
with recording on. Besides, the name now stands for a function, and `isinstance` raises.

## Example
```python
import torch
from torch import nn


@torch.no_grad()
class Scorer:
    def __init__(self, model: nn.Module) -> None:
        self.model = model

    def __call__(self, batch: torch.Tensor) -> torch.Tensor:
        return self.model(batch)
```

Use instead:
```python
import torch
from torch import nn


class Scorer:
    def __init__(self, model: nn.Module) -> None:
        self.model = model

    @torch.no_grad()
    def __call__(self, batch: torch.Tensor) -> torch.Tensor:
        return self.model(batch)
```

## Fix safety
No fix is offered.

## When to ignore
Never.

## Options
None.
"""

from __future__ import annotations

from collections.abc import Iterator

from flake8_nograd.rules.base import Report, Rule, reports_of
from flake8_nograd.torch_model.facts import Misuse, ModuleFacts

_MESSAGES = {
    Misuse.ON_CLASS: (
        "the guard {guard} covers only the construction of {subject}, its methods record; "
        "decorate the methods"
    ),
}


def check(facts: ModuleFacts) -> Iterator[Report]:
    """Decorated classes."""
    yield from reports_of(facts, _MESSAGES)


RULE = Rule(
    code="NGR308",
    name="guard-on-class",
    summary="a guard on a class covers only its construction",
    precedence=308,
    check=check,
    fixable=False,
)
