"""A guard that lasts while others run.

## What it does
Reports guards around a `yield` in a generator, and around an `await` in a coroutine.

## Why is this bad?
The mode belongs to the thread, not to the function. While a generator is suspended inside its
guard, the loop that consumes it runs with recording off, and its training raises or learns nothing.
While a coroutine awaits inside its guard, so does every other task of the loop; tasks that leave
their guards in another order than they entered them can leave recording off for good.

## Example
```python
import torch
from torch import nn

encoder = nn.Linear(10, 5)


def features(batches):
    with torch.no_grad():
        for batch in batches:
            yield encoder(batch)
```

Use instead:
```python
import torch
from torch import nn

encoder = nn.Linear(10, 5)


@torch.no_grad()
def features(batches):
    for batch in batches:
        yield encoder(batch)
```

## Fix safety
No fix is offered.

## When to ignore
If whoever consumes the generator, or runs on the same loop, never records.

## Options
None.
"""

from __future__ import annotations

from collections.abc import Iterator

from flake8_nograd.rules.base import Report, Rule, reports_of
from flake8_nograd.torch_model.facts import Misuse, ModuleFacts

_MESSAGES = {
    Misuse.AROUND_YIELD: (
        "the guard {guard} lasts into the loop that consumes {subject}, since line {line} "
        "yields inside of it; decorate {subject} with it or leave it before the `yield`"
    ),
    Misuse.AROUND_AWAIT: (
        "the guard {guard} switches recording off for every other task while line {line} of "
        "{subject} awaits; leave it before"
    ),
}


def check(facts: ModuleFacts) -> Iterator[Report]:
    """Guards that are entered while the function is suspended."""
    yield from reports_of(facts, _MESSAGES)


RULE = Rule(
    code="NGR305",
    name="guard-around-suspension",
    summary="a guard around a `yield` or an `await` leaks to others",
    precedence=305,
    check=check,
    fixable=False,
)
