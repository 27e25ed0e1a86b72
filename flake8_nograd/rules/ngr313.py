"""A guarded pass that takes the gradients from a later one in the same autocast block.

## What it does
Reports a forward pass with recording off, in an autocast block in which the same model is run once
more, further down, and trained, if the project allows a torch before 2.11. Without a lower bound on
torch nothing is reported.

## Why is this bad?
Autocast casts each weight once and keeps the result to the end of its block. Before torch 2.11 what
was cast with recording off was kept as it was: the pass that trains finds weights that lead to no
gradient. The backward pass raises, or weights stay without a gradient and nothing says so.

## Example
```python
# nograd-torch-version = 2.4
import torch
from torch import nn

model = nn.Linear(10, 5)
batch = torch.randn(8, 10)
with torch.autocast("cpu"):
    with torch.no_grad():
        target = model(batch)
    loss = (model(batch + 1) - target).pow(2).mean()
loss.backward()
```

Use instead:
```python
# nograd-torch-version = 2.4
import torch
from torch import nn

model = nn.Linear(10, 5)
batch = torch.randn(8, 10)
with torch.no_grad(), torch.autocast("cpu"):
    target = model(batch)
with torch.autocast("cpu"):
    loss = (model(batch + 1) - target).pow(2).mean()
loss.backward()
```

## Fix safety
No fix is offered.

## When to ignore
If the weights are in half precision already, so that autocast has nothing to cast.

## Options
`nograd-torch-version` is the oldest torch that counts, in place of what the project requires.
"""

from __future__ import annotations

from collections.abc import Iterator

from flake8_nograd.rules.base import Report, Rule, reports_of
from flake8_nograd.torch_model.facts import Misuse, ModuleFacts

_MESSAGES = {
    Misuse.CASTS_FOR_TRAINING: (
        "{guard}() with recording off takes the gradients from line {line}, in the same autocast "
        "block, before torch 2.11, and {floor} is allowed; give it an autocast block of its own"
    ),
}


def check(facts: ModuleFacts) -> Iterator[Report]:
    """Guarded passes whose casts are kept."""
    yield from reports_of(facts, _MESSAGES)


RULE = Rule(
    code="NGR313",
    name="guarded-pass-in-autocast",
    summary="a guarded pass before one that trains, in one autocast block: no gradients",
    precedence=313,
    check=check,
    fixable=False,
)
