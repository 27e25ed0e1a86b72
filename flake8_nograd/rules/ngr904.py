"""A training loop that goes on in eval mode.

## What it does
Reports `model.eval()` in a loop that has trained the model before in the same round, if nothing in
the loop calls `train()` again.

The rule is off unless `select` or `extend-select` names it: `NGR904`, or `NGR9` for all such rules.

## Why is this bad?
From the second round on the model trains in eval mode: dropout is gone, and batch norm uses and
keeps the statistics of the first round.

## Example
```python
import torch
from torch import nn

model = nn.Sequential(nn.Linear(10, 5), nn.Dropout(0.5))
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
model.train()
for epoch in range(3):
    for batch in torch.randn(100, 8, 10):
        optimizer.zero_grad()
        model(batch).pow(2).mean().backward()
        optimizer.step()
    model.eval()
    with torch.no_grad():
        print(model(torch.randn(8, 10)).mean().item())
```

Use instead:
```python
import torch
from torch import nn

model = nn.Sequential(nn.Linear(10, 5), nn.Dropout(0.5))
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
for epoch in range(3):
    model.train()
    for batch in torch.randn(100, 8, 10):
        optimizer.zero_grad()
        model(batch).pow(2).mean().backward()
        optimizer.step()
    model.eval()
    with torch.no_grad():
        print(model(torch.randn(8, 10)).mean().item())
```

## Fix safety
No fix is offered.

## When to ignore
If the model has neither dropout nor batch norm, or is to be tuned in eval mode.

## Options
None.
"""

from __future__ import annotations

from collections.abc import Iterator

from flake8_nograd.rules.base import Report, Rule, reports_of
from flake8_nograd.torch_model.facts import Misuse, ModuleFacts

_MESSAGES = {
    Misuse.NEVER_TRAINING_AGAIN: (
        "after {guard} the loop of line {line} goes on training `{subject}` in eval mode; call "
        "`{subject}.train()` in the loop before it trains"
    ),
}


def check(facts: ModuleFacts) -> Iterator[Report]:
    """Calls of `eval()` that are never taken back."""
    yield from reports_of(facts, _MESSAGES)


RULE = Rule(
    code="NGR904",
    name="eval-without-a-way-back",
    summary="`eval()` in a training loop that never calls `train()` again",
    precedence=904,
    check=check,
    default=False,
    fixable=False,
)
