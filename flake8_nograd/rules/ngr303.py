"""A guard on a function whose body runs after the guard has ended.

## What it does
Reports guards that decorate a coroutine, an asynchronous generator, or a function that only returns
a generator.

## Why is this bad?
The decorator covers the call, and the call only makes a coroutine or a generator. Its body runs
later, when it is awaited or consumed, with recording on.

## Example
```python
import torch
from torch import nn

model = nn.Linear(10, 5)


@torch.no_grad()
async def scores(batch: torch.Tensor) -> torch.Tensor:
    return model(batch)
```

Use instead:
```python
import torch
from torch import nn

model = nn.Linear(10, 5)


async def scores(batch: torch.Tensor) -> torch.Tensor:
    with torch.no_grad():
        return model(batch)
```

## Fix safety
A coroutine that awaits nothing gets its guard as a `with` around its body, an unsafe fix: what it
gives no longer has a graph. Bodies that await or yield are left, for the guard would last while
others run (NGR305), and makers of generators too.

## When to ignore
If nothing in the body computes with tensors; then the guard may as well go.

## Options
None.
"""

from __future__ import annotations

from collections.abc import Iterator

from flake8_nograd.rules.base import Cure, Report, Rule, reports_of
from flake8_nograd.torch_model.facts import Misuse, ModuleFacts

_MESSAGES = {
    Misuse.ON_COROUTINE: (
        "the guard {guard} on a coroutine ends before {subject}() runs and does not cover it; "
        "put a `with` into its body, around no `await`"
    ),
    Misuse.ON_ASYNC_GENERATOR: (
        "the guard {guard} on an asynchronous generator ends before {subject}() runs and does "
        "not cover it; put a `with` into its body, around no `yield` or `await`"
    ),
    Misuse.ON_MAKER_OF_GENERATOR: (
        "the guard {guard} ends when {subject}() has made a generator and does not cover it; "
        "make it a generator function or put a `with` into what it runs"
    ),
}

_CURES = {Misuse.ON_COROUTINE: Cure("", "what it gives loses its graph", moves_in=True)}


def check(facts: ModuleFacts) -> Iterator[Report]:
    """Decorators that end before the body runs."""
    yield from reports_of(facts, _MESSAGES, _CURES)


RULE = Rule(
    code="NGR303",
    name="guard-on-coroutine",
    summary="a guard decorates a coroutine or the maker of a generator",
    precedence=303,
    check=check,
)
