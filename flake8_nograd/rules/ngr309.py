"""A model that is not put into a mode, because the method is named and not called.

## What it does
Reports statements that consist of `model.eval` or `model.train` without parentheses.

## Why is this bad?
The model stays in the mode in which it was: dropout goes on dropping and batch normalisation goes
on learning from the test data, or the other way round. Nothing says so.

## Example
```python
import torch
from torch import nn

model = nn.Sequential(nn.Linear(10, 5), nn.Dropout())
model.eval
with torch.no_grad():
    print(model(torch.randn(8, 10)).argmax(1))
```

Use instead:
```python
import torch
from torch import nn

model = nn.Sequential(nn.Linear(10, 5), nn.Dropout())
model.eval()
with torch.no_grad():
    print(model(torch.randn(8, 10)).argmax(1))
```

## Fix safety
The parentheses are an unsafe fix: the model then runs in the other mode, and gives other numbers.

## When to ignore
Never.

## Options
None.
"""

from __future__ import annotations

from collections.abc import Iterator

from flake8_nograd.rules.base import Cure, Report, Rule, reports_of
from flake8_nograd.torch_model.facts import Misuse, ModuleFacts

_MESSAGES = {
    Misuse.EVAL_NOT_CALLED: (
        "the method {guard} is not called, so dropout and batch normalisation of {subject} go "
        "on as in training; write `{guard}()`"
    ),
    Misuse.TRAIN_NOT_CALLED: (
        "the method {guard} is not called, so {subject} stays in the mode in which it was; "
        "write `{guard}()`"
    ),
}

_DOUBT = "the model then runs in the other mode, and gives other numbers"
_CURES = dict.fromkeys(_MESSAGES, Cure("{written}()", _DOUBT))


def check(facts: ModuleFacts) -> Iterator[Report]:
    """Modes that are named and not set."""
    yield from reports_of(facts, _MESSAGES, _CURES)


RULE = Rule(
    code="NGR309",
    name="mode-not-set",
    summary="`model.eval` / `model.train` without the call",
    precedence=309,
    check=check,
)
