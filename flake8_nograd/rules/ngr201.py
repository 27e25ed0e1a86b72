"""Backward pass of something that was computed with recording off: it raises.

## What it does
Reports `backward()` and `autograd.grad()` of a value that was computed under `torch.no_grad()` or
`torch.inference_mode()`.

## Why is this bad?
Nothing was recorded, so there is nothing to differentiate: torch raises "element 0 of tensors does
not require grad and does not have a grad_fn".

## Example
```python
import torch
from torch import nn

model = nn.Linear(10, 1)
with torch.no_grad():
    loss = model(torch.randn(8, 10)).mean()
    loss.backward()
```

Use instead:
```python
import torch
from torch import nn

model = nn.Linear(10, 1)
loss = model(torch.randn(8, 10)).mean()
loss.backward()
```

## Fix safety
No fix is offered: whether the guard or the backward pass is the mistake cannot be told.

## When to ignore
If the code shows the error on purpose.

## Options
None.
"""

from __future__ import annotations

from collections.abc import Iterator

from flake8_nograd.rules.base import Report, Rule, callee_of
from flake8_nograd.torch_model.facts import Misplacement, ModuleFacts


def check(facts: ModuleFacts) -> Iterator[Report]:
    """Backward passes with nothing to differentiate."""
    for item in facts.backward_passes:
        if item.misplacement is Misplacement.NOTHING_RECORDED:
            yield Report(
                item,
                f"{callee_of(item.node)}() differentiates what was computed with recording off and"
                " raises; compute it outside the guard or under `torch.enable_grad()`",
            )


RULE = Rule(
    code="NGR201",
    name="backward-of-nothing",
    summary="backward / autograd.grad of something computed under the guard: raises",
    precedence=6,
    check=check,
    fixable=False,
)
