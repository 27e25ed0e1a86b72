"""What an optimizer is to train, and a guard keeps from learning.

## What it does
Reports modules whose parameters an optimizer is given, and of which every call whose result gets
to a backward pass runs under a guard, or is detached at once. An attribute of a module is reported
if it is a layer of torch that begins with random numbers and is never loaded or frozen.

## Why is this bad?
No gradient reaches these parameters, so the optimizer leaves them as they are. Nothing raises and
the rest of the model learns: only the result is worse than it could be.

## Example
```python
import torch
from torch import nn

encoder, head = nn.Linear(10, 5), nn.Linear(5, 2)
optimizer = torch.optim.SGD([*encoder.parameters(), *head.parameters()], lr=0.1)
for batch in torch.randn(100, 8, 10):
    with torch.no_grad():
        features = encoder(batch)
    loss = head(features).pow(2).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
```

Use instead:
```python
import torch
from torch import nn

encoder, head = nn.Linear(10, 5), nn.Linear(5, 2)
optimizer = torch.optim.SGD([*encoder.parameters(), *head.parameters()], lr=0.1)
for batch in torch.randn(100, 8, 10):
    features = encoder(batch)
    loss = head(features).pow(2).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
```

## Fix safety
No fix is offered: either the guard or the optimizer is wrong. What is not to learn is better left
out of the optimizer, and frozen by `requires_grad_(False)`.

## When to ignore
If the module is to stay as it is.

## Options
None.
"""

from __future__ import annotations

from collections.abc import Iterator

from flake8_nograd.rules.base import Report, Rule, reports_of
from flake8_nograd.torch_model.facts import Misuse, ModuleFacts

_MESSAGES = {
    Misuse.TRAINED_IN_VAIN: (
        "{guard} keeps `{subject}` from learning, though the optimizer of line {line} is given its "
        "parameters; call it where its graph gets to the loss, or freeze it"
    ),
}


def check(facts: ModuleFacts) -> Iterator[Report]:
    """Modules that are trained in vain."""
    yield from reports_of(facts, _MESSAGES)


RULE = Rule(
    code="NGR320",
    name="trained-in-vain",
    summary="a guard keeps what an optimizer is given from learning",
    precedence=320,
    check=check,
    fixable=False,
)
