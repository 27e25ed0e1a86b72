"""A tensor of `inference_mode` in a computation that is trained.

## What it does
Reports calls that are given what a model has made under `torch.inference_mode()` and that save it
for a backward pass (a layer that is trained, a loss), and methods and statements that change it in
place outside.

## Why is this bad?
Tensors made under inference mode can never take part in recording: `RuntimeError: Inference tensors
cannot be saved for backward`, or `Inplace update to inference tensor outside InferenceMode is not
allowed`. `.detach()` and `.clone()` inside of the block do not help.

## Example
```python
import torch
from torch import nn

backbone, head = nn.Linear(10, 5), nn.Linear(5, 2)
optimizer = torch.optim.SGD(head.parameters(), lr=0.1)
for batch in torch.randn(100, 8, 10):
    with torch.inference_mode():
        features = backbone(batch)
    loss = head(features).pow(2).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
```

Use instead:
```python
import torch
from torch import nn

backbone, head = nn.Linear(10, 5), nn.Linear(5, 2)
optimizer = torch.optim.SGD(head.parameters(), lr=0.1)
for batch in torch.randn(100, 8, 10):
    with torch.no_grad():
        features = backbone(batch)
    loss = head(features).pow(2).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
```

## Fix safety
The fix is safe: it writes `torch.no_grad()` for the inference mode in which the tensor was made, so
that what raised goes on, unless something in the file waits for errors. By hand, a `.clone()`
outside of the block makes a tensor like any other.

## When to ignore
If the exception is expected.

## Options
None.
"""

from __future__ import annotations

from collections.abc import Iterator

from flake8_nograd.rules.base import Cure, Report, Rule, reports_of
from flake8_nograd.torch_model.facts import Misuse, ModuleFacts

_MESSAGES = {
    Misuse.SAVED_OUTSIDE: (
        "what `{guard}` holds was made under inference_mode (line {line}) and cannot be saved for "
        "a backward pass here, which raises; use `torch.no_grad()` there, or `.clone()` here"
    ),
    Misuse.CHANGED_OUTSIDE: (
        "what `{guard}` holds was made under inference_mode (line {line}) and cannot be changed in "
        "place, which raises; use `torch.no_grad()` there, or `.clone()` here"
    ),
}

_CURES = dict.fromkeys(_MESSAGES, Cure("torch.no_grad()", keeps_arguments=True, ends_error=True))


def check(facts: ModuleFacts) -> Iterator[Report]:
    """Tensors of inference mode outside of it."""
    yield from reports_of(facts, _MESSAGES, _CURES)


RULE = Rule(
    code="NGR321",
    name="inference-tensor-outside",
    summary="a tensor of `inference_mode` is trained with or changed outside: raises",
    precedence=321,
    check=check,
)
