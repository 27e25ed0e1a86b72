"""A guard that another decorator takes out of force.

## What it does
Reports guards above `@staticmethod`, `@classmethod`, a property or a decorator that registers what
it gets, and guards under `torch.jit.script`. Forward passes in a function that is registered this
way are reported as well, as they record.

## Why is this bad?
A guard has to be the innermost decorator. Above `@staticmethod` a call on an instance raises, above
`@classmethod` every call does; above a property the attribute becomes a method, and nothing says
so. A decorator that registers has kept the bare function, which records. `torch.jit` compiles that
function and drops the guard.

## Example
```python
import torch
from torch import nn


class Scorer:
    def __init__(self, model: nn.Module) -> None:
        self.model = model

    @torch.no_grad()
    @property
    def norm(self) -> torch.Tensor:
        return torch.stack([p.norm() for p in self.model.parameters()]).sum()
```

Use instead:
```python
import torch
from torch import nn


class Scorer:
    def __init__(self, model: nn.Module) -> None:
        self.model = model

    @property
    @torch.no_grad()
    def norm(self) -> torch.Tensor:
        return torch.stack([p.norm() for p in self.model.parameters()]).sum()
```

## Fix safety
Where the other decorator stands directly above the `def`, and no comment beside the guard, the two
change places. That is safe for `@classmethod`, below which every call raises as it is, unless
something in the file waits for errors or looks into classes. It is unsafe for all others: calls of
a static method, uses of the property, or what runs the registered function may count on how it is.

## When to ignore
If a decorator that registers wraps the function before it keeps it.

## Options
None.
"""

from __future__ import annotations

from collections.abc import Iterator

from flake8_nograd.rules.base import Cure, Report, Rule, reports_of
from flake8_nograd.torch_model.facts import Misuse, ModuleFacts

_MESSAGES = {
    Misuse.ABOVE_STATIC_METHOD: (
        "the guard {guard} stands above {subject}, so that calls on an instance raise; put it "
        "directly above the `def`"
    ),
    Misuse.ABOVE_CLASS_METHOD: (
        "the guard {guard} stands above {subject}, so that every call raises; put it directly "
        "above the `def`"
    ),
    Misuse.ABOVE_PROPERTY: (
        "the guard {guard} stands above {subject}, which makes a method of the property; put "
        "it directly above the `def`"
    ),
    Misuse.ABOVE_REGISTRATION: (
        "the guard {guard} stands above {subject}, which keeps the bare function and runs it "
        "with recording on; put it directly above the `def`"
    ),
    Misuse.UNDER_SCRIPT: (
        "the guard {guard} is dropped by {subject}, which compiles the bare function; put "
        "`with {guard}:` into the body"
    ),
}

# The decorators are written in another order, so there is no other text.
_CURES = {
    Misuse.ABOVE_STATIC_METHOD: Cure("", "calls on an instance then hand on one argument less"),
    Misuse.ABOVE_CLASS_METHOD: Cure("", ends_error=True),
    Misuse.ABOVE_PROPERTY: Cure("", "the property is then no method any more"),
    Misuse.ABOVE_REGISTRATION: Cure("", "what was registered then runs without recording"),
}


def check(facts: ModuleFacts) -> Iterator[Report]:
    """Decorators in an order that disarms the guard."""
    yield from reports_of(facts, _MESSAGES, _CURES)


RULE = Rule(
    code="NGR304",
    name="guard-in-wrong-order",
    summary="a guard above `@staticmethod`, a property or a registration",
    precedence=304,
    check=check,
)
