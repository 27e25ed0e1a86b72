"""Forward pass whose result is only used as plain numbers.

## What it does
Reports a forward pass whose result ends in `.item()`, `.detach()`, `.cpu().numpy()`, `argmax`, a
comparison, a print or the like, and nowhere else.

## Why is this bad?
The graph is recorded first and thrown away after: the activations cost memory and time for nothing.

## Example
```python
import torch
from torch import nn

model = nn.Linear(10, 5)
label = model(torch.randn(1, 10)).argmax().item()
```

Use instead:
```python
import torch
from torch import nn

model = nn.Linear(10, 5)
with torch.no_grad():
    label = model(torch.randn(1, 10)).argmax().item()
```

## Fix safety
Safe: nothing that is computed can reach a backward pass.

## When to ignore
If a forward hook differentiates what it sees.

## Options
None.
"""

from __future__ import annotations

from collections.abc import Iterator

from flake8_nograd.rules.base import Report, Rule, callee_of, use_of
from flake8_nograd.torch_model.facts import ModuleFacts


def check(facts: ModuleFacts) -> Iterator[Report]:
    """All regions: the rules with a lower precedence take what they can explain better."""
    for region in facts.regions:
        yield Report(
            region,
            f"forward pass {callee_of(region.start.node)}() records a graph but"
            f" {use_of(region.start)}",
        )


RULE = Rule(
    code="NGR104",
    name="forward-for-plain-numbers",
    summary="forward pass whose result is only used as plain numbers",
    precedence=5,
    check=check,
)
