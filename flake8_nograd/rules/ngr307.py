"""A variable that is made volatile, which has had no effect since torch 0.4.

## What it does
Reports `Variable(x, volatile=True)`, unless it is for a torch that has no guards.

## Why is this bad?
Until torch 0.3 no graph was recorded for what was computed from a volatile variable. Since torch
0.4 the argument is ignored with a warning: evaluation code that relies upon it records. What is to
say so now is a guard around the forward passes.

## Example
```python
import torch
from torch.autograd import Variable

images = Variable(torch.randn(8, 10), volatile=True)
```

Use instead:
```python
import torch
from torch.autograd import Variable

images = Variable(torch.randn(8, 10))
```

## Fix safety
The argument is left out, which changes nothing but the warning, and so is safe. It stays where
nothing else tells that a forward pass of the same function is inference, beside `requires_grad`,
with which it may raise, and where its value is the result of a call.

## When to ignore
If the code is run with torch 0.3 only.

## Options
None.
"""

from __future__ import annotations

from collections.abc import Iterator

from flake8_nograd.rules.base import Cure, Report, Rule, reports_of
from flake8_nograd.torch_model.facts import Misuse, ModuleFacts

_MESSAGES = {
    Misuse.VOLATILE: (
        "the argument {guard} has had no effect since torch 0.4; put what is computed from it "
        "into `with torch.no_grad():`"
    ),
    Misuse.VOLATILE_TRAINED: (
        "the argument {guard} has had no effect since torch 0.4, and what is computed from it is "
        "differentiated; leave it out"
    ),
    Misuse.VOLATILE_UNDER_GUARD: (
        "the argument {guard} has had no effect since torch 0.4, and a guard does here what it "
        "did; leave it out"
    ),
}

_CURES = dict.fromkeys(_MESSAGES, Cure("", drops="volatile"))


def check(facts: ModuleFacts) -> Iterator[Report]:
    """Variables of torch 0.3 that were to record nothing."""
    yield from reports_of(facts, _MESSAGES, _CURES)


RULE = Rule(
    code="NGR307",
    name="volatile-variable",
    summary="`volatile=True`, which torch ignores since 0.4",
    precedence=307,
    check=check,
)
