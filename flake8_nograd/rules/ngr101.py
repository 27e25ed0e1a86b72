"""Forward pass in a loop, and nothing of it is differentiated.

## What it does
Reports a forward pass that runs again and again with recording on although no result of it ever
reaches a backward pass.

## Why is this bad?
Each pass records a graph. In a loop the old graph lives until the new result takes its name, so
the peak of memory doubles; results that are kept keep their graphs, and memory grows with the data
until the run dies.

## Example
```python
import torch
from torch import nn

model = nn.Linear(10, 5)
for batch in torch.randn(100, 8, 10):
    print(model(batch).argmax(1))
```

Use instead:
```python
import torch
from torch import nn

model = nn.Linear(10, 5)
for batch in torch.randn(100, 8, 10):
    with torch.no_grad():
        print(model(batch).argmax(1))
```

## Fix safety
Safe if every result of the loop ends as plain numbers in this file. Unsafe if a result leaves the
file's sight, because somebody else might differentiate it.

## When to ignore
If the results are differentiated by code of another file.

## Options
`nograd-training-calls` names calls that differentiate what they are given.
"""

from __future__ import annotations

from collections.abc import Iterator

from flake8_nograd.rules.base import Report, Rule, callee_of, use_of
from flake8_nograd.torch_model.facts import ModuleFacts


def check(facts: ModuleFacts) -> Iterator[Report]:
    """Regions whose first forward pass runs in a loop."""
    for region in facts.regions:
        if region.in_loop:
            yield Report(
                region,
                f"forward pass {callee_of(region.start.node)}() in a loop records a graph each time"
                f" but {use_of(region.start)}",
            )


RULE = Rule(
    code="NGR101",
    name="forward-in-loop",
    summary="forward pass in a loop, nothing of it is differentiated",
    precedence=4,
    check=check,
)
