"""Forward pass in a validation, test or prediction function.

## What it does
Reports a forward pass that records a graph in a function whose name says that it only evaluates:
validate, evaluate, test, predict, infer, sample, generate and the like.

## Why is this bad?
Nobody differentiates what such a function computes, yet all activations are kept for it, and kept
results keep their graphs.

## Example
```python
import torch
from torch import nn


def predict(model: nn.Module, image: torch.Tensor) -> int:
    return model(image).argmax().item()
```

Use instead:
```python
import torch
from torch import nn


@torch.no_grad()
def predict(model: nn.Module, image: torch.Tensor) -> int:
    return model(image).argmax().item()
```

## Fix safety
Safe if every result ends as plain numbers in this file. Unsafe if the function returns a tensor:
a caller in another file might differentiate it.

## When to ignore
If the function is also used for training.

## Options
`nograd-inference-functions` adds names of functions that only run inference.
"""

from __future__ import annotations

from collections.abc import Iterator

from flake8_nograd.rules.base import Report, Rule, callee_of, use_of
from flake8_nograd.torch_model.facts import ModuleFacts
from flake8_nograd.torch_model.inference.roles import Role


def check(facts: ModuleFacts) -> Iterator[Report]:
    """Regions in functions that only run inference."""
    for region in facts.regions:
        if region.role in (Role.INFERENCE, Role.WEAK_INFERENCE):
            yield Report(
                region,
                f"forward pass {callee_of(region.start.node)}() in {region.function.name}() records"
                f" a graph but {use_of(region.start)}",
            )


RULE = Rule(
    code="NGR103",
    name="forward-in-inference-function",
    summary="forward pass in a validation, test or prediction function",
    precedence=3,
    check=check,
)
