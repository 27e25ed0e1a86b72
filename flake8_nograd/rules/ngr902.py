"""A block under `no_grad` that could run under `inference_mode`.

## What it does
Reports `with torch.no_grad():` around forward passes where nothing could miss that the tensors are
those of inference mode: the file does not train, nothing made in the block is kept, handed on or
changed outside, and the class of the model is in sight.

The rule is off unless `select` or `extend-select` names it: `NGR902`, or `NGR9` for all such rules.

## Why is this bad?
`torch.inference_mode()` also leaves out version counters and the tracking of views. It is a little
faster, and says that nothing will ever be differentiated.

## Example
```python
import torch
from torch import nn

model = nn.Linear(10, 5).eval()
for batch in torch.randn(100, 8, 10):
    with torch.no_grad():
        print(model(batch).argmax(1).tolist())
```

Use instead:
```python
import torch
from torch import nn

model = nn.Linear(10, 5).eval()
for batch in torch.randn(100, 8, 10):
    with torch.inference_mode():
        print(model(batch).argmax(1).tolist())
```

## Fix safety
The fix is safe: the rule reports nothing but blocks whose tensors nobody can miss. It is offered
where the guard is written with the name of torch, as `torch.no_grad()`.

## When to ignore
If torch before 1.9 has to run the file, which `nograd-torch-version` can say.

## Options
None.
"""

from __future__ import annotations

from collections.abc import Iterator

from flake8_nograd.rules.base import Cure, Report, Rule, reports_of
from flake8_nograd.torch_model.facts import Misuse, ModuleFacts

_MESSAGES = {
    Misuse.LIGHTER_GUARD: (
        "the guard {guard} could be `torch.inference_mode()`, since nothing that is made in its "
        "block is used outside"
    ),
}

_CURES = {Misuse.LIGHTER_GUARD: Cure("{subject}")}


def check(facts: ModuleFacts) -> Iterator[Report]:
    """Blocks under `no_grad` that need no more than `inference_mode`."""
    yield from reports_of(facts, _MESSAGES, _CURES)


RULE = Rule(
    code="NGR902",
    name="inference-mode-would-do",
    summary="a `no_grad` block that could run under `inference_mode`",
    precedence=902,
    check=check,
    default=False,
)
