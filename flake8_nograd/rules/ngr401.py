"""A graph that is kept from one iteration to the next.

## What it does
Reports running sums and lists of what a backward pass has differentiated, if nothing differentiates
them again: `total += loss`, `losses.append(loss)`, a metric object that adds up what it gets, the
parts of a summed loss, the loss that a step hands back.

## Why is this bad?
The sum or the list keeps what is left of the graph of every iteration, and memory grows with each
batch. After the backward pass nobody can use these graphs any more.

## Example
```python
import torch
from torch import nn

model = nn.Linear(10, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
total = torch.tensor(0.0)
for batch in torch.randn(100, 8, 10):
    loss = model(batch).pow(2).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    total += loss
print(total.item() / 100)
```

Use instead:
```python
import torch
from torch import nn

model = nn.Linear(10, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
total = torch.tensor(0.0)
for batch in torch.randn(100, 8, 10):
    loss = model(batch).pow(2).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    total += loss.detach()
print(total.item() / 100)
```

## Fix safety
No fix is offered.

## When to ignore
If the graphs are differentiated once more by code of another file.

## Options
`nograd-training-calls` names calls that differentiate what they are given.
"""

from __future__ import annotations

from collections.abc import Iterator

from flake8_nograd.rules.base import Report, Rule, reports_of
from flake8_nograd.torch_model.facts import Misuse, ModuleFacts

_MESSAGES = {
    Misuse.KEPT_GRAPH: (
        "adding {guard} to {subject} keeps the graph of every iteration, and memory grows "
        "with each; add it detached, by `.detach()` or `.item()`"
    ),
    Misuse.KEPT_FOR_CALLERS: (
        "adding {guard} to {subject} keeps the graph of every loss that {place} gives it, and "
        "memory grows with each; add it detached, by `.detach()` or `.item()`"
    ),
}


def check(facts: ModuleFacts) -> Iterator[Report]:
    """Accumulations of what has been differentiated."""
    yield from reports_of(facts, _MESSAGES)


RULE = Rule(
    code="NGR401",
    name="graph-kept-alive",
    summary="a sum or list keeps the graph of every iteration",
    precedence=401,
    check=check,
    fixable=False,
)
