"""A guard around the start of a thread does not hold in it.

## What it does
Reports guards under which a thread, an executor or a task gets a function or a model to run that
records; also a switch of the module above the functions that flask, fastapi or gradio run, which
is done in threads of their own.

## Why is this bad?
The mode belongs to the thread: a new one starts with recording on, whatever holds where it is
started.

## Example
```python
from concurrent.futures import ThreadPoolExecutor

import torch
from torch import nn

model = nn.Linear(10, 5)
batches = torch.randn(4, 8, 10)
with ThreadPoolExecutor() as pool, torch.no_grad():
    outputs = list(pool.map(model, batches))
```

Use instead:
```python
from concurrent.futures import ThreadPoolExecutor

import torch
from torch import nn

model = nn.Linear(10, 5)
batches = torch.randn(4, 8, 10)


@torch.no_grad()
def run(batch: torch.Tensor) -> torch.Tensor:
    return model(batch)


with ThreadPoolExecutor() as pool:
    outputs = list(pool.map(run, batches))
```

## Fix safety
No fix is offered.

## When to ignore
Never.

## Options
None.
"""

from __future__ import annotations

from collections.abc import Iterator

from flake8_nograd.rules.base import Report, Rule, reports_of
from flake8_nograd.torch_model.facts import Misuse, ModuleFacts

_MESSAGES = {
    Misuse.AROUND_THREAD: (
        "the guard {guard} does not hold in what {subject}() of line {line} starts, which "
        "records; guard the function that runs there"
    ),
}


def check(facts: ModuleFacts) -> Iterator[Report]:
    """Guards that do not reach another thread."""
    yield from reports_of(facts, _MESSAGES)


RULE = Rule(
    code="NGR310",
    name="guard-around-thread",
    summary="a guard around the start of a thread, which records",
    precedence=310,
    check=check,
    fixable=False,
)
