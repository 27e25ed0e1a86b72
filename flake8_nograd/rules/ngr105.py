"""The guard ends before the forward pass it was meant for.

## What it does
Reports an unguarded inference pass that follows closely upon a `with torch.no_grad():` block which
holds only the preparations: `model.eval()`, moving the batch, another model.

## Why is this bad?
The author meant to guard the pass; it records a graph all the same.

## Example
```python
import torch
from torch import nn

model = nn.Linear(10, 5)
with torch.no_grad():
    model.eval()
print(model(torch.randn(8, 10)).argmax(1))
```

Use instead:
```python
import torch
from torch import nn

model = nn.Linear(10, 5)
with torch.no_grad():
    model.eval()
    print(model(torch.randn(8, 10)).argmax(1))
```

## Fix safety
Safe if every result ends as plain numbers in this file, otherwise unsafe.

## When to ignore
If the part after the block is differentiated by code of another file.

## Options
`nograd-training-calls` names calls that differentiate what they are given.
"""

from __future__ import annotations

from collections.abc import Iterator

from flake8_nograd.rules.base import Report, Rule, callee_of
from flake8_nograd.torch_model.facts import ModuleFacts


def check(facts: ModuleFacts) -> Iterator[Report]:
    """Regions that a guard precedes."""
    for region in facts.regions:
        guard = region.ended_guard
        if guard is not None:
            yield Report(
                region,
                f"the guard of line {guard.lineno} ends before forward pass"
                f" {callee_of(region.start.node)}(), which records a graph nobody uses",
            )


RULE = Rule(
    code="NGR105",
    name="guard-ends-early",
    summary="the guard ends before the forward pass it was meant for",
    precedence=1,
    check=check,
)
