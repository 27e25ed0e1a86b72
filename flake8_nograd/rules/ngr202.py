"""Backward pass inside a guard, of a graph that was recorded outside.

## What it does
Reports `backward()` and `autograd.grad()` under `torch.no_grad()` or `torch.inference_mode()` of a
value whose graph was recorded before the guard.

## Why is this bad?
Under `no_grad` it works and the gradients are right, but the guard does nothing for it and the
reader is misled; one arithmetic operation more inside the guard and it raises. Under
`inference_mode` the gradients become inference tensors and the next step breaks.

## Example
```python
import torch
from torch import nn

model = nn.Linear(10, 1)
loss = model(torch.randn(8, 10)).mean()
with torch.no_grad():
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
No fix is offered: what else the guard was meant for cannot be told.

## When to ignore
If the guard is meant for the parameter updates around the backward pass.

## Options
None.
"""

from __future__ import annotations

from collections.abc import Iterator

from flake8_nograd.rules.base import Report, Rule, callee_of
from flake8_nograd.torch_model.facts import Misplacement, ModuleFacts


def check(facts: ModuleFacts) -> Iterator[Report]:
    """Backward passes inside a guard that does nothing for them."""
    for item in facts.backward_passes:
        if item.misplacement is Misplacement.RECORDED_OUTSIDE:
            guard, harm = (
                (
                    "inference_mode",
                    "makes the gradients inference tensors, which breaks the next step",
                )
                if item.inference_mode
                else ("no_grad", "works but misleads, since its graph was recorded outside")
            )
            yield Report(
                item, f"{callee_of(item.node)}() inside {guard} {harm}; move it out of the guard"
            )


RULE = Rule(
    code="NGR202",
    name="backward-inside-guard",
    summary="backward inside a guard of a graph recorded outside: misleads or breaks the next step",
    precedence=7,
    check=check,
    fixable=False,
)
