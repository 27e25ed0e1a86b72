"""A guard that raises where it is made or entered.

## What it does
Reports guards in a `with` that are not called, and guards called with what they do not take:
`no_grad(True)`, `inference_mode(0)`, `set_grad_enabled()`.

## Why is this bad?
`with torch.no_grad:` enters the class and raises. What `no_grad` gets is taken for a function to
decorate, and a function cannot be entered; `set_grad_enabled` takes a real bool and nothing else.

## Example
```python
import torch
from torch import nn

model = nn.Linear(10, 5)
with torch.no_grad:
    scores = model(torch.randn(8, 10))
```

Use instead:
```python
import torch
from torch import nn

model = nn.Linear(10, 5)
with torch.no_grad():
    scores = model(torch.randn(8, 10))
```

## Fix safety
Parentheses behind a guard are a safe fix, for the line raises as it is, unless something in the
file waits for errors. Other arguments, and the value
of a switch, are a guess at what was meant, and unsafe.

## When to ignore
If the code shows the error on purpose.

## Options
None.
"""

from __future__ import annotations

from collections.abc import Iterator

from flake8_nograd.rules.base import Cure, Report, Rule, reports_of
from flake8_nograd.torch_model.facts import Misuse, ModuleFacts

_NOT_CALLED = "the guard {guard} is not called and raises in a `with`; write `{subject}`"
_MESSAGES = {
    Misuse.NOT_CALLED: _NOT_CALLED,
    Misuse.SWITCH_NOT_CALLED: _NOT_CALLED,
    Misuse.WRONG_ARGUMENT: (
        "the guard {guard} does not take these arguments and raises; write `{subject}`"
    ),
}

_GUESS = "that the block is to run without recording is a guess"
_CURES = {
    Misuse.NOT_CALLED: Cure("{written}()", ends_error=True),
    Misuse.SWITCH_NOT_CALLED: Cure("{written}(False)", _GUESS),
    Misuse.WRONG_ARGUMENT: Cure("{subject}", _GUESS),
}


def check(facts: ModuleFacts) -> Iterator[Report]:
    """Guards that cannot be made or entered."""
    yield from reports_of(facts, _MESSAGES, _CURES)


RULE = Rule(
    code="NGR302",
    name="guard-that-raises",
    summary="a guard that is not called, or has a wrong argument: raises",
    precedence=302,
    check=check,
)
