"""A guard that is made and thrown away.

## What it does
Reports `torch.no_grad()`, `torch.inference_mode()` and `torch.enable_grad()` as statements of their
own, and `torch.inference_mode().__enter__()` whose object nothing keeps.

## Why is this bad?
A guard works in a `with` or as a decorator. Made in a statement of its own it is thrown away:
recording stays as it was, and nothing says so. An `inference_mode` that is entered by hand ends as
soon as its object is gone.

## Example
```python
import torch
from torch import nn

model = nn.Linear(10, 5)
torch.no_grad()
for parameter in model.parameters():
    parameter.copy_(torch.zeros_like(parameter))
```

Use instead:
```python
import torch
from torch import nn

model = nn.Linear(10, 5)
with torch.no_grad():
    for parameter in model.parameters():
        parameter.copy_(torch.zeros_like(parameter))
```

## Fix safety
`with` in front of the guard is an unsafe fix: what follows, to the end of the suite, then runs
under it. A guard that is only named, or entered by hand, is left, and so is one above a forward
pass that is reported itself.

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
    Misuse.DEAD_STATEMENT: (
        "the statement {guard} does nothing, recording stays as it was; write `with {guard}:` "
        "around what it is meant for"
    ),
    Misuse.NOT_KEPT: (
        "the guard of {guard} ends at once, because nothing keeps it; enter it with `with`"
    ),
}

_CURES = {
    Misuse.DEAD_STATEMENT: Cure(
        "{written}", "what follows then runs under it, as it did not before"
    )
}


def check(facts: ModuleFacts) -> Iterator[Report]:
    """Guards that nothing enters, or that end as soon as they begin."""
    yield from reports_of(facts, _MESSAGES, _CURES)


RULE = Rule(
    code="NGR301",
    name="guard-without-effect",
    summary="a guard in a statement of its own, which does nothing",
    precedence=301,
    check=check,
)
