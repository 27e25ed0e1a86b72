"""A reference model whose graph a backward pass walks.

## What it does
Reports forward passes of a model that the file makes, hands to nobody and gives to none of its
optimizers, if they are recorded and differentiated and their input has no graph of its own.

The rule is off unless `select` or `extend-select` names it: `NGR905`, or `NGR9` for all such rules.

## Why is this bad?
The backward pass computes gradients of a model that nobody updates: time and memory for nothing,
and gradients that grow from step to step.

## Example
```python
import torch
from torch import nn

teacher, student = nn.Linear(10, 5), nn.Linear(10, 5)
optimizer = torch.optim.SGD(student.parameters(), lr=0.1)
for batch in torch.randn(100, 8, 10):
    target = teacher(batch)
    loss = nn.functional.mse_loss(student(batch), target)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
```

Use instead:
```python
import torch
from torch import nn

teacher, student = nn.Linear(10, 5), nn.Linear(10, 5)
optimizer = torch.optim.SGD(student.parameters(), lr=0.1)
for batch in torch.randn(100, 8, 10):
    with torch.no_grad():
        target = teacher(batch)
    loss = nn.functional.mse_loss(student(batch), target)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
```

## Fix safety
No fix is offered.

## When to ignore
If the gradients of the model are read, or if it was left out of the optimizer by mistake.

## Options
None.
"""

from __future__ import annotations

from collections.abc import Iterator

from flake8_nograd.rules.base import Report, Rule, reports_of
from flake8_nograd.torch_model.facts import Misuse, ModuleFacts

_MESSAGES = {
    Misuse.NEEDLESS_GRAPH: (
        "the backward pass walks the graph of {subject}(), which no optimizer is given; run it "
        "under `torch.no_grad()` or freeze it"
    ),
}


def check(facts: ModuleFacts) -> Iterator[Report]:
    """Recorded passes of models that nobody trains."""
    yield from reports_of(facts, _MESSAGES)


RULE = Rule(
    code="NGR905",
    name="graph-nobody-steps",
    summary="a backward pass walks the graph of a model that nobody trains",
    precedence=905,
    check=check,
    default=False,
    fixable=False,
)
