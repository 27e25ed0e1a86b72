"""Guarded inference of a model that is never put into eval mode.

## What it does
Reports forward passes under a guard, of a model that the file makes and that has dropout or batch
norm, in files that never call `eval()`. A result that gets to a backward pass is none of inference.

The rule is off unless `select` or `extend-select` names it: `NGR903`, or `NGR9` for all such rules.

## Why is this bad?
In training mode dropout zeroes values at random, and batch norm uses, and learns from, the batch at
hand: the numbers are not those of the trained model. The guard alone changes nothing about that.

## Example
```python
import torch
from torch import nn

model = nn.Sequential(nn.Linear(10, 5), nn.Dropout(0.5))
with torch.no_grad():
    print(model(torch.randn(8, 10)).argmax(1).tolist())
```

Use instead:
```python
import torch
from torch import nn

model = nn.Sequential(nn.Linear(10, 5), nn.Dropout(0.5))
model.eval()
with torch.no_grad():
    print(model(torch.randn(8, 10)).argmax(1).tolist())
```

## Fix safety
No fix is offered.

## When to ignore
If the dropout is wanted, as in Monte Carlo dropout.

## Options
None.
"""

from __future__ import annotations

from collections.abc import Iterator

from flake8_nograd.rules.base import Report, Rule, reports_of
from flake8_nograd.torch_model.facts import Misuse, ModuleFacts

_MESSAGES = {
    Misuse.NEVER_EVALUATING: (
        "{subject}() runs under {guard} and is never put into eval mode, so its dropout or batch "
        "norm does as in training; call `eval()` before"
    ),
}


def check(facts: ModuleFacts) -> Iterator[Report]:
    """Guarded passes of models in training mode."""
    yield from reports_of(facts, _MESSAGES)


RULE = Rule(
    code="NGR903",
    name="inference-without-eval",
    summary="guarded inference of a model that is never put into eval mode",
    precedence=903,
    check=check,
    default=False,
    fixable=False,
)
