"""A guard inside of a guard of the same kind.

## What it does
Reports `with torch.no_grad():` inside of another one, or in a function that is decorated with
`@torch.no_grad()`, and the same of `inference_mode`. Both have to be written in one function, with
nothing between them that switches recording on.

The rule is off unless `select` or `extend-select` names it: `NGR901`, or `NGR9` for all such rules.

## Why is this bad?
The inner guard changes nothing. It is one level of indentation, and whoever reads it wonders what
it is there for.

## Example
```python
import torch
from torch import nn


@torch.no_grad()
def embed(model: nn.Module, batches):
    model.eval()
    with torch.no_grad():
        return torch.cat([model(batch) for batch in batches])
```

Use instead:
```python
import torch
from torch import nn


@torch.no_grad()
def embed(model: nn.Module, batches):
    model.eval()
    return torch.cat([model(batch) for batch in batches])
```

## Fix safety
The fix takes the guard off and moves its block to the left. It is safe, and offered only where
that is simple: the guard is the one item of its `with`; the outer guard is a block, or the one
decorator; the function neither yields nor awaits; nothing in the file switches recording on; and
no comment beside the guard and no string of several lines would suffer.

## When to ignore
If the outer guard is to go.

## Options
None.
"""

from __future__ import annotations

from collections.abc import Iterator

from flake8_nograd.rules.base import Cure, Report, Rule, reports_of
from flake8_nograd.torch_model.facts import Misuse, ModuleFacts

_MESSAGES = {
    Misuse.INSIDE_THE_SAME: (
        "the guard {guard} changes nothing inside of {subject} (line {line}); remove it"
    ),
}

# The block is written in place of the whole `with`, so there is no other text.
_CURES = {Misuse.INSIDE_THE_SAME: Cure("")}


def check(facts: ModuleFacts) -> Iterator[Report]:
    """Guards inside of others of the same kind."""
    yield from reports_of(facts, _MESSAGES, _CURES)


RULE = Rule(
    code="NGR901",
    name="guard-inside-guard",
    summary="a guard inside of a guard of the same kind",
    precedence=901,
    check=check,
    default=False,
)
