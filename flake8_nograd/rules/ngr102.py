"""Forward pass of a model in eval mode that still records a graph.

## What it does
Reports a forward pass after `model.eval()` or `model.train(False)` whose result is not
differentiated.

## Why is this bad?
`eval()` changes dropout and batch normalisation; it does not stop recording. Every activation is
kept for a backward pass that never comes.

## Example
```python
import torch
from torch import nn

model = nn.Linear(10, 5)
model.eval()
print(model(torch.randn(8, 10)).argmax(1))
```

Use instead:
```python
import torch
from torch import nn

model = nn.Linear(10, 5)
model.eval()
with torch.no_grad():
    print(model(torch.randn(8, 10)).argmax(1))
```

## Fix safety
Safe if every result ends as plain numbers in this file, otherwise unsafe. In eval mode without
recording, `nn.TransformerEncoder` takes a faster path whose values at padded positions differ.

## When to ignore
If gradients with respect to the input are wanted and computed by code of another file.

## Options
`nograd-training-calls` names calls that differentiate what they are given.
"""

from __future__ import annotations

from collections.abc import Iterator

from flake8_nograd.rules.base import Report, Rule, callee_of, use_of
from flake8_nograd.torch_model.facts import ModuleFacts


def check(facts: ModuleFacts) -> Iterator[Report]:
    """Regions in which a model is in eval mode."""
    for region in facts.regions:
        evaluated, mode = region.evaluated, region.mode
        if evaluated is not None and mode is not None:
            name, other = callee_of(region.start.node), callee_of(evaluated.node)
            beside = "" if name == other else f"beside {other}() "
            yield Report(
                region,
                f"forward pass {name}() {beside}in eval mode (line {mode.line}) still"
                f" records a graph but {use_of(region.start)}",
            )


RULE = Rule(
    code="NGR102",
    name="forward-in-eval-mode",
    summary="forward pass after `model.eval()` / `.train(False)`",
    precedence=2,
    check=check,
)
